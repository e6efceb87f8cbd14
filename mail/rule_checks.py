"""What can be wrong with the sending rules of a file or a form, each with its place."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from mail.calendar import WEEKDAYS
from mail.models.message import Purpose
from members import durations

TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
DATE = re.compile(r"(\d{4}-)?\d\d-\d\d")
MOST = 1000
Said = Mapping[str, Any]


def plain(parts: Said) -> dict[str, Any]:
    """The parts with TOML's own times and dates as text, and a day alone as `{from = day}`."""
    said = {name: _plain(value) for name, value in parts.items()}
    if isinstance(said.get("blackout"), list):
        said["blackout"] = [{"from": one} if isinstance(one, str) else one for one in said["blackout"]]
    return said


def problems(parts: Said) -> list[str]:
    """Everything wrong with these parts; an empty list means they may be saved."""
    found = [
        _("unknown part “%(name)s”; sending rules are %(known)s")
        % {"name": name, "known": ", ".join(PROBLEMS)}
        for name in sorted(set(parts) - set(PROBLEMS))
    ]
    for name, check in PROBLEMS.items():
        if name in parts:
            found += [f"{place}: {text}" for place, text in check(name, parts[name])]
    return found


def clock_time(text: str) -> dt.time:
    """`09:00` as a time; `24:00` is midnight. Raises ValueError."""
    if not TIME.fullmatch(str(text)):
        raise ValueError(text)
    hour, minute = map(int, text.split(":"))
    return dt.time(hour % 24, minute)


Found = Iterator[tuple[str, str]]


def _quiet_hours(place: str, said: Any) -> Found:
    yield from _strange(place, said, {"from", "to"})
    if not said or not isinstance(said, dict):
        return
    yield from _both_times(place, said)
    if said.get("from") == said.get("to"):
        yield place, _("they begin and end at the same time")


def _window_list(place: str, said: Any) -> Found:
    yield from _strange_list(place, said, {"from", "to", "days", "purposes"})
    for at, one in _tables(place, said):
        if not one.keys() & {"from", "days"}:
            yield at, _("a window needs hours (from, to) or days")
        if one.keys() & {"from", "to"}:
            yield from _both_times(at, one)
            if str(one.get("from")) >= str(one.get("to")):
                yield f"{at}.to", _("a window ends after it begins, at 24:00 the latest")
        yield from _some_of(f"{at}.days", one.get("days", ["mon"]), WEEKDAYS)
        yield from _some_of(f"{at}.purposes", one.get("purposes", ["ask"]), Purpose.values[1:])


def _blackout(place: str, said: Any) -> Found:
    yield from _strange_list(place, said, {"from", "to", "name", "easter"})
    for at, one in _tables(place, said):
        if "easter" in one:
            if not _is_number(one["easter"], -100, 200) or one.keys() & {"from", "to"}:
                yield f"{at}.easter", _("so many days after Easter Sunday (Good Friday is -2), without dates")
            continue
        wrong = [key for key in ("from", "to") if key in one and not _is_day(one[key])]
        wrong += [] if "from" in one else ["from"]
        for key in wrong:
            yield f"{at}.{key}", _("a day such as 2026-12-24, or 12-24 for every year")
        if not wrong and "to" in one:
            if len(one["from"]) != len(one["to"]):
                yield f"{at}.to", _("both days with a year, or both without")
            elif len(one["from"]) == 10 and one["to"] < one["from"]:
                yield f"{at}.to", _("this is before the first day")


def _cap_list(place: str, said: Any) -> Found:
    yield from _strange_list(place, said, {"letters", "within", "spares"})
    for at, one in _tables(place, said):
        if not _is_number(one.get("letters"), 1, MOST):
            yield f"{at}.letters", _("a whole number of letters, at least 1")
        yield from _duration(f"{at}.within", one.get("within", ""))
        yield from _some_of(f"{at}.spares", one.get("spares", ["onboarding"]), ("onboarding", "value", "ask"))


def _ask_budget(place: str, said: Any) -> Found:
    yield from _strange(place, said, {"asks", "within", "apart"})
    if not said or not isinstance(said, dict):
        return
    if ("asks" in said) != ("within" in said):
        yield place, _("asks and within go together")
    if "asks" in said and not _is_number(said["asks"], 1, MOST):
        yield f"{place}.asks", _("a whole number of asks, at least 1")
    for key in ("within", "apart"):
        if key in said:
            yield from _duration(f"{place}.{key}", said[key])


def _surveys_apart(place: str, said: Any) -> Found:
    if said not in ("", {}, []):  # taken away: what the house begins with holds again
        yield from _duration(place, said)


def _priorities(place: str, said: Any) -> Found:
    if said in ({}, []):
        return
    if not isinstance(said, list) or sorted(map(str, said)) != sorted(Purpose.values):
        yield place, _("each of these once, the first one first: %s") % ", ".join(Purpose.values)
    elif said[0] != Purpose.TRANSACTIONAL:
        yield place, _("letters about the membership itself come first")


PROBLEMS = {
    "quiet_hours": _quiet_hours,
    "windows": _window_list,
    "blackout": _blackout,
    "caps": _cap_list,
    "ask_budget": _ask_budget,
    "surveys_apart": _surveys_apart,
    "priorities": _priorities,
}


def _both_times(place: str, said: Said) -> Found:
    for key in ("from", "to"):
        if not isinstance(said.get(key), str) or not TIME.fullmatch(said[key]):
            yield f"{place}.{key}", _("a time of day such as 21:00")


def _duration(place: str, text: Any) -> Found:
    try:
        number, unit = durations.parse(text)
    except durations.BadDuration as error:
        yield place, str(error)
    else:
        if number == 0 or unit == "m":
            yield place, _("at least one hour")


def _some_of(place: str, said: Any, known: Any) -> Found:
    if not isinstance(said, list) or not said or set(map(str, said)) - set(known):
        yield place, _("some of %s") % ", ".join(known)


def _strange(place: str, said: Any, keys: set[str]) -> Found:
    """What is no table with these words; an empty one takes the part away."""
    if not isinstance(said, dict):
        yield place, _("written as { %s }") % ", ".join(f"{key} = …" for key in sorted(keys))
        return
    for word in sorted(said.keys() - keys):
        known = {"word": word, "known": ", ".join(sorted(keys))}
        yield f"{place}.{word}", _("unknown word “%(word)s”; known are %(known)s") % known


def _strange_list(place: str, said: Any, keys: set[str]) -> Found:
    """What is no list of such tables; an empty one takes the part away."""
    if not isinstance(said, list):
        yield place, _("a list, written as [ { … }, { … } ]")
        return
    for number, one in enumerate(said, 1):
        yield from _strange(f"{place}[{number}]", one or None, keys)


def _tables(place: str, said: Any) -> list[tuple[str, dict[str, Any]]]:
    """The tables of a list, each with its place."""
    rows = enumerate(said if isinstance(said, list) else [], 1)
    return [(f"{place}[{number}]", one) for number, one in rows if isinstance(one, dict) and one]


def _is_number(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_day(text: Any) -> bool:
    if not isinstance(text, str) or not DATE.fullmatch(text):
        return False
    try:
        dt.date.fromisoformat(text if len(text) > len("MM-DD") else f"2024-{text}")
    except ValueError:
        return False
    return True


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d}"
    return value
