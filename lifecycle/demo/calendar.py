"""When things happen in the demo club: its Thursdays, and the season in which people join."""

import bisect
import datetime as dt
import functools
from random import Random
from zoneinfo import ZoneInfo

from members import durations

HOME = ZoneInfo("Europe/Copenhagen")
YEARS = 6
FRESH = dt.timedelta(days=21)  # the last weeks, whose joiners are still settling in
JOINERS_PER_MONTH = (5, 4, 3, 3, 2, 2, 1, 5, 8, 5, 3, 1)
PAUSE = (7,)  # months without evenings


def joining_days(rng: Random, number: int, now: dt.datetime) -> list[dt.datetime]:
    """When `number` people joined in six years, in order; about one in forty of them in the last three weeks."""
    fresh = max(1, round(number * 8 / 300))
    found = [_moment(rng, now, FRESH.days, YEARS * 365) for _ in range(number - fresh)]
    found += [now - FRESH * (place + rng.random()) / (fresh + 1) for place in range(fresh)]
    return sorted(_awake(rng, moment) for moment in found)


def evenings(since: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """The club's evenings in this span: Thursdays at seven, Copenhagen time, as aware UTC."""
    days = _thursdays(since.year, until.year)
    return days[bisect.bisect_left(days, since) : bisect.bisect_right(days, until)]


def _moment(rng: Random, now: dt.datetime, least: int, most: int) -> dt.datetime:
    while True:
        moment = now - dt.timedelta(days=rng.randint(least, most))
        if rng.random() * max(JOINERS_PER_MONTH) < JOINERS_PER_MONTH[moment.month - 1]:
            return moment


def _awake(rng: Random, moment: dt.datetime) -> dt.datetime:
    """Some time of the day before in which people fill in forms."""
    day = moment - dt.timedelta(days=1)
    return day.replace(hour=rng.randint(6, 21), minute=rng.randint(0, 59), second=0, microsecond=0)


@functools.cache
def _thursdays(first_year: int, last_year: int) -> list[dt.datetime]:
    day, found = dt.date(first_year, 1, 1), []
    while day.year <= last_year:
        if day.weekday() == 3 and day.month not in PAUSE and (day.month, day.day) < (12, 22):
            found.append(durations.resolve(dt.datetime.combine(day, dt.time(19)), HOME))
        day += dt.timedelta(days=1)
    return found
