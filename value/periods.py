"""The days that a statement covers."""

import datetime as dt
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

from members import durations
from members.models import Member


@dataclass(frozen=True)
class Period:
    """Days on the member's wall, both included; `since` and `until` are their moments, both included, aware UTC."""

    first: dt.date
    last: dt.date
    since: dt.datetime
    until: dt.datetime


def usual(member: Member, now: dt.datetime) -> Period:
    """The last twelve months: as many fees as a year has, wherever in the year somebody asks."""
    today = now.astimezone(durations.zone_of(member)).date()
    return between(member, today - relativedelta(years=1) + dt.timedelta(days=1), today, now)


def between(member: Member, first: dt.date, last: dt.date, now: dt.datetime) -> Period:
    """Those days, as far as they have come."""
    since, end = _midnight(member, first), _midnight(member, last + dt.timedelta(days=1))
    return Period(first, last, since, min(now, durations.last_moment(end)))


def _midnight(member: Member, day: dt.date) -> dt.datetime:
    return durations.resolve(dt.datetime.combine(day, dt.time()), durations.zone_of(member))
