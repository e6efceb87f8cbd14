"""The members behind a number: each name that `?show=` knows, who is meant, and the sentence above the list."""

import datetime as dt
from collections.abc import Callable

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from dashboard.questions import kind_words
from dashboard.questions.narrowed import PERIODS
from members import retention
from members.models import Member, MemberFacts, StageChange, Subscription
from members.models.member import Stage
from members.models.plan import Consumption

NEWCOMERS, SOON = dt.timedelta(days=90), dt.timedelta(days=14)
Pulse, Status = MemberFacts.Pulse, Subscription.Status
Kind = StageChange.Kind
MOVES = {"came": Kind.JOINED, "returned": Kind.RETURNED, "left": Kind.LEFT}
Shown = Callable[[dt.datetime], QuerySet[Member]]


def joined(now: dt.datetime) -> QuerySet[Member]:
    """Who joined in the last 90 days and is still here."""
    return _here().filter(joined_at__gt=now - NEWCOMERS, joined_at__lte=now)


def used(now: dt.datetime) -> QuerySet[Member]:
    """Those of them who have had first value."""
    return joined(now).filter(facts__activated_at__gte=F("joined_at"))


def awake(now: dt.datetime) -> QuerySet[Member]:
    """Those of them who use it now: a newcomer's pulse is awake also before the first use."""
    return joined(now).filter(facts__pulse=Pulse.AWAKE, facts__last_use_on__isnull=False)


def sleeping(_now: dt.datetime) -> QuerySet[Member]:
    """Who has not used for long what they pay for, where use belongs to the plan."""
    return _here().filter(facts__pulse=Pulse.SLEEPING)


def passive(_now: dt.datetime) -> QuerySet[Member]:
    """Who has a plan of which nobody is expected to use anything."""
    return _here().filter(plan__consumption__in=[Consumption.OPTIONAL, Consumption.NONE])


def unknown(_now: dt.datetime) -> QuerySet[Member]:
    """Of whom nobody knows whether they use it, though their plan is there to be used."""
    return _here().filter(plan__consumption=Consumption.EXPECTED, facts__pulse=Pulse.UNKNOWN)


def renewing(now: dt.datetime) -> QuerySet[Member]:
    """Whose membership renews in the next 14 days."""
    terms = Subscription.objects.filter(
        status=Status.ACTIVE, current_period_end__gt=now, current_period_end__lte=now + SOON
    )
    return _here().filter(pk__in=terms.values("member"))


def anniversaries(now: dt.datetime) -> QuerySet[Member]:
    """Who has been here a whole number of years on one of the next 14 days."""
    return _here().filter(kind_words.anniversaries(now, SOON.days))


def to_be_deleted(now: dt.datetime) -> QuerySet[Member]:
    """Former members whose data the clock deletes within 14 days."""
    return retention.due(now + SOON, retention.months())


def overdue(_now: dt.datetime) -> QuerySet[Member]:
    """Whose payment is overdue."""
    return _here().filter(pk__in=Subscription.objects.filter(status=Status.PAST_DUE).values("member"))


def _moved(kind: StageChange.Kind, days: int) -> Shown:
    """Who made such a move in the last `days` days."""

    def found(now: dt.datetime) -> QuerySet[Member]:
        since = now - dt.timedelta(days=days)
        moves = StageChange.objects.filter(kind=kind, at__gt=since, at__lte=now)
        return Member.objects.filter(Exists(moves.filter(member=OuterRef("pk"))))

    return found


def _here() -> QuerySet[Member]:
    return Member.objects.exclude(stage=Stage.FORMER)


OF_HOME: dict[str, Shown] = {
    "joined-90": joined,
    "used-90": used,
    "awake-90": awake,
    "sleeping": sleeping,
    "passive": passive,
    "unknown": unknown,
    "renewing": renewing,
    "anniversaries": anniversaries,
    "to-be-deleted": to_be_deleted,
    "overdue": overdue,
    **{f"{name}-{days}": _moved(kind, days) for name, kind in MOVES.items() for days in PERIODS},
}
SENTENCES = {
    "not-welcomed": _("Only those who joined in the last week and have had no letter."),
    "stalled": _("Only those who are longer in onboarding than it lasts, and have had no first value."),
    "joined-90": _("Only those who joined in the last 90 days."),
    "used-90": _("Only those who joined in the last 90 days and have had first value."),
    "awake-90": _("Only those who joined in the last 90 days and use it now."),
    "sleeping": _("Only those who have not used for long what they pay for."),
    "passive": _("Only those of whose plan nobody is expected to use anything."),
    "unknown": _("Only those of whom nobody knows whether they use it."),
    "renewing": _("Only those whose membership renews in the next 14 days."),
    "anniversaries": _("Only those who joined some years ago to a day, counted over the next 14 days."),
    "to-be-deleted": _("Only those whose data is deleted within the next 14 days."),
    "overdue": _("Only those whose payment is overdue."),
    "came-30": _("Only those who joined in the last 30 days."),
    "came-90": _("Only those who joined in the last 90 days, whether they are still here or not."),
    "came-365": _("Only those who joined in the last year."),
    "returned-30": _("Only those who came back in the last 30 days."),
    "returned-90": _("Only those who came back in the last 90 days."),
    "returned-365": _("Only those who came back in the last year."),
    "left-30": _("Only those who left in the last 30 days."),
    "left-90": _("Only those who left in the last 90 days."),
    "left-365": _("Only those who left in the last year."),
}
