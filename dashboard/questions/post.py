"""Letters: those on their way, those sent, those that stayed."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from dashboard.questions import people, plans
from mail.models import Message

Status = Message.Status
AHEAD = dt.timedelta(days=7)
STAYED = {"skipped": Status.SKIPPED, "refused": Status.FAILED, "unknown": Status.UNKNOWN}
MOST_PEOPLE = 200


@dataclass(frozen=True)
class Day:
    """How many letters leave on one local day: already written down, or planned if nothing comes before."""

    date: dt.date
    ready: int
    planned: int

    @property
    def number(self) -> int:
        """Both together."""
        return self.ready + self.planned


def on_their_way() -> QuerySet[Message]:
    """Letters that are to leave."""
    return _letters().filter(status__in=Message.PENDING)


def sent() -> QuerySet[Message]:
    """Letters that left."""
    return _letters().filter(status=Status.SENT)


def stayed(show: str = "") -> QuerySet[Message]:
    """Letters that did not leave, or of which nobody knows; `show` picks one of those kinds."""
    return _letters().filter(status__in=[STAYED[show]] if show in STAYED else list(STAYED.values()))


def of_people(letters: QuerySet[Message], search: str, now: dt.datetime) -> QuerySet[Message]:
    """Only the letters to those whom the search means."""
    if not search.strip():
        return letters
    found = people.matching(people.Choice(search=search), now).order_by("pk").values_list("pk", flat=True)
    return letters.filter(member_id__in=list(found[:MOST_PEOPLE]))


def numbers() -> Counter[str]:
    """How many letters are in each state."""
    return Counter(dict(Message.objects.order_by().values_list("status").annotate(number=Count("*"))))


def days_ahead(now: dt.datetime) -> list[Day]:
    """The next 7 local days, today first; what is overdue counts as today's."""
    today = timezone.localtime(now).date()
    ready, planned = _ready(today, now), plans.per_day(today, now + AHEAD)
    dates = [today + dt.timedelta(days=away) for away in range(7)]
    return [Day(date, ready[date], planned[date]) for date in dates]


def yesterday(now: dt.datetime) -> tuple[int, int]:
    """How many letters left yesterday (a local day), and how many did not arrive or are unknown."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    within = Q(finished_at__gte=midnight - dt.timedelta(days=1), finished_at__lt=midnight)
    rows = Message.objects.filter(within, status__in=[Status.SENT, Status.FAILED, Status.UNKNOWN])
    found = Counter(dict(rows.order_by().values_list("status").annotate(number=Count("*"))))
    return found[Status.SENT], found[Status.FAILED] + found[Status.UNKNOWN]


def _letters() -> QuerySet[Message]:
    return Message.objects.select_related("member").defer("values")


def _ready(today: dt.date, now: dt.datetime) -> Counter[dt.date]:
    rows = Message.objects.filter(status__in=Message.PENDING, due_at__lt=now + AHEAD)
    found: Counter[dt.date] = Counter()
    for date, number in rows.order_by().values_list(TruncDate("due_at")).annotate(Count("pk")):
        found[max(date, today)] += number
    return found
