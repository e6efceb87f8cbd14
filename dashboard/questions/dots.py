"""A member's use in the last 12 months, one dot for each: the bigger, the more often; a ring for none."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from members.models import Member, UsageDay

MONTHS = 12
RING, SMALLEST, LARGEST = 2, 4, 10  # of a drawing 24 wide
MANY = 10  # times a month; more is not drawn larger


@dataclass(frozen=True)
class Month:
    """Its first day, how often the member used something, whether nobody is expected in it, or was no member yet."""

    first: dt.date
    times: int
    is_still: bool
    is_before: bool

    @property
    def radius(self) -> int:
        """How big the dot is."""
        if not self.times:
            return RING
        return SMALLEST + (min(self.times, MANY) - 1) * (LARGEST - SMALLEST) // (MANY - 1)


def read(member: Member, now: dt.datetime) -> list[Month]:
    """The months up to this one, in one query; none where no use was ever told in them."""
    this = timezone.localtime(now).date().replace(day=1)
    firsts = [_back(this, months) for months in range(MONTHS - 1, -1, -1)]
    rows = UsageDay.objects.filter(member=member, day__gte=firsts[0]).order_by()
    counted = rows.annotate(month=TruncMonth("day")).values_list("month").annotate(Sum("count"))
    times = dict(counted)
    still = set(member.plan.quiet_months) if member.plan else set()
    joined = timezone.localtime(member.joined_at).date().replace(day=1)
    months = [Month(first, times.get(first, 0), first.month in still, first < joined) for first in firsts]
    return months if times else []


def _back(first: dt.date, months: int) -> dt.date:
    place = first.year * 12 + first.month - 1 - months
    return dt.date(place // 12, place % 12 + 1, 1)
