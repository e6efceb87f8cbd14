"""Spans of time as editors write them: `30m 12h 2d 3w 1mo 1y`. Minutes and hours elapse; the rest is calendar."""

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.utils.translation import ngettext

from members.models import Member

PATTERN = re.compile(r"(\d{1,5})(mo|m|h|d|w|y)")
SECONDS = {"m": 60, "h": 3600, "d": 86400, "w": 604800, "mo": 2592000, "y": 31536000}  # about
LONGEST = 100 * SECONDS["y"]
CALENDAR = {"d": "days", "w": "weeks", "mo": "months", "y": "years"}


class BadDuration(ValueError):
    """The text is no duration; the message shows what one looks like."""


def parse(text: str) -> tuple[int, str]:
    """The number and unit of a duration, a hundred years at most. Raises BadDuration."""
    found = PATTERN.fullmatch(str(text).strip())
    if not found:
        raise BadDuration(f"“{text}” is no duration: write 30m, 12h, 2d, 3w, 1mo or 1y")
    number, unit = int(found[1]), found[2]
    if number * SECONDS[unit] > LONGEST:
        raise BadDuration(f"“{text}” is longer than a hundred years")
    return number, unit


def add(moment: dt.datetime, text: str, zone: ZoneInfo, *, back: bool = False) -> dt.datetime:
    """`moment` plus (`back`: minus) the duration, aware UTC.

    Days and longer keep the local time of `zone`; month ends are clamped.
    """
    number, unit = parse(text)
    number = -number if back else number
    if unit in CALENDAR:
        step = relativedelta(**{CALENDAR[unit]: number})  # type: ignore[arg-type]
        local = moment.astimezone(zone).replace(tzinfo=None) + step
        return resolve(local, zone)
    return moment + dt.timedelta(**{"m": {"minutes": number}, "h": {"hours": number}}[unit])


def span(text: str) -> dt.timedelta:
    """About how long the duration is, for comparisons without a calendar (a month counts 30 days, a year 365)."""
    number, unit = parse(text)
    return dt.timedelta(seconds=number * SECONDS[unit])


def said(text: str) -> str:
    """The duration in words: "7 days"."""
    number, unit = parse(text)
    # Only the one that is wanted is looked up: that costs more than all the rest.
    words: dict[str, Callable[[], str]] = {
        "m": lambda: ngettext("%d minute", "%d minutes", number),
        "h": lambda: ngettext("%d hour", "%d hours", number),
        "d": lambda: ngettext("%d day", "%d days", number),
        "w": lambda: ngettext("%d week", "%d weeks", number),
        "mo": lambda: ngettext("%d month", "%d months", number),
        "y": lambda: ngettext("%d year", "%d years", number),
    }
    return words[unit]() % number


def resolve(local: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """A naive local time of `zone` as aware UTC.

    A time that the clocks jump over becomes the next one that exists; one that comes twice is its first.
    """
    first = local.replace(tzinfo=zone, fold=0)
    there_and_back = first.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None)
    if there_and_back == local:
        return first.astimezone(dt.UTC)
    # In the gap: the offset before it (fold 0) lands as far behind the gap as `local` lies in it.
    before, after = first.utcoffset(), local.replace(tzinfo=zone, fold=1).utcoffset()
    gap = (after or dt.timedelta()) - (before or dt.timedelta())
    end = first.astimezone(dt.UTC)
    return _start_of(end, zone, gap)


def _start_of(inside: dt.datetime, zone: ZoneInfo, gap: dt.timedelta) -> dt.datetime:
    """The moment of the jump itself, found between `inside` − gap and `inside`."""
    low, high = inside - abs(gap), inside
    offset = low.astimezone(zone).utcoffset()
    while high - low > dt.timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == offset else (low, middle)
    return high.replace(microsecond=0)


def last_moment(ends_at: dt.datetime) -> dt.datetime:
    """The last moment inside what ends then: ends are exclusive, so that one at midnight is the day before's."""
    return ends_at - dt.timedelta(microseconds=1)


def zone_of(member: Member) -> ZoneInfo:
    """The member's time zone, else the house's (`TIME_ZONE`)."""
    return zone_named(member.time_zone)


def zone_named(name: str) -> ZoneInfo:
    """The time zone of this name, else the house's (`TIME_ZONE`)."""
    return _zone(name) or house_zone()


def house_zone() -> ZoneInfo:
    """The house's time zone (`TIME_ZONE`)."""
    return _zone(settings.TIME_ZONE) or ZoneInfo("UTC")


def is_zone(name: str) -> bool:
    """Whether this is a time zone of the IANA database."""
    return _zone(name) is not None


@lru_cache(maxsize=1000)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
