"""What a filled-in row says as a condition, or in plain words why it says nothing yet."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from members import fact_words, facts
from members.building.tree import Row
from members.building.words import AT_LEAST, DAYS
from members.conditions import Condition

MOST = 10**12
UNITS = ("d", "w", "mo", "y", "h", "m")


class Unfinished(ValueError):
    """What is missing or wrong in a row, for the person who fills it in."""


def condition(row: Row) -> Condition:
    """The condition of a row that is about something. Raises Unfinished."""
    if row.about.startswith("fact:"):
        return _fact(row)
    closers = {"event": _event, "segment": _segment, "flow": _flow}
    if row.about not in closers:
        raise Unfinished(_("Choose what this line asks."))
    return closers[row.about](row)


def _fact(row: Row) -> Condition:
    fact = facts.FACTS.get(row.about.removeprefix("fact:"))
    if fact is None:
        raise Unfinished(_("This is not known of members any more. Choose something else."))
    op = row.get("op")
    if op in ("known", "unknown"):
        return {"fact": fact.name, "op": "exists", "value": op == "known"}
    if op == "lacks":
        return {"not": {"fact": fact.name, "op": "contains", "value": _value(fact, row.get("value"))}}
    if op == "in":
        return {"fact": fact.name, "op": op, "value": [_value(fact, one) for one in _several(fact, row)]}
    return {"fact": fact.name, "op": op, "value": _value(fact, row.get("value"))}


def _several(fact: facts.Fact, row: Row) -> list[str]:
    typed = row.typed.get("value", [])
    apart = r";|,\s" if fact.type == "number" else r"[,;]"  # "1,5" is one number
    several = typed if fact.choices else [one for text in typed for one in re.split(apart, text)]
    if not (several := [one.strip() for one in several if one.strip()]):
        raise Unfinished(_("Choose at least one.") if fact.choices else _("Write at least one."))
    return several


def _value(fact: facts.Fact, typed: str) -> Any:
    if not typed:
        is_choice = fact.choices or fact.type == "boolean"
        raise Unfinished(_("Choose one.") if is_choice else _("Write what to compare with."))
    if fact.type == "boolean":
        return typed == "yes"
    if fact.type == "days":
        return _whole(typed)
    return _number(fact, typed) if fact.type == "number" else typed


def _number(fact: facts.Fact, typed: str) -> int | float:
    try:
        number = Decimal(typed.replace(" ", "").replace("\u00a0", "").replace(",", "."))
    except InvalidOperation:
        raise Unfinished(_("“%s” is not a number.") % typed[:40])
    if not number.is_finite() or abs(number) > MOST:
        raise Unfinished(_("“%s” is too large.") % typed[:40])
    number = number * 100 if fact.unit == fact_words.MONEY else number
    return int(number) if number == int(number) else float(number)


def _whole(typed: str) -> int:
    if not re.fullmatch(r"\d{1,9}", typed, re.ASCII):
        raise Unfinished(_("“%s” is not a whole number.") % typed[:40])
    return int(typed)


def _event(row: Row) -> Condition:
    name = row.get("name") if row.get("event") == "other" else row.get("event")
    if not name:
        raise Unfinished(_("Choose what happened."))
    said: dict[str, Any] = {"event": name, **_how_often(row, name)}
    if span := row.get("span"):
        unit = row.get("unit")
        said["within"] = f"{_whole(span)}{unit if unit in UNITS else 'd'}"
    return said


def _how_often(row: Row, name: str) -> Condition:
    op = row.get("op", AT_LEAST)
    if op == "never":
        return {"count": "=0"}
    number = f"{op}{_whole(row.get('number') or '1')}"
    if row.get("counted") != DAYS:
        return {"count": number}
    if not name.startswith("usage."):
        raise Unfinished(_("Only of use the days are counted. Choose “times”."))
    return {"days": number}


def _segment(row: Row) -> Condition:
    if not row.get("segment"):
        raise Unfinished(_("Choose a segment."))
    return _turned(row, {"segment": row.get("segment")})


def _flow(row: Row) -> Condition:
    if not row.get("flow"):
        raise Unfinished(_("Choose a flow."))
    state = {"state": row.get("state")} if row.get("state") else {}
    return _turned(row, {"flow": row.get("flow"), **state})


def _turned(row: Row, atom: Condition) -> Condition:
    return {"not": atom} if row.get("op") == "out" else atom
