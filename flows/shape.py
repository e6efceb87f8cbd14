"""The shape of a definition: are the tables tables and the lists lists, and does every loop wait."""

from collections.abc import Mapping, Sequence
from typing import Any

TEXTS = ("slug", "name", "language", "purpose", "topic", "reentry")
TABLES = ("trigger", "entry", "exit", "goal")
LISTS = ("senders", "steps", "letters")
INSIDE = {
    "steps": (
        "uid",
        "kind",
        "letter",
        "then",
        "else",
        "event",
        "for",
        "timeout",
        "at",
        "title",
        "due",
        "not_after",
    ),
    "senders": ("slug", "name", "role", "email", "phone", "picture"),
    "letters": ("slug", "sender", "subject", "preheader", "body", "text"),
}


def errors(definition: Mapping[str, Any]) -> list[str]:
    """What has another shape than a flow has."""
    found = [f"{key}: must be a text" for key in TEXTS if not isinstance(definition.get(key, ""), str)]
    found += [f"{key}: must be a table" for key in TABLES if not isinstance(definition.get(key, {}), Mapping)]
    if not isinstance(definition.get("hold", False), bool):
        found.append("hold: true or false")
    if not isinstance(definition.get("holdout", 0), int | float):
        found.append("holdout: must be a number")
    for key in LISTS:
        rows = definition.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            found.append(f"{key}: must be a list of tables")
        else:
            found += _texts_inside(rows, key)
    return found


def _texts_inside(rows: Sequence[Mapping[str, Any]], key: str) -> list[str]:
    found = []
    for number, row in enumerate(rows, 1):
        place = f"{key}[{row.get('uid') or row.get('slug') or number}]"
        texts = [(name, row[name]) for name in INSIDE[key] if name in row]
        if key != "steps":  # other languages are tables of the same texts
            tables = ((code, table) for code, table in row.items() if isinstance(table, Mapping))
            texts += [
                (f"{code}.{name}", text)
                for code, table in tables
                for name, text in table.items()
                if name != "blocks"
            ]
        found += [f"{place}.{name}: must be a text" for name, text in texts if not isinstance(text, str)]
        found += [f"{place}.{where}: must be a list of tables" for where in _odd_blocks(row)]
    return found


def _odd_blocks(letter: Mapping[str, Any]) -> list[str]:
    """The places where a letter's blocks should be and something else is."""
    own = [("blocks", letter.get("blocks", []))]
    tables = ((code, table) for code, table in letter.items() if isinstance(table, Mapping))
    own += [(f"{code}.blocks", table.get("blocks", [])) for code, table in tables]
    return [
        where
        for where, rows in own
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows)
    ]


def loops(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    """Circles in which a run would never rest: at least one step of each must be a wait."""
    leading = ways(steps)
    restless = {step["uid"] for step in steps if step["kind"] != "wait"}
    found = []
    for start in (step["uid"] for step in steps if step["uid"] in restless):
        seen: set[str] = set()
        ahead = [to for to in leading[start] if to in restless]
        while ahead:
            uid = ahead.pop()
            if uid == start:
                found.append(f"steps[{start}]: a loop without a wait")
                break
            if uid not in seen:
                seen.add(uid)
                ahead += [to for to in leading[uid] if to in restless]
    return found


def ways(steps: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Where each step can lead, by uid."""
    return {step["uid"]: _leads_to(step, steps[place + 1 :]) for place, step in enumerate(steps)}


def named(step: Mapping[str, Any]) -> dict[str, Any]:
    """The steps that a step names as a way on, each by where it is named: `then`, `else`, `arms.a.then`."""
    ways = {key: step[key] for key in ("then", "else") if key in step}
    arms = step.get("arms")
    for name, arm in arms.items() if isinstance(arms, Mapping) else ():
        if isinstance(arm, Mapping) and "then" in arm:
            ways[f"arms.{name}.then"] = arm["then"]
    return ways


def _leads_to(step: Mapping[str, Any], rest: Sequence[Mapping[str, Any]]) -> list[str]:
    following = [rest[0]["uid"]] if rest and _goes_on(step) else []
    return [*named(step).values(), *following]


def _goes_on(step: Mapping[str, Any]) -> bool:
    """Whether anybody comes to the step that stands below."""
    if step["kind"] == "split":
        return any("then" not in arm for arm in step["arms"].values())
    return step["kind"] != "end" and not (step["kind"] == "branch" and "else" in step)
