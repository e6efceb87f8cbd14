"""`set`: puts a tag on members or takes it off, or fills in one of their fields."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from flows.steps import Go, Visit
from members import setting

KEYS = frozenset({"tag", "untag", "field", "value"})


def problems(step: Mapping[str, Any], place: str) -> list[str]:
    """A set names a tag to put on, a tag to take off, or a field with its value; nothing is set twice."""
    found = []
    if not KEYS - {"value"} & step.keys():
        found.append(f"{place}: a set needs tag, untag, or field with value")
    found += [
        f"{place}.{key}: must be a text" for key in sorted(KEYS & step.keys()) if not _is_text(step[key])
    ]
    if found:
        return found
    for key in ("tag", "untag"):
        if key in step and not setting.is_tag(step[key]):
            found.append(
                f"{place}.{key}: “{step[key]}” is no tag: one word of letters, digits, - and _, up to 60"
            )
    if step.get("tag") is not None and step.get("tag") == step.get("untag"):
        found.append(f"{place}: “{step['tag']}” cannot be put on and taken off")
    return found + _problems_of_field(step, place)


def run(visits: Sequence[Visit], now: dt.datetime) -> None:
    """Sets it for all visits of each step together; of those for whom nothing changes it is noted too."""
    by_step: dict[int, list[Visit]] = {}
    for visit in visits:
        by_step.setdefault(visit.step.pk, []).append(visit)
    changed: set[str] = set()
    for alike in by_step.values():
        changed |= setting.change([_change(visit) for visit in alike], now)
    for visit in visits:
        outcome = "set" if _key(visit) in changed else "unchanged"
        visit.result = Go(outcome, _told(visit.step.settings), planned_at=visit.enrolment.planned_at)


def rehearse(visits: Sequence[Visit], now: dt.datetime) -> None:  # noqa: ARG001 (every kind is asked so)
    """Says what would be set; nobody is changed, so what asks for it later finds it as it was."""
    for visit in visits:
        visit.result = Go("set", _told(visit.step.settings), planned_at=visit.enrolment.planned_at)


def _change(visit: Visit) -> setting.Change:
    settings = visit.step.settings
    fields = {settings["field"]: settings.get("value", "")} if "field" in settings else {}
    return setting.Change(
        _key(visit), visit.member, settings.get("tag", ""), settings.get("untag", ""), fields
    )


def _key(visit: Visit) -> str:
    return f"set:{visit.enrolment.group}:{visit.step.uid}:{visit.run.visit}"


def _told(settings: Mapping[str, Any]) -> str:
    said = [f"{sign}{settings[key]}" for key, sign in (("tag", "+"), ("untag", "-")) if key in settings]
    if "field" in settings:
        said.append(f"{settings['field']} = {settings.get('value', '')}")
    return ", ".join(said)[:400]


def _problems_of_field(step: Mapping[str, Any], place: str) -> list[str]:
    if "field" not in step:
        return [f"{place}.value: goes with field"] if "value" in step else []
    if "value" not in step:
        return [f"{place}: a field needs “value”, which may be empty to clear it"]
    try:
        setting.checked(step["field"], step["value"])
    except setting.Refused as error:
        return [f"{place}: {error}"]
    return []


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
