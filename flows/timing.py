"""When a wait is over. Calendar units go by the member's local time; see `members.durations`."""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from members import durations

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Settings = Mapping[str, Any]


def until(
    settings: Settings, reached: dt.datetime, entered: dt.datetime, zone: ZoneInfo
) -> dt.datetime | None:
    """The moment (aware UTC) at which a wait reached at `reached` is over; None for an event without timeout."""
    if "event" in settings:
        return durations.add(reached, settings["timeout"], zone) if "timeout" in settings else None
    if "day" in settings:
        return _day_after_entry(settings, entered, zone)
    start = durations.add(reached, settings["for"], zone) if "for" in settings else reached
    if "at" not in settings and "days" not in settings:
        return start
    return _next_slot(settings, start, zone, strictly="for" not in settings)


@lru_cache(maxsize=1000)
def clock_time(text: str) -> dt.time:
    """`09:00` as a time. Raises ValueError."""
    return dt.datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 (a time of day has no zone)


def _day_after_entry(settings: Settings, entered: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    local = entered.astimezone(zone)
    time = clock_time(settings["at"]) if "at" in settings else local.time()
    return durations.resolve(
        dt.datetime.combine(local.date() + dt.timedelta(days=settings["day"]), time), zone
    )


def _next_slot(settings: Settings, start: dt.datetime, zone: ZoneInfo, *, strictly: bool) -> dt.datetime:
    """The next `at` on one of `days`, at or after `start` (strictly after it where nothing else was waited for)."""
    local = start.astimezone(zone)
    time = clock_time(settings["at"]) if "at" in settings else local.time()
    days = settings.get("days", WEEKDAYS)
    for ahead in range(9):
        day = local.date() + dt.timedelta(days=ahead)
        slot = durations.resolve(dt.datetime.combine(day, time), zone)
        if WEEKDAYS[day.weekday()] in days and (slot > start if strictly else slot >= start):
            return slot
    raise ValueError("a wait needs at least one weekday")
