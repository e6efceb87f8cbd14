"""How much a member uses: the last 28 days, and those against the member's own rhythm. Days are whole UTC days."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Max, Min, Q, Sum

from members.models import UsageDay

RECENT = 28
BASELINE = 168
YOUNGEST = 56  # days since joining from which there is a rhythm of one's own


@dataclass(frozen=True)
class Rhythm:
    """The days of the last and the first use, the uses of the last 28 days with today, and of the 168 days before."""

    last: dt.date
    recent: int
    before: int
    first: dt.date


def of(member_ids: Collection[int], today: dt.date) -> dict[int, Rhythm]:
    """The rhythm of those of these members who ever used anything, in one query."""
    edge = today - dt.timedelta(days=RECENT)
    start = edge - dt.timedelta(days=BASELINE)
    rows = UsageDay.objects.filter(member_id__in=member_ids, day__lte=today).order_by().values("member_id")
    found = rows.annotate(
        last=Max("day"),
        recent=Sum("count", filter=Q(day__gt=edge)),
        before=Sum("count", filter=Q(day__gt=start, day__lte=edge)),
        first=Min("day"),
    ).values_list("member_id", "last", "recent", "before", "first")
    return {pk: Rhythm(last, recent or 0, before or 0, first) for pk, last, recent, before, first in found}


def ratio(rhythm: Rhythm | None, joined: dt.date, today: dt.date) -> float | None:
    """The last 28 days against the average of 28 days before; 1 is as usual, None where no rhythm is known.

    The average is over the 168 days before, or over those since joining where there were at least 28 of them
    (56 days as a member in all).
    """
    age = (today - joined).days
    if rhythm is None or age < YOUNGEST or not rhythm.before:
        return None
    return round(rhythm.recent / (rhythm.before / min(BASELINE, age - RECENT) * RECENT), 4)


def leaving(since: dt.date, today: dt.date) -> Q:
    """The days that left one of the windows after `since`, up to `today`, as a filter of UsageDay."""
    edges = (RECENT, RECENT + BASELINE)
    left = Q()
    for edge in edges:
        back = dt.timedelta(days=edge)
        left |= Q(day__gt=since - back, day__lte=today - back)
    return left
