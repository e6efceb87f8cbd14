"""The rules of the stages: read from TOML or a form, checked, kept as rows, written back. Staff own them.

A rule says when a member comes up into a stage (`enter`) from the one before it (`leads_from`), and when one falls out
of it again (`fall`, held for `fall_after`, never before `min_stay` in the stage). Durations as in `members.durations`.
"""

import datetime as dt
import logging
import tomllib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import tomli_w
from django.db import transaction
from django.utils.translation import gettext as _

from members import conditions, durations
from members.models import MemberFacts, StageRule
from members.models.member import Stage
from office import audit
from office.models import User

DEPTH = (Stage.ONBOARDING, Stage.VALUE, Stage.RELATIONSHIP, Stage.AMBASSADOR)
SPANS = ("min_stay", "fall_after", "window")
KEYS = ("to", "enter", "fall", *SPANS, "reason")
SECTION = "stage_rules"
Definition = Mapping[str, Any]

log = logging.getLogger(__name__)


class RuleErrors(Exception):
    """Why rules cannot be kept: every reason, in plain words, each naming its place."""

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = list(dict.fromkeys(errors))


def read(text: str) -> list[dict[str, Any]]:
    """The rules that a TOML file writes under `[[stage_rules]]`. RuleErrors: no TOML, or other sections in it."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleErrors([_("this is not TOML: %s") % error]) from error
    strange = sorted(said.keys() - {SECTION})
    if strange:
        raise RuleErrors([_("unknown section “%s”; this knows stage_rules") % name for name in strange])
    return of_section(said.get(SECTION, []))


def of_section(rules: Any) -> list[dict[str, Any]]:
    """The rules of a file's section, not checked yet. RuleErrors: it is no list of tables."""
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise RuleErrors([_("stage rules are written as [[stage_rules]]")])
    return rules


def write(rules: Sequence[StageRule]) -> str:
    """The rules as a file that, read and saved, changes nothing."""
    return tomli_w.dumps({SECTION: [definition(rule) for rule in rules]}, multiline_strings=True)


def definition(rule: StageRule) -> dict[str, Any]:
    """What a rule says, without what it leaves out."""
    return {key: value for key in KEYS if (value := getattr(rule, key))}


def problems(rule: Definition, place: str = "rule") -> list[str]:
    """Everything wrong with a rule, each with its place; an empty list means it may be saved."""
    found = [f"{place}: unknown word “{key}”" for key in sorted(map(str, set(rule) - set(KEYS)))]
    if rule.get("to") not in StageRule.MOVES:
        known = ", ".join(StageRule.MOVES)
        found.append(f"{place}.to: “{rule.get('to', '')}” is none of {known}")
    if not rule.get("enter"):
        found.append(f"{place}.enter: when somebody comes up is missing")
    for key in ("enter", "fall"):
        if rule.get(key):
            found += conditions.problems(rule[key], f"{place}.{key}")
    if rule.get("window") and rule.get("to") != Stage.VALUE:
        found.append(f"{place}.window: only the rule for value says how long onboarding lasts")
    return found + _problems_of_texts(rule, place)


def save(rules: Sequence[Definition], now: dt.datetime, user: User | None = None) -> list[str]:
    """Keeps rules in the place of those for the same stages; returns the stages whose rule changed.

    All or none. A change is written into the log of changes (`user` None: a command), and everybody whom it may
    concern is looked at in the next tick. RuleErrors names all that is wrong.
    """
    if found := _problems_of_all(rules):
        raise RuleErrors(found)
    with transaction.atomic():
        return [str(rule["to"]) for rule in rules if _save(rule, now, user)]


def standing() -> list[StageRule]:
    """The rules that can be used, the deepest stage first.

    One that can no longer be read, because a fact or group it names is gone, is passed over and logged.
    """
    usable = []
    for rule in in_order()[::-1]:
        if found := problems(definition(rule)):
            log.error("the rule for stage %s cannot be used: %s", rule.to, "; ".join(found))
        else:
            usable.append(rule)
    return usable


def in_order() -> list[StageRule]:
    """All rules, from value to ambassador."""
    return sorted(StageRule.objects.all(), key=lambda rule: DEPTH.index(Stage(rule.to)))


def below(stage: str) -> tuple[Stage, ...]:
    """The stages before this one."""
    return DEPTH[: DEPTH.index(Stage(stage))]


def leads_from(to: str, ruled: Collection[str]) -> tuple[Stage, ...]:
    """The stages from which the rule for `to` takes somebody up, among the stages that have a rule (`ruled`).

    Nobody skips a stage that must be proven: from onboarding a rule leads only where no earlier one does. Whoever
    did something for us comes up from either stage between.
    """
    lower = below(to)[1:]
    between = lower if to == Stage.AMBASSADOR else lower[-1:]
    return between if set(lower) & set(ruled) else (Stage.ONBOARDING, *between)


def is_deeper(stage: str, other: str) -> bool:
    """Whether a stage lies beyond another one of the four."""
    return other in below(stage)


def one_step_down(stage: str) -> Stage | None:
    """Where somebody falls to; None in ongoing value, as nobody falls back to onboarding."""
    lower = below(stage)[-1]
    return None if lower == Stage.ONBOARDING else lower


def proof(rule: StageRule) -> conditions.Condition:
    """What must hold to come up. Where somebody would fall again at once, nobody comes up."""
    if rule.fall and one_step_down(rule.to):
        return {"all": [rule.enter, {"not": rule.fall}]}
    return dict(rule.enter)


def _problems_of_texts(rule: Definition, place: str) -> list[str]:
    found = []
    for key in SPANS:
        if not isinstance(rule.get(key, ""), str):
            found.append(f'{place}.{key}: a duration is a text such as "90d"')
        elif rule.get(key):
            try:
                durations.parse(rule[key])
            except durations.BadDuration as error:
                found.append(f"{place}.{key}: {error}")
    if not isinstance(rule.get("reason", ""), str):
        found.append(f"{place}.reason: this is a text")
    return found


def _problems_of_all(rules: Sequence[Definition]) -> list[str]:
    found = [
        problem for number, rule in enumerate(rules, 1) for problem in problems(rule, f"{SECTION}[{number}]")
    ]
    named = [rule.get("to") for rule in rules]
    twice = {to for to in named if to in StageRule.MOVES and named.count(to) > 1}
    return found + [f"{SECTION}: there is more than one rule for {to}" for to in sorted(map(str, twice))]


def _save(rule: Definition, now: dt.datetime, user: User | None) -> bool:
    kept = StageRule.objects.select_for_update().filter(to=rule["to"]).first()
    before = definition(kept) if kept else {}
    after = {key: value for key, value in rule.items() if value}
    if before == after:
        return False
    columns = {key: after.get(key, None if key == "fall" else "") for key in KEYS if key != "to"}
    row, _is_new = StageRule.objects.update_or_create(to=rule["to"], defaults={**columns, "updated_at": now})
    _look_again(row, is_other_fall=before.get("fall") != after.get("fall"))
    audit.record(user, "stagerule.changed", row.to, now, before=before, after=after)
    return True


def _look_again(rule: StageRule, *, is_other_fall: bool) -> None:
    facts = MemberFacts.objects
    facts.filter(member__stage__in=below(rule.to), stages_due=False).update(stages_due=True)
    if is_other_fall:
        facts.filter(member__stage=rule.to, fall_since__isnull=False).update(fall_since=None)
