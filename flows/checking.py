"""Everything wrong with a flow, all at once, each error with its place, before anything is changed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from flows import letter_errors, reentry, shape, steps, triggers, ways
from mail.models.message import Purpose
from mail.models.sender import CODE
from members import conditions, durations

KEYS = frozenset(
    "slug name language purpose topic trigger entry reentry exit goal holdout hold senders steps letters".split()
)
SENDER_KEYS = frozenset("slug name role email phone picture".split())
STEP_KEYS = frozenset({"uid", "kind"})
NEVER_HELD_OUT = (Purpose.TRANSACTIONAL, Purpose.DUNNING, Purpose.LEAVING)
Definition = Mapping[str, Any]


class FlowErrors(Exception):
    """Why a flow cannot be published: every reason, in plain words, each naming its place."""

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = list(dict.fromkeys(errors))


def errors(definition: Definition) -> list[str]:
    """Everything wrong with this definition; an empty list means it can be published."""
    found = [f"unknown word “{key}”" for key in sorted(set(definition) - KEYS)]
    found += shape.errors(definition)
    if not shape.is_readable(definition):
        return found
    definition = shape.as_texts(definition)
    return (
        found
        + _head(definition)
        + _trigger(definition)
        + _rules(definition)
        + _senders(definition.get("senders", []))
        + _steps(definition)
        + letter_errors.errors(definition)
    )


def _head(definition: Definition) -> list[str]:
    found = [
        f"“{key}” is missing" for key in ("slug", "name", "purpose", "trigger") if not definition.get(key)
    ]
    if definition.get("slug"):
        found += letter_errors.slug_errors(definition["slug"], "slug")
    purpose = definition.get("purpose")
    if purpose and purpose not in Purpose.values:
        found.append(f"purpose: “{purpose}” is none of {', '.join(Purpose.values)}")
    elif purpose and purpose != Purpose.TRANSACTIONAL and not definition.get("topic"):
        found.append("topic: what the letters are about is missing; only transactional flows have none")
    return found


def _trigger(definition: Definition) -> list[str]:
    trigger = definition.get("trigger")
    return triggers.problems(trigger) if trigger else []


def _rules(definition: Definition) -> list[str]:
    found = []
    if "entry" in definition:
        found += conditions.problems(definition["entry"], "entry")
    found += reentry.problems(definition.get("reentry", reentry.NEVER))
    if (exit_ := definition.get("exit")) is not None:
        found += [f"exit: unknown word “{key}”" for key in sorted(set(exit_) - {"event"})]
        found += triggers.event_problems(exit_.get("event"), "exit.event")
    if (goal := definition.get("goal")) is not None:
        found += _goal(goal)
    return found + _holdout(definition)


def _goal(goal: Mapping[str, Any]) -> list[str]:
    found = [f"goal: unknown word “{key}”" for key in sorted(set(goal) - {"event", "within", "ends"})]
    found += triggers.event_problems(goal.get("event"), "goal.event")
    if "within" in goal:
        try:
            durations.parse(goal["within"])
        except durations.BadDuration as error:
            found.append(f"goal.within: {error}")
    if not isinstance(goal.get("ends", False), bool):
        found.append("goal.ends: true or false")
    return found


def _holdout(definition: Definition) -> list[str]:
    share = definition.get("holdout", 0)
    if isinstance(share, bool) or not 0 <= share < 1:
        return ["holdout: a share from 0.0 up to, but not, 1.0"]
    welcomes = (
        definition.get("trigger") == {"event": "member.signed_up"}
        and definition.get("purpose") == "onboarding"
    )
    if share and (definition.get("purpose") in NEVER_HELD_OUT or welcomes):
        return ["holdout: nobody is kept out of these letters"]
    return []


def _senders(senders: Sequence[Mapping[str, Any]]) -> list[str]:
    found = [f"senders: the slug “{slug}” stands twice" for slug in _twice(senders, "slug")]
    for number, sender in enumerate(senders, 1):
        place = f"senders[{sender.get('slug', number)}]"
        found += [
            f"{place}: unknown word “{key}”" for key in sorted(set(sender) - SENDER_KEYS - _languages(sender))
        ]
        found += [
            f"{place}.{code}: unknown word “{key}”"
            for code in sorted(_languages(sender))
            for key in sorted(set(sender[code]) - {"role"})
        ]
        found += [f"{place}: “{key}” is missing" for key in ("slug", "name", "email") if not sender.get(key)]
        found += letter_errors.slug_errors(sender["slug"], f"{place}.slug") if sender.get("slug") else []
        try:
            validate_email(sender.get("email", ""))
        except ValidationError:
            found.append(f"{place}.email: “{sender.get('email', '')}” is no e-mail address")
    return found


def _languages(sender: Mapping[str, Any]) -> set[str]:
    """The languages in which the file says besides its own what this person does."""
    return {key for key, said in sender.items() if isinstance(said, Mapping) and CODE.fullmatch(key)}


def _steps(definition: Definition) -> list[str]:
    listed = definition.get("steps") or []
    if not listed:
        return ["steps: a flow needs at least one step"]
    uids = [step.get("uid") for step in listed]
    found = [f"steps: the uid “{uid}” stands twice" for uid in _twice(listed, "uid")]
    for number, step in enumerate(listed, 1):
        found += _step(step, f"steps[{step.get('uid', number)}]", uids)
    if not found:
        found += ways.loops(listed)
    return found


def _step(step: Mapping[str, Any], place: str, uids: Sequence[Any]) -> list[str]:
    found = [] if step.get("uid") else [f"{place}: “uid” is missing"]
    if step.get("kind") not in steps.names():
        return [*found, f"{place}: kind “{step.get('kind')}” is none of {', '.join(steps.names())}"]
    kind = steps.kind(step["kind"])
    found += [f"{place}: unknown word “{key}”" for key in sorted(set(step) - kind.KEYS - STEP_KEYS)]
    found += kind.problems(step, place)
    return found + [
        f"{place}.{where}: there is no step “{uid}”"
        for where, uid in ways.named(step).items()
        if uid not in uids
    ]


def _twice(rows: Sequence[Mapping[str, Any]], key: str) -> list[str]:
    """The names that more than one of these rows has."""
    counted = Counter(row[key] for row in rows if row.get(key))
    return sorted(name for name, number in counted.items() if number > 1)
