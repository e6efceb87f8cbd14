"""Whether letters arrive: what came back or was unwanted lately, and how many addresses are lost week by week."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max
from django.db.models.functions import TruncWeek

from mail.models import Message, Report, Suppression
from members.models import Event

WITHIN = dt.timedelta(days=30)
WEEKS = 8
FEW = 1000  # letters; among fewer one complaint is above every line
GOOD, BAD = 0.001, 0.003  # shares of complaints: Google and Yahoo, sender guidelines of 2024
BOUNCES_GOOD, BOUNCES_BAD = 0.02, 0.05  # bounces: usual among providers; at 5 % a flow pauses itself
Reason = Suppression.Reason


@dataclass(frozen=True)
class Gauge:
    """So many of so many letters, and the two shares that matter."""

    number: int
    letters: int
    good: float
    bad: float

    @property
    def share(self) -> float:
        """Of all letters; 0 where none left."""
        return self.number / self.letters if self.letters else 0.0

    @property
    def level(self) -> str:
        """`good`, `warn` or `danger`; empty while too few letters left to say."""
        if self.letters < FEW:
            return ""
        return "good" if self.share < self.good else "warn" if self.share < self.bad else "danger"


@dataclass(frozen=True)
class Week:
    """The addresses that were stopped in one week, from its Monday (UTC)."""

    monday: dt.date
    dead: int
    unwanted: int
    by_hand: int


def gauges(now: dt.datetime) -> tuple[Gauge, Gauge]:
    """Complaints and lasting bounces among the letters of the last 30 days."""
    since = now - WITHIN
    letters = Message.objects.filter(status=Message.Status.SENT, finished_at__gt=since, finished_at__lte=now)
    refused = Message.objects.filter(
        status=Message.Status.FAILED, finished_at__gt=since, reason__startswith="refused"
    )
    told = Event.objects.filter(
        name__in=["mail.bounced", "mail.complained"], occurred_at__gt=since, occurred_at__lte=now
    )
    soft = told.filter(name="mail.bounced", data__kind="soft").count()
    found = dict(told.order_by().values_list("name").annotate(Count("pk")))
    left, not_taken = letters.count(), refused.count()
    bounced = found.get("mail.bounced", 0) - soft + not_taken
    return (
        Gauge(found.get("mail.complained", 0), left, GOOD, BAD),
        Gauge(bounced, left + not_taken, BOUNCES_GOOD, BOUNCES_BAD),
    )


def weeks(now: dt.datetime) -> list[Week]:
    """The last 8 weeks, this one last."""
    this = (now.astimezone(dt.UTC) - dt.timedelta(days=now.astimezone(dt.UTC).weekday())).date()
    mondays = [this - dt.timedelta(weeks=away) for away in range(WEEKS - 1, -1, -1)]
    since = dt.datetime.combine(mondays[0], dt.time(), tzinfo=dt.UTC)
    rows = Suppression.objects.filter(at__gte=since, at__lte=now).order_by()
    grouped = rows.values_list(TruncWeek("at", tzinfo=dt.UTC), "reason").annotate(Count("pk"))
    found = {(week.date(), reason): number for week, reason, number in grouped}
    kinds = (Reason.BOUNCED, Reason.COMPLAINED, Reason.MANUAL)
    return [Week(monday, *(found.get((monday, kind), 0) for kind in kinds)) for monday in mondays]


def reports() -> tuple[dt.datetime | None, int]:
    """When a mail provider last reported, and how many reports are set aside."""
    last = Report.objects.aggregate(last=Max("received_at"))["last"]
    return last, Report.objects.filter(status=Report.Status.PARKED).count()
