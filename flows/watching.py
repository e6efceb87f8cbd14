"""What a flow does that nobody expects: more or fewer come in, or go out, than usual; members stand still in it."""

import datetime as dt
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.db.models.functions import TruncDate

from flows.models import Enrolment, Flow, Step
from mail.models import Message

ENTRIES, LETTERS = "entries", "letters"
WINDOWS = (1, 7)  # days: yesterday against the same weekday, and the last week against whole weeks
WEEKS = 8
FEWEST_WEEKS = 4  # with fewer nothing is said
HORIZON = 26  # weeks that are looked back for how often anything happens at all
SILENT = 8.0  # as many are missing since the last; chance alone leaves such a gap once in 3,000
LIMIT = 4.0  # standard deviations: chance alone passes it once in 16,000 looks
LATE = dt.timedelta(minutes=15)
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)
Counted = Counter[tuple[int, dt.date]]


@dataclass(frozen=True)
class Volume:
    """How many came into a flow, or how many of its letters left, in the last `days` days, and `before`: in the same
    days of each week before, latest first."""

    flow: Flow
    measure: str
    days: int
    count: int
    before: tuple[int, ...]

    @property
    def is_known(self) -> bool:
        """Whether there are enough weeks to say what is usual."""
        return len(self.before) >= FEWEST_WEEKS

    @property
    def limits(self) -> tuple[float, float]:
        """Between which two numbers chance leaves the count; below 0 where a fall could not be told from chance.

        Square roots of Poisson counts vary alike, whatever their mean (Anscombe, Biometrika 1948); counts that vary
        more than Poisson ones get wider limits in proportion, and few weeks too.
        """
        root = math.sqrt(statistics.mean(self.before) + 3 / 8)
        away = LIMIT / 2 * math.sqrt(_spread(self.before) * (1 + 1 / len(self.before)))
        low = (root - away) ** 2 - 3 / 8 if root > away else -1.0
        return low, (root + away) ** 2 - 3 / 8

    @property
    def verdict(self) -> str:
        """`fell`, `rose`, `usual`, or `unknown` where there is too little to go by."""
        if not self.is_known:
            return "unknown"
        low, high = self.limits
        return "fell" if self.count < low else "rose" if self.count > high else "usual"


@dataclass(frozen=True)
class Silence:
    """Nothing at all for `days` days, where `usual` is the mean of a week."""

    flow: Flow
    measure: str
    days: int
    usual: float


@dataclass(frozen=True)
class Standing:
    """So many members stand still in this flow, the first of them since then (aware)."""

    flow: Flow
    count: int
    since: dt.datetime


@dataclass(frozen=True)
class History:
    """What came and went in the live flows, by day (UTC), up to the midnight `end`."""

    end: dt.datetime
    live: tuple[Flow, ...]
    counted: Mapping[str, Counted]


def history(now: dt.datetime) -> History:
    """Reads it in four queries."""
    end = dt.datetime.combine(now.date(), dt.time(), dt.UTC)
    start = end - WEEK * HORIZON
    live = tuple(Flow.objects.filter(current__isnull=False, paused_at=None).order_by("slug"))
    return History(end, live, {ENTRIES: _entries(start, end), LETTERS: _letters(start, end)})


def volumes(known: History) -> list[Volume]:
    """The last day and the last week of each live flow beside the same days of the weeks before."""
    return [
        _volume(known, flow, measure, days)
        for flow in known.live
        for measure in (ENTRIES, LETTERS)
        for days in WINDOWS
    ]


def silences(known: History) -> list[Silence]:
    """Flows in which nothing happens any more, also those in which so little did that no single week tells."""
    found = (_silence(known, flow, measure) for flow in known.live for measure in (ENTRIES, LETTERS))
    return [silence for silence in found if silence]


def standing_still(now: dt.datetime) -> list[Standing]:
    """Runs that were due a while ago although nothing holds them: no pause, no letter of theirs, no error."""
    due = Enrolment.objects.filter(
        status=Enrolment.Status.ACTIVE, letter_pending=False, parked_at=None, flow__paused_at=None
    )
    return _standing(due.filter(due_at__lt=now - LATE), "due_at")


