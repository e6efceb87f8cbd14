"""How many slept at the end of each of the last twelve months, and what they paid in a year.

A month is kept when it is over. One that nobody kept (the house is new here, or its list brought years of history) is
reckoned from what is known of then: who paid, and when they had last been seen, by the times that plans have now.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Max, QuerySet
from django.utils import timezone

from dashboard import charts
from dashboard.models import Figures
from members import mrr, pulse
from members.models import Member, Plan, Span, UsageDay
from members.models.member_facts import Pulse

NAME = "sleeping by month"
MONTHS = 12
AT_ONCE = 20_000  # paying members; in a larger house a night reckons one month that is missing
CHUNK = 2000


@dataclass(frozen=True)
class Month:
    """One month's end: how many slept, and what they paid in a year (minor units by currency)."""

    first: dt.date
    members: int
    money: dict[str, int]


@dataclass(frozen=True)
class Trend:
    """The months in their order, and the bars for them."""

    months: list[Month]
    bars: list[charts.Bar]


def read(now: dt.datetime) -> Trend | None:
    """What is kept of the last twelve months; None while there are fewer than two or nobody ever slept. One query."""
    row = Figures.objects.filter(name=NAME).first()
    kept = row.values if row else {}
    months = [
        Month(first, kept[word]["members"], kept[word]["money"])
        for first in reversed(_months(now))
        if (word := _word(first)) in kept
    ]
    if len(months) < 2 or not any(month.members for month in months):
        return None
    return Trend(months, charts.bars([month.members for month in months]))


def keep(now: dt.datetime) -> int:
    """Keeps the months that are over and missing, the latest first; how many. Work of the night."""
    row, _new = Figures.objects.get_or_create(name=NAME, defaults={"counted_at": now})
    wanted = _months(now)
    missing = [first for first in wanted if _word(first) not in row.values]
    most = MONTHS if Member.objects.count() <= AT_ONCE else 1
    for first in missing[:most]:
        row.values[_word(first)] = _reckon(_end(first))
    words = {_word(first) for first in wanted}
    row.values = {word: said for word, said in row.values.items() if word in words}
    row.counted_at = now
    row.save()
    return len(missing[:most])


def _reckon(at: dt.datetime) -> dict[str, object]:
    asleep: set[int] = set()
    money: Counter[str] = Counter()
    plans = Plan.objects.in_bulk()
    spans = mrr.paying(at).select_related("member").order_by("member_id", "pk")
    for batch in _batches(spans):
        seen = _last_seen({span.member_id for span in batch}, at)
        for span in batch:
            plan = plans.get(span.plan_id or span.member.plan_id or 0)
            if plan and _slept(span, plan, seen.get(span.member_id), at):
                asleep.add(span.member_id)
                money.update(mrr.year_of(span))
    return {"members": len(asleep), "money": dict(money)}


def _slept(span: Span, plan: Plan, seen: dt.date | None, at: dt.datetime) -> bool:
    if seen is None and (plan.first_use_on is None or plan.first_use_on > at.date()):
        return False  # nobody could see then who came
    began = span.member.joined_at.date()
    since = max(began, seen or plan.first_use_on or began)
    return pulse.of(plan, since, at.date()) == Pulse.SLEEPING


def _last_seen(members: set[int], at: dt.datetime) -> dict[int, dt.date]:
    rows = UsageDay.objects.filter(member__in=members, day__lte=at.date()).order_by()
    return dict(rows.values("member").annotate(last=Max("day")).values_list("member", "last"))


def _batches(spans: QuerySet[Span]) -> Iterator[list[Span]]:
    batch: list[Span] = []
    for span in spans.iterator(CHUNK):
        batch.append(span)
        if len(batch) == CHUNK:
            yield batch
            batch = []
    if batch:
        yield batch


def _months(now: dt.datetime) -> list[dt.date]:
    """The first days of the months that are over, the latest first."""
    first, found = timezone.localtime(now).date().replace(day=1), []
    for _place in range(MONTHS):
        first = (first - dt.timedelta(days=1)).replace(day=1)
        found.append(first)
    return found


def _end(first: dt.date) -> dt.datetime:
    """The last moment of the month by the clock of the house."""
    following = (first + dt.timedelta(days=32)).replace(day=1)
    return timezone.make_aware(dt.datetime.combine(following, dt.time())) - dt.timedelta(microseconds=1)


def _word(first: dt.date) -> str:
    return f"{first:%Y-%m}"
