"""A member's use in the last 12 months, one dot for each: the bigger, the more often."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from members.models import Member, UsageDay

MONTHS = 12
SMALLEST, LARGEST = 2, 10  # of a drawing 24 wide


@dataclass(frozen=True)
class Month:
    """Its first day, how often the member used something, and whether nobody is expected in it."""

    first: dt.date
    times: int
    is_still: bool

    @property
    def radius(self) -> int:
        """How big the dot is; ten times and more is the largest."""
        return SMALLEST + min(self.times, 10) * (LARGEST - SMALLEST) // 10 if self.times else SMALLEST


def read(member: Member, now: dt.datetime) -> list[Month]:
    """The months up to this one, in one query; none where no use was ever told in them."""
    this = timezone.localtime(now).date().replace(day=1)
    firsts = [_back(this, months) for months in range(MONTHS - 1, -1, -1)]
    rows = UsageDay.objects.filter(member=member, day__gte=firsts[0]).order_by()
    counted = rows.annotate(month=TruncMonth("day")).values_list("month").annotate(Sum("count"))
    times = dict(counted)
    still = set(member.plan.quiet_months) if member.plan else set()
    return [Month(first, times.get(first, 0), first.month in still) for first in firsts] if times else []


def _back(first: dt.date, months: int) -> dt.date:
    place = first.year * 12 + first.month - 1 - months
    return dt.date(place // 12, place % 12 + 1, 1)
