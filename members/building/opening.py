"""Opens a condition for editing: every atom that a row can say becomes one, everything else is kept as it is."""

import re
from typing import Any

from members import durations, fact_words, facts
from members.building.tree import DEEPEST_GROUP, Builder, Group, Kept, Row, numbered
from members.building.words import DAYS
from members.conditions import Condition

COUNT = re.compile(r"(=|!=|<=|>=|<|>)\s*(\d+)")


def fields(condition: Condition | None, prefix: str = "c") -> Builder:
    """The builder that shows this condition; nothing yet is one empty row."""
    root = _root(condition)
    if not root.parts:
        root.parts.append(Row())
    return Builder(numbered(root, prefix), prefix, condition)


def _root(condition: Condition | None) -> Group:
    if not condition:
        return Group()
    part = _part(condition, 1)
    return part if isinstance(part, Group) else Group(parts=[part])


def _part(condition: Any, level: int) -> Group | Row | Kept:
    opened = _group(condition, level) if level <= DEEPEST_GROUP else None
    return opened or _row(condition) or Kept(condition)


def _group(condition: Any, level: int) -> Group | None:
    for join in ("all", "any"):
        if set(condition) == {join}:
            return Group(join, [_part(part, level + 1) for part in condition[join]])
    inner = condition.get("not")
    if set(condition) != {"not"} or _row(condition):
        return None
    if set(inner) == {"any"}:
        return Group("none", [_part(part, level + 1) for part in inner["any"]])
    return None if set(inner) & {"all", "not"} else Group("none", [_part(inner, level + 1)])


def _row(condition: Any) -> Row | None:
    """The row that says this, or None."""
    is_not = set(condition) == {"not"}
    atom = condition["not"] if is_not else condition
    for word, opened in OPENERS.items():
        if word in atom and (typed := opened(atom, is_not)):
            return Row({name: [value] if isinstance(value, str) else value for name, value in typed.items()})
    return None


Typed = dict[str, Any]


def _fact(atom: Condition, is_not: bool) -> Typed | None:
    fact, op, value = facts.FACTS.get(atom["fact"]), atom.get("op", "="), atom.get("value")
    if fact is None or (is_not and op != "contains"):
        return None
    about = {"about": f"fact:{fact.name}"}
    if op == "exists":
        return about | {"op": "unknown" if value is False else "known"}
    if fact.type == "boolean":
        return about | {"op": "=", "value": "yes" if value is (op == "=") else "no"}
    values = [_typed(fact, one) for one in (value if isinstance(value, list) else [value])]
    op = "lacks" if is_not else op
    return about | {"op": op, "value": values if fact.choices or op != "in" else ", ".join(values)}


def _typed(fact: facts.Fact, value: Any) -> str:
    return fact_words.money(value) if fact.unit == fact_words.MONEY else str(value)


def _event(atom: Condition, is_not: bool) -> Typed | None:
    found = COUNT.fullmatch(str(atom.get(DAYS, atom.get("count", ">=1"))))
    if is_not or "since" in atom or not found:
        return None
    op, number = found.groups()
    typed: Typed = {"about": "event", "event": atom["event"], "op": op, "number": number}
    if (op, number) in (("=", "0"), ("<", "1"), ("<=", "0")):
        typed |= {"op": "never", "number": ""}
    elif DAYS in atom:
        typed["counted"] = DAYS
    if "within" in atom:
        span, unit = durations.parse(atom["within"])
        typed |= {"span": str(span), "unit": unit}
    return typed


def _segment(atom: Condition, is_not: bool) -> Typed:
    return {"about": "segment", "op": "out" if is_not else "in", "segment": atom["segment"]}


def _flow(atom: Condition, is_not: bool) -> Typed:
    chosen = {"flow": atom["flow"], "state": atom.get("state", "")}
    return {"about": "flow", "op": "out" if is_not else "in", **chosen}


OPENERS = {"fact": _fact, "event": _event, "segment": _segment, "flow": _flow}
