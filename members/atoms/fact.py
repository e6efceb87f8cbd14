"""`{"fact": "consumption_28d", "op": ">=", "value": 4}`: compares what is known of a member."""

import datetime as dt
import math
import operator
from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import fact_words, facts
from members.atoms import Condition, Scene, Verdict

KEYS = frozenset({"fact", "op", "value"})
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda have, wanted: have in wanted,
    "contains": lambda have, wanted: wanted in have,
}
MOST_DAYS = 36_500  # a hundred years; far more would lead out of the calendar
OPS = (*COMPARE, "exists")
SIGNS = {"=": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
SAID = {
    "!=": gettext_lazy("not %s"),
    "<": gettext_lazy("less than %s"),
    "<=": gettext_lazy("at most %s"),
    ">": gettext_lazy("more than %s"),
    ">=": gettext_lazy("at least %s"),
}
COUNTED = frozenset({"days", "uses"})  # units that are said after the number
LOOKUPS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
ALLOWED = {
    "text": ("=", "!=", "in", "exists"),
    "boolean": ("=", "!=", "exists"),
    "list": ("contains", "exists"),
    "number": ("=", "!=", "<", "<=", ">", ">=", "in", "exists"),
    "days": ("=", "!=", "<", "<=", ">", ">=", "in", "exists"),
}
TYPES = {"text": str, "list": str, "boolean": bool, "number": (int, float), "days": int}


def problems(condition: Condition, place: str, *, in_flow: bool) -> list[str]:  # noqa: ARG001 (every atom is asked so)
    """An unknown fact, a comparison that its type does not know, a value of another type or outside its choices."""
    fact, op = facts.FACTS.get(str(condition["fact"])), condition.get("op", "=")
    found = [] if fact else [f"{place}: unknown fact “{condition['fact']}”"]
    if op not in OPS:
        return [*found, f"{place}: unknown comparison “{op}”; one of {' '.join(OPS)}"]
    if fact is None:
        return found
    if op not in ALLOWED[fact.type]:
        found.append(
            f"{place}: “{fact.name}” is a {fact.type} fact and knows {' '.join(ALLOWED[fact.type])}, not “{op}”"
        )
    return found + _problems_of_value(condition, fact, str(op), place)


def q(condition: Condition, now: dt.datetime) -> Q:
    """The comparison in SQL. False where the value is unknown, also for `!=`."""
    fact, op, value = facts.FACTS[condition["fact"]], condition.get("op", "="), condition.get("value")
    if op == "exists":
        return fact.is_known() if value is not False else ~fact.is_known()
    if fact.type == "days":
        return fact.is_known() & _days(fact, op, value, now)
    if op in LOOKUPS:
        return fact.is_known() & Q(**{f"{fact.column}__{LOOKUPS[op]}": _edge(fact, op, value)})
    if op == "in":
        return _any([fact.equals(one, now) for one in value])  # type: ignore[union-attr]
    if op == "!=":
        return fact.is_known() & ~fact.equals(value, now)
    return fact.equals(value, now)


def evaluate(condition: Condition, scene: Scene) -> dict[int, Verdict]:
    """The comparison in Python, from members prefetched with `facts.READ_WITH`; no further query."""
    fact = facts.FACTS[condition["fact"]]
    return {member.pk: _verdict(condition, fact.read(member, scene.now)) for member in scene.members}


def read_aloud(condition: Condition) -> str:
    """The comparison as staff read it: "uses in the last 28 days: at least 4"."""
    fact, op, value = facts.FACTS[condition["fact"]], condition.get("op", "="), condition.get("value")
    meaning = str(fact.meaning)
    meaning = meaning[:1].lower() + meaning[1:]
    if op == "exists":
        return f"{meaning}: " + (_("known") if value is not False else _("not known"))
    unit = f" {_(fact.unit)}" if fact.unit in COUNTED else ""
    return f"{meaning}: " + str(SAID.get(op, "%s")) % f"{fact_words.values(fact, value)}{unit}"


def _problems_of_value(condition: Condition, fact: facts.Fact, op: str, place: str) -> list[str]:
    if op == "exists":
        return (
            [] if isinstance(condition.get("value", True), bool) else [f"{place}: exists takes true or false"]
        )
    if "value" not in condition:
        return [f"{place}: the value to compare “{fact.name}” with is missing"]
    value = condition["value"]
    if op == "in" and (not isinstance(value, list) or not value):
        return [f"{place}: “in” needs a list of values"]
    found = []
    for one in value if op == "in" else [value]:
        if not isinstance(one, TYPES[fact.type]) or (isinstance(one, bool) and fact.type != "boolean"):  # type: ignore[arg-type]
            found.append(f"{place}: “{fact.name}” is a {fact.type} fact and cannot be compared with {one!r}")
        elif fact.type == "days" and abs(one) > MOST_DAYS:
            found.append(f"{place}: “{fact.name}” is compared with at most {MOST_DAYS} days")
        elif isinstance(one, float) and not math.isfinite(one):
            found.append(f"{place}: “{fact.name}” cannot be compared with {one}")
        elif isinstance(one, str) and "\0" in one:
            found.append(f"{place}: there is a sign in the value of “{fact.name}” that no fact can have")
        elif fact.choices and one not in fact.choices:
            found.append(
                f"{place}: “{fact.name}” is one of {', '.join(map(str, fact.choices))}, never “{one}”"
            )
    return found


def _days(fact: facts.Fact, op: str, days: Any, now: dt.datetime) -> Q:
    """Whole days since a column, compared without computing an age: at least N days means not after now − N days;
    until a column, not before now + N days."""
    if op == "in":
        return _any([_days(fact, "=", one, now) for one in days])
    lookup, sign = (f"{fact.column}__gte", 1) if fact.is_ahead else (f"{fact.column}__lte", -1)
    edge, next_edge = (now + sign * dt.timedelta(days=count) for count in (days, days + 1))
    at_least, more = Q(**{lookup: edge}), Q(**{lookup: next_edge})
    return {
        ">=": at_least,
        ">": more,
        "<": ~at_least,
        "<=": ~more,
        "=": at_least & ~more,
        "!=": ~(at_least & ~more),
    }[op]


def _edge(fact: facts.Fact, op: str, value: Any) -> Any:
    """The value, for a column of whole numbers as the whole number that splits it alike: over 2.5 is over 2."""
    if not fact.is_whole() or not isinstance(value, float):
        return value
    return math.floor(value) if op in ("<=", ">") else math.ceil(value)


def _any(parts: list[Q]) -> Q:
    joined = facts.NEVER
    for part in parts:
        joined |= part
    return joined


def _verdict(condition: Condition, have: Any) -> Verdict:
    name, op, wanted = condition["fact"], condition.get("op", "="), condition.get("value")
    if op == "exists":
        return Verdict(
            (have is not None) == (wanted is not False), (f"{name} is {_plain(have)}",), {name: have}
        )
    if have is None:
        return Verdict(False, (f"{name} is unknown",), {name: None})
    return Verdict(
        bool(COMPARE[op](have, wanted)),
        (f"{name} is {_plain(have)}, must be {SIGNS.get(op, op)} {_plain(wanted)}",),
        {name: have},
    )


def _plain(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
