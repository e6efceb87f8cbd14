"""The answer of a simulation as JSON, and back: so that one that took long can be read again."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime

from flows.simulation.telling import Letter, Run, Told

PER_DAY = ("per_day", "really_per_day", "all_really_per_day")


def kept(told: Told) -> dict[str, Any]:
    """Everything it says, in values that JSON has; moments are ISO 8601."""
    said = asdict(told)
    for name in PER_DAY:
        said[name] = [[day.isoformat(), number] for day, number in getattr(told, name).items()]
    plain: dict[str, Any] = _plain(said)
    return plain


def read(said: Mapping[str, Any]) -> Told:
    """The same answer again."""
    days = {
        name: {day: number for text, number in said[name] if (day := parse_date(text))} for name in PER_DAY
    }
    more = {
        "since": _moment(said["since"]),
        "until": _moment(said["until"]),
        "not_entered": Counter(said["not_entered"]),
        "letters": [_letter(one) for one in said["letters"]],
        "runs": [_run(one) for one in said["runs"]],
    }
    return Told(**{**said, **days, **more})


def _letter(said: Mapping[str, Any]) -> Letter:
    counted = {name: Counter(said[name]) for name in ("not_sent", "waited_for")}
    return Letter(**{**said, **counted})


def _run(said: Mapping[str, Any]) -> Run:
    lines = [{**line, "at": _moment(line["at"])} for line in said["letters"]]
    return Run(**{**said, "entered_at": _moment(said["entered_at"]), "letters": lines})


def _moment(text: str) -> dt.datetime:
    found = parse_datetime(text)
    assert found is not None  # written by `kept`
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, dt.datetime) else value
