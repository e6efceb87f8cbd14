"""When a date, or a repetition of it, falls due for somebody: by the calendar of their own time zone.

A moment is what the trigger makes of a date: `offset` from it, or the n-th `every` after it, at the local time `at`, or
at the date's own local time where `at` is left out. Month ends are clamped from the original date, a local time that
does not exist moves to the next that does, an ambiguous one is its first (`members.durations`).
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from flows import timing
from members import durations

Trigger = Mapping[str, str]
DAY = dt.timedelta(days=1)
LENGTH = {
    "d": 86400.0,
    "w": 604800.0,
    "mo": 2629746.0,
    "y": 31556952.0,
}  # seconds, on average of the calendar
FURTHEST = dt.timedelta(hours=30)  # from UTC, and by what a jump of the clocks moves
SLACK = 2  # repetitions by which an average may be wrong


def due(
    trigger: Trigger, value: dt.datetime, zone: ZoneInfo, after: dt.datetime, until: dt.datetime
) -> Iterator[tuple[int, dt.datetime]]:
    """The moments (number of the repetition, aware UTC) that this date makes in (after, until]."""
    at = timing.clock_time(trigger["at"]) if "at" in trigger else None
    is_calendar = unit(trigger) in durations.CALENDAR
    local = value.astimezone(zone).replace(tzinfo=None) if is_calendar else value
    earliest, latest = (moment.replace(tzinfo=None) for moment in (after - FURTHEST, until + FURTHEST))
    for number in _numbers(trigger, value, after, until):
        moment = local + step(trigger, number)
        if is_calendar:
            moment = moment if at is None else dt.datetime.combine(moment.date(), at)
            if not earliest < moment < latest:
                continue  # on no clock on earth
            moment = durations.resolve(moment, zone)
        if after < moment <= until:
            yield number, moment


def step(trigger: Trigger, number: int) -> relativedelta:
    """How far by the calendar the n-th moment lies from its date. Elapsing units are hours and minutes."""
    return _step(trigger.get("every") or trigger.get("offset") or "0d", number)


@lru_cache(maxsize=5000)
def _step(text: str, number: int) -> relativedelta:
    count, unit = durations.parse(text.lstrip("+-"))
    names = {**durations.CALENDAR, "h": "hours", "m": "minutes"}
    signed = -count if text.startswith("-") else count
    return relativedelta(**{names[unit]: signed * number})  # type: ignore[arg-type]


def unit(trigger: Trigger) -> str:
    """In what the distance is counted: `m h d w mo y`."""
    return durations.parse((trigger.get("every") or trigger.get("offset") or "0d").lstrip("+-"))[1]


def _numbers(trigger: Trigger, value: dt.datetime, after: dt.datetime, until: dt.datetime) -> range:
    if "every" not in trigger:
        return range(1, 2)
    length = LENGTH[unit(trigger)] * durations.parse(trigger["every"])[0]
    first = int((after - value).total_seconds() // length) - SLACK
    last = int((until - value).total_seconds() // length) + SLACK
    return range(max(1, first), last + 1)
