"""Which dates can fall due in a span of time, as ranges for an index: never too few, and not many too many.

Only the exact moments (`moments.due`), in each member's zone, decide; these ranges keep everybody else unread.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from dateutil.relativedelta import relativedelta

from flows import moments, timing
from flows.moments import DAY, Trigger
from members import durations

Range = tuple[dt.datetime, dt.datetime]
Clocks = tuple[
    dt.date, dt.timedelta, dt.timedelta
]  # a local day, and how far clocks are from UTC at most and least
EAST, WEST = dt.timedelta(hours=14), dt.timedelta(hours=-12)  # no clock is further from UTC
SUMMER = dt.timedelta(hours=3)  # more than any zone's clocks have been moved
QUARTER = 15  # minutes: every zone's distance from UTC is a multiple
NEARLY = dt.timedelta(hours=1)  # of a longer span all zones are taken together: asking each costs more
CLAMPED = 5  # days: a month's end drawn in, a zone, and the time of day
LONGEST = 150  # repetitions further back than these years are nobody's


def is_possible(trigger: Trigger, after: dt.datetime, until: dt.datetime) -> bool:
    """Whether anything can fall due in (after, until]; free of charge, as it is asked every few seconds.

    A time of day comes, somewhere on earth, only at its minutes past a quarter of an hour. Where the calendar alone
    decides about wide ranges (no time of day, months), it is asked once a minute.
    """
    if until <= after:
        return False
    if "at" not in trigger:
        return moments.unit(trigger) not in ("mo", "y") or until - after >= dt.timedelta(minutes=1)
    minute = timing.clock_time(trigger["at"]).minute % QUARTER
    last = until.replace(second=0, microsecond=0) - dt.timedelta(minutes=(until.minute - minute) % QUARTER)
    return last > after


def of(
    trigger: Trigger, after: dt.datetime, until: dt.datetime, earliest: dt.datetime | None = None
) -> list[Range]:
    """Ranges [from, to) of dates of which a moment may lie in (after, until], in order, none touching another.

    `earliest` is the first date there is; repetitions reach back to it.
    """
    steps = [moments.step(trigger, number) for number in _numbers(trigger, until, earliest)]
    if "at" not in trigger and moments.unit(trigger) not in ("mo", "y"):
        return list(_merged((after - step - SUMMER, until - step + SUMMER) for step in steps))
    if until - after > DAY:
        return list(_merged(_wide(after, until, step) for step in steps))
    days = list(_days(trigger.get("at"), after, until))
    found = _merged(one for step in steps for one in _narrow(days, step))
    return [(start, end) for start, end in found if earliest is None or end > earliest]


def _numbers(trigger: Trigger, until: dt.datetime, earliest: dt.datetime | None) -> range:
    if "every" not in trigger:
        return range(1, 2)
    if earliest is None:
        return range(0)
    earliest = max(earliest, until - dt.timedelta(days=365 * LONGEST))
    length = moments.LENGTH[moments.unit(trigger)] * durations.parse(trigger["every"])[0]
    return range(1, int((until - earliest).total_seconds() // length) + moments.SLACK + 1)


def _wide(after: dt.datetime, until: dt.datetime, step: relativedelta) -> Range:
    """Of a long span all days, whatever the zone and the hour."""
    ends = dt.timedelta(days=CLAMPED)
    return after - step - ends, until - step + ends


def _narrow(days: Sequence[Clocks], step: relativedelta) -> Iterator[Range]:
    """The local days that lead to these, where the clocks are as far from UTC as they say."""
    for day, east, west in days:
        for source in _sources(day, step):
            begins = dt.datetime.combine(source, dt.time(), tzinfo=dt.UTC)
            yield begins - east - SUMMER, begins + DAY - west + SUMMER


def _sources(day: dt.date, step: relativedelta) -> Iterator[dt.date]:
    """The local days from which the step leads to this local day; month ends have several, or none."""
    about = day - step
    for off in range(-CLAMPED, CLAMPED + 1):
        source = about + dt.timedelta(days=off)
        if source + step == day:
            yield source


def _days(at: str | None, after: dt.datetime, until: dt.datetime) -> Iterable[Clocks]:
    """The local days on which somebody's clock may come to `at` in the span, and how far those clocks are from UTC."""
    first, last = (after + WEST).date(), (until + EAST).date()
    days = [first + dt.timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    if at is None or until - after > NEARLY:
        return [(day, EAST, WEST) for day in days]
    time = timing.clock_time(at)
    return [found for day in days if (found := _clocks(day, time, after, until))]


def _clocks(day: dt.date, time: dt.time, after: dt.datetime, until: dt.datetime) -> Clocks | None:
    local = dt.datetime.combine(day, time)
    found = [moment for moment in _everywhere(local) if after < moment <= until]
    distances = [local - moment.replace(tzinfo=None) for moment in found]
    return (day, max(distances), min(distances)) if distances else None


@lru_cache(maxsize=400)
def _everywhere(local: dt.datetime) -> frozenset[dt.datetime]:
    """The moments at which it is this local time somewhere."""
    return frozenset(durations.resolve(local, zone) for zone in _zones())


@cache
def _zones() -> tuple[ZoneInfo, ...]:
    return tuple(ZoneInfo(name) for name in sorted(available_timezones()))


def _merged(ranges: Iterable[Range]) -> Iterator[Range]:
    current: Range | None = None
    for start, end in sorted(ranges):
        if current is None or start > current[1]:
            if current:
                yield current
            current = (start, end)
        else:
            current = (current[0], max(current[1], end))
    if current:
        yield current
