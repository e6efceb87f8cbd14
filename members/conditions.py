"""The one language of conditions: segments, stage rules, flow entry, branches, offers, playbooks.

    {"all": [...]}, {"any": [...]}, {"not": ...} over atoms: {"fact": …}, {"event": …}, {"segment": …}, {"flow": …}

Any comparison with a missing value is false, also `!=`; `not` is plain negation. `q` compiles to SQL, `evaluate`
decides in Python with the reasons; both agree for every member.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from members import atoms, facts
from members.atoms import Condition, Scene, Verdict
from members.atoms.event import NAME as EVENT_NAME
from members.models import Member

__all__ = [
    "EVENT_NAME",
    "Condition",
    "Verdict",
    "evaluate",
    "facts_brought",
    "holds_for",
    "mentioned",
    "problems",
    "q",
    "read_aloud",
]
GROUPS = ("all", "any")
DEEPEST = 12
Bring = Callable[[Sequence[Member], set[str], dt.datetime], None]
_bring: ContextVar[Bring | None] = ContextVar("bring", default=None)


def problems(condition: Any, place: str = "condition", *, in_flow: bool = False) -> list[str]:
    """Everything wrong with a condition, each with its place; an empty list means it may be saved."""
    return _problems(condition, place, in_flow, 1)


def q(condition: Condition | None, now: dt.datetime) -> Q:
    """The condition in SQL at `now`, as a filter of members. No condition holds for everybody."""
    if not condition:
        return facts.ALWAYS
    if "not" in condition:
        return ~q(condition["not"], now)
    if "all" in condition:
        joined = facts.ALWAYS
        for part in condition["all"]:
            joined &= q(part, now)
        return joined
    if "any" in condition:
        joined = facts.NEVER
        for part in condition["any"]:
            joined |= q(part, now)
        return joined
    return _atom(condition).q(condition, now)


def holds_for(condition: Condition | None, now: dt.datetime) -> QuerySet[Member]:
    """The members of whom the condition is true at `now`."""
    return Member.objects.filter(q(condition, now))


def evaluate(
    condition: Condition | None,
    members: Sequence[Member],
    now: dt.datetime,
    entered: Mapping[int, dt.datetime] | None = None,
) -> dict[int, Verdict]:
    """The verdict per member id at `now`; a constant number of queries, however many members there are.

    `entered` gives per member the moment from which `since="entry"` counts.
    """
    if asked := set(mentioned(condition, "fact")):
        prefetch_related_objects(list(members), *facts.READ_WITH)
        if bring := _bring.get():
            bring(members, asked, now)
    return _evaluate(condition, Scene(members, now, entered or {}))


@contextmanager
def facts_brought(bring: Bring) -> Iterator[None]:
    """Inside, `bring(members, names of facts, now)` sets the facts that `evaluate` is about to read: those of then."""
    token = _bring.set(bring)
    try:
        yield
    finally:
        _bring.reset(token)


def read_aloud(condition: Condition | None) -> str:
    """The condition as a sentence that staff can check."""
    if not condition:
        return ""
    if "not" in condition:
        return _("not (%s)") % read_aloud(condition["not"])
    for word, joint in (("all", _(" and ")), ("any", _(" or "))):
        if word in condition:
            parts = [read_aloud(part) for part in condition[word]]
            return joint.join(f"({part})" if len(parts) > 1 and _(" or ") in part else part for part in parts)
    return _atom(condition).read_aloud(condition)


def mentioned(condition: Condition | None, word: str) -> Iterator[str]:
    """What a condition mentions under a word: its facts, events, segments or flows."""
    if not condition:
        return
    if word in condition:
        yield str(condition[word])
    for group in GROUPS:
        for part in condition.get(group, ()):
            yield from mentioned(part, word)
    if "not" in condition:
        yield from mentioned(condition["not"], word)


def _problems(condition: Any, place: str, in_flow: bool, depth: int) -> list[str]:
    if depth > DEEPEST:
        return [f"{place}: conditions may be nested {DEEPEST} deep"]
    if not isinstance(condition, Mapping) or not condition:
        return [f"{place}: a condition is a table such as {{fact=…}} or {{all=[…]}}"]
    for word in GROUPS:
        if word in condition:
            return _strangers(condition, {word}, place) + _of_group(
                condition[word], f"{place}.{word}", in_flow, depth
            )
    if "not" in condition:
        inner = _problems(condition["not"], f"{place}.not", in_flow, depth + 1)
        return _strangers(condition, {"not"}, place) + inner
    atom = atoms.of(condition)
    if atom is None:
        known = ", ".join(["all", "any", "not", *atoms.words()])
        return [f"{place}: knows {known}, not {', '.join(map(str, condition))}"]
    return _strangers(condition, atom.KEYS, place) + atom.problems(condition, place, in_flow=in_flow)


def _of_group(parts: Any, place: str, in_flow: bool, depth: int) -> list[str]:
    if not isinstance(parts, list | tuple) or not parts:
        return [f"{place}: needs a list of conditions"]
    return [
        problem
        for number, part in enumerate(parts, 1)
        for problem in _problems(part, f"{place}[{number}]", in_flow, depth + 1)
    ]


def _strangers(condition: Condition, known: frozenset[str] | set[str], place: str) -> list[str]:
    return [f"{place}: unknown word “{word}”" for word in sorted(map(str, set(condition) - known))]


def _evaluate(condition: Condition | None, scene: Scene) -> dict[int, Verdict]:
    if not condition:
        return {member.pk: Verdict(True) for member in scene.members}
    if "not" in condition:
        inner = _evaluate(condition["not"], scene)
        return {pk: replace(verdict, holds=not verdict.holds) for pk, verdict in inner.items()}
    for word, join in (("all", all), ("any", any)):
        if word in condition:
            parts = [_evaluate(part, scene) for part in condition[word]]
            return {member.pk: _joined([part[member.pk] for part in parts], join) for member in scene.members}
    return _atom(condition).evaluate(condition, scene)


def _joined(verdicts: Sequence[Verdict], join: Any) -> Verdict:
    """The verdict of a group, with the reasons of those parts that decided it."""
    holds = bool(join(verdict.holds for verdict in verdicts))
    deciding = [verdict for verdict in verdicts if verdict.holds == holds]
    reasons = tuple(reason for verdict in deciding for reason in verdict.reasons)
    values = {name: value for verdict in deciding for name, value in verdict.values.items()}
    return Verdict(holds, reasons, values)


def _atom(condition: Condition) -> atoms.Atom:
    atom = atoms.of(condition)
    if atom is None:
        raise ValueError(f"this is no condition: {condition}")
    return atom
