"""The hours and days on which letters may leave, by the clock on the wall where the member lives.

A letter may leave when its day is not kept free, its hour is not quiet, and some window that concerns it is open.
All of that changes only at a few moments of a day: where one of them begins or ends, and where the clocks jump.
"""

import datetime as dt
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from dateutil import easter as feasts

from members import durations

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FARTHEST = dt.timedelta(days=800)  # every day of a year can be kept free, but nobody plans letters so far
DAY = dt.timedelta(days=1)


class Shut(Exception):
    """Letters may never leave again, as far as one looks."""


@dataclass(frozen=True)
class Hours:
    """From one time of day until another, which is not part of it; over midnight where it ends before it begins.

    `until` midnight is the end of the day.
    """

    start: dt.time
    until: dt.time

    def hold(self, time: dt.time) -> bool:
        """Whether this time of day is within them."""
        if self.start < self.until:
            return self.start <= time < self.until
        return time >= self.start or time < self.until


@dataclass(frozen=True)
class Window:
    """Days and hours on which letters may leave; with `purposes`, only of those it says anything."""

    hours: Hours | None = None
    days: tuple[str, ...] = WEEKDAYS
    purposes: tuple[str, ...] = ()

    def is_open(self, local: dt.datetime) -> bool:
        """Whether a letter may leave at this local time."""
        return WEEKDAYS[local.weekday()] in self.days and (not self.hours or self.hours.hold(local.time()))


@dataclass(frozen=True)
class Blackout:
    """Days that are kept free: of one year, of every year (`MM-DD`), or so many days after Easter Sunday."""

    start: str = ""
    until: str = ""
    easter: int | None = None
    name: str = ""

    def holds(self, day: dt.date) -> bool:
        """Whether this day is kept free."""
        if self.easter is not None:
            return day == feasts.easter(day.year) + dt.timedelta(days=self.easter)
        said = f"{day:%m-%d}" if len(self.start) == len("MM-DD") else f"{day:%Y-%m-%d}"
        until = self.until or self.start
        if self.start <= until:
            return self.start <= said <= until
        return said >= self.start or said <= until


@dataclass(frozen=True)
class Calendar:
    """When letters may leave; empty, always."""

    quiet: Hours | None = None
    windows: tuple[Window, ...] = ()
    blackouts: tuple[Blackout, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.quiet or self.windows or self.blackouts)

    def hindrance(self, moment: dt.datetime, zone: ZoneInfo, purpose: str) -> str:
        """What keeps a letter from leaving at this moment (aware), as `mail.reasons` reads it; empty: nothing."""
        local = moment.astimezone(zone)
        for blackout in self.blackouts:
            if blackout.holds(local.date()):
                return f"blackout {blackout.name}".strip()
        if self.quiet and self.quiet.hold(local.time()):
            return "quiet_hours"
        return "" if self._has_window(local, purpose) else "window"

    def next_open(self, moment: dt.datetime, zone: ZoneInfo, purpose: str) -> dt.datetime:
        """The first moment (aware UTC), not before `moment`, at which the letter may leave. Raises Shut."""
        return self.way(moment, zone, purpose)[1]

    def way(self, moment: dt.datetime, zone: ZoneInfo, purpose: str) -> tuple[list[str], dt.datetime]:
        """What stands in the way of the letter, one after the other, and the first moment without. Raises Shut."""
        why = self.hindrance(moment, zone, purpose) if self else ""
        if not why:
            return [], moment.astimezone(dt.UTC)
        found = [why]
        for change in self._changes(moment, zone):
            why = self.hindrance(change, zone, purpose)
            if not why:
                return list(dict.fromkeys(found)), change
            found.append(why)
        raise Shut

    def closes(self, moment: dt.datetime, zone: ZoneInfo, purpose: str) -> dt.datetime:
        """Until when (not included) a letter that may leave at `moment` may; far away if nothing ever stops it."""
        for change in self._changes(moment, zone) if self else ():
            if self.hindrance(change, zone, purpose):
                return change
        return moment + FARTHEST

    def openings(
        self, moment: dt.datetime, zone: ZoneInfo, purpose: str, open_for: dt.timedelta
    ) -> list[tuple[dt.datetime, dt.datetime]]:
        """The times since `moment` at which the letter may leave, until they are `open_for` in all; [] if never."""
        found, at = [], moment
        try:
            while open_for > dt.timedelta():
                start = self.next_open(at, zone, purpose)
                at = min(self.closes(start, zone, purpose), start + open_for)
                found.append((start, at))
                open_for -= at - start
        except Shut:
            pass
        return found

    def _has_window(self, local: dt.datetime, purpose: str) -> bool:
        """One that is open among those for every letter, and one among those for its purpose, where there are any."""
        for_all = [window for window in self.windows if not window.purposes]
        for_these = [window for window in self.windows if purpose in window.purposes]
        return all(any(window.is_open(local) for window in group) for group in (for_all, for_these) if group)

    def _changes(self, moment: dt.datetime, zone: ZoneInfo) -> Iterator[dt.datetime]:
        """The moments after this one at which anything here may begin or end, in order."""
        day = moment.astimezone(zone).date()
        for ahead in range(-1, FARTHEST.days):
            yield from (
                change for change in _moments(day + ahead * DAY, zone, self._times) if change > moment
            )

    @functools.cached_property
    def _times(self) -> tuple[dt.time, ...]:
        hours = [self.quiet, *(window.hours for window in self.windows)]
        found = {dt.time(0)} | {time for one in hours if one for time in (one.start, one.until)}
        return tuple(sorted(found))


def _moments(day: dt.date, zone: ZoneInfo, times: tuple[dt.time, ...]) -> list[dt.datetime]:
    """When the clock on the wall shows these times on that day, also for the second time, and when it is changed."""
    found = set()
    for time in times:
        local = dt.datetime.combine(day, time)
        found |= {durations.resolve(local, zone), local.replace(tzinfo=zone, fold=1).astimezone(dt.UTC)}
    return sorted(found | _jump(day, zone))


def _jump(day: dt.date, zone: ZoneInfo) -> set[dt.datetime]:
    """The moment of that day at which its clocks are put forward or back, if there is one."""
    low, high = (
        dt.datetime.combine(one, dt.time(0), tzinfo=zone).astimezone(dt.UTC) for one in (day, day + DAY)
    )
    before = low.astimezone(zone).utcoffset()
    if before == high.astimezone(zone).utcoffset():
        return set()
    while high - low > dt.timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return {high.replace(microsecond=0)}