def set_aside() -> list[Standing]:
    """Runs that were set aside because a step failed."""
    aside = Enrolment.objects.filter(status=Enrolment.Status.ACTIVE, parked_at__isnull=False)
    return _standing(aside, "parked_at")


def paused_themselves() -> list[Flow]:
    """Flows that came over a limit of complaints or bounces and wait for somebody to look."""
    return list(Flow.objects.filter(paused_at__isnull=False).exclude(paused_reason="").order_by("slug"))


def _volume(known: History, flow: Flow, measure: str, days: int) -> Volume:
    weeks = max(0, (_age(known, flow) - DAY * days) // WEEK)
    by_day = known.counted[measure]
    sums = [_sum(by_day, flow.pk, known.end - WEEK * back, days) for back in range(WEEKS + 1)]
    return Volume(flow, measure, days, sums[0], tuple(sums[1 : 1 + weeks]))


def _silence(known: History, flow: Flow, measure: str) -> Silence | None:
    weeks = min(HORIZON, _age(known, flow) // WEEK)
    by_day = known.counted[measure]
    daily = [_sum(by_day, flow.pk, known.end - DAY * back, 1) for back in range(weeks * 7)]
    quiet = next((place for place, count in enumerate(daily) if count), len(daily))
    earlier = daily[quiet:]
    sums = [sum(earlier[place : place + 7]) for place in range(0, len(earlier) - 6, 7)]
    if not quiet or len(sums) < FEWEST_WEEKS:
        return None
    usual = statistics.mean(sums)
    missing = usual / 7 * quiet / _spread(sums)
    return Silence(flow, measure, quiet, usual) if missing >= SILENT else None


def _spread(counts: Sequence[int]) -> float:
    """How much more they vary than Poisson counts do, which vary as much as their mean."""
    mean = statistics.mean(counts)
    return max(1.0, statistics.variance(counts) / mean) if mean else 1.0


def _age(known: History, flow: Flow) -> dt.timedelta:
    assert flow.first_published_at is not None  # it is live
    return known.end - flow.first_published_at


def _sum(counted: Counted, flow: int, end: dt.datetime, days: int) -> int:
    return sum(counted[flow, (end - DAY * back).date()] for back in range(1, days + 1))


def _entries(start: dt.datetime, end: dt.datetime) -> Counted:
    came = Enrolment.objects.filter(entered_at__gte=start, entered_at__lt=end)
    return Counter({(flow, day): count for flow, day, count in _by_day(came, "flow", "entered_at")})


def _letters(start: dt.datetime, end: dt.datetime) -> Counted:
    sent = Message.objects.filter(
        status=Message.Status.SENT, finished_at__gte=start, finished_at__lt=end, group__startswith="flow:"
    )
    flows = defaultdict(set)
    steps = Step.objects.exclude(letter_version=None).values_list("letter_version", "version__flow")
    for letter, flow in steps.distinct():
        flows[letter].add(flow)
    counted: Counted = Counter()
    for letter, day, count in _by_day(sent, "letter_version", "finished_at"):
        for flow in flows[letter]:
            counted[flow, day] += count
    return counted


def _by_day(rows: QuerySet[Any], key: str, moment: str) -> Iterator[tuple[int, dt.date, int]]:
    days = rows.order_by().annotate(day=TruncDate(moment, tzinfo=dt.UTC))
    yield from days.values_list(key, "day").annotate(number=Count("*"))


def _standing(rows: QuerySet[Enrolment], moment: str) -> list[Standing]:
    found = rows.order_by().values_list("flow").annotate(Count("pk"), Min(moment))
    counted = {flow: (count, since) for flow, count, since in found}
    flows = Flow.objects.filter(pk__in=counted).order_by("slug")
    return [Standing(flow, *counted[flow.pk]) for flow in flows]
