"""Whether a member uses it now: awake, quiet or sleeping, by the plan's own times. Unknown is not asleep.

In a plan's quiet months the clocks stand still: nobody is expected, so those days do not count.
"""

import calendar
import datetime as dt
from collections.abc import Collection, Iterator
from functools import lru_cache

from members.models.member_facts import Pulse
from members.models.plan import Consumption, Plan

ONE_DAY = dt.timedelta(days=1)


def of(plan: Plan | None, since: dt.date, today: dt.date, ratio: float | None = None) -> Pulse:
    """The pulse of somebody whose use is known and who used it last, or joined, on `since`.

    `ratio` is their use against their own rhythm: where the plan asks for it, whoever comes seldom, but as often as
    always, is not quiet. Without a rhythm the days alone decide.
    """
    if plan is None or plan.consumption != Consumption.EXPECTED:
        return Pulse.UNKNOWN
    still = frozenset(plan.quiet_months)
    if today >= reached(since, plan.sleeping_after, still):
        return Pulse.SLEEPING
    if today < reached(since, plan.quiet_after, still):
        return Pulse.AWAKE
    is_usual = ratio is not None and plan.quiet_below is not None and ratio >= plan.quiet_below
    return Pulse.AWAKE if is_usual else Pulse.QUIET


def began(pulse: Pulse, plan: Plan, since: dt.date) -> dt.date:
    """The day on which somebody became quiet or asleep who was last seen on `since`; else `since` itself."""
    if pulse not in (Pulse.QUIET, Pulse.SLEEPING):
        return since
    after = plan.quiet_after if pulse == Pulse.QUIET else plan.sleeping_after
    return reached(since, after, frozenset(plan.quiet_months))


@lru_cache(maxsize=20_000)
def reached(since: dt.date, days: int, still: frozenset[int]) -> dt.date:
    """The day that is `days` counting days after `since`; the end of time where no month counts."""
    left = days
    for first, last in _stretches(since + ONE_DAY, still):
        counting = (last - first).days + 1
        if left <= counting:
            return first + dt.timedelta(days=left - 1) if left else since
        left -= counting
    return dt.date.max


def latest(today: dt.date, days: int, still: frozenset[int]) -> dt.date:
    """The latest last use that is `days` counting days before `today` by now."""
    low, high = today - dt.timedelta(days=12 * (days + 31)), today
    while low < high:
        middle = low + dt.timedelta(days=((high - low).days + 1) // 2)
        low, high = (middle, high) if reached(middle, days, still) <= today else (low, middle - ONE_DAY)
    return low


def _stretches(first: dt.date, still: Collection[int]) -> Iterator[tuple[dt.date, dt.date]]:
    """The days from `first` on in months that count, month by month, for as long as a clock may run."""
    if len(still) >= 12:
        return
    while first.year < dt.MAXYEAR:
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        if first.month not in still:
            yield first, last
        first = last + ONE_DAY
