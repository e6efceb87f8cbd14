"""Members who pay and do not come: how many, what they pay in a year, and what is being done about it.

Who is asleep is decided by the plan's own times (`members.pulse`): passive plans, quiet months and plans whose use
nobody can see are not among them.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import translation

from flows.models import Enrolment
from mail import wording
from members import mrr
from members.models import Member, MemberFacts
from relationship.models import Task

EVERYBODY = Q()
ORDER = ("-joined_at", "-id")
Pulse = MemberFacts.Pulse


@dataclass(frozen=True)
class Care:
    """What is done about them now: flows with how many of them are inside, open tasks, and those nobody cares for."""

    flows: list[tuple[str, str, int]]
    tasks: int
    alone: int


def members() -> QuerySet[Member]:
    """Who is a member and asleep, with facts and plan."""
    rows = Member.objects.filter(facts__pulse=Pulse.SLEEPING, erased_at=None)
    return rows.exclude(stage=Member.Stage.FORMER).select_related("facts", "plan")


def unknown() -> int:
    """How many members are on plans whose use nobody can see, or is not asked for."""
    rows = Member.objects.filter(facts__pulse=Pulse.UNKNOWN, erased_at=None)
    return rows.exclude(stage=Member.Stage.FORMER).count()


def yearly(now: dt.datetime) -> list[str]:
    """What all of them pay in a year by what is agreed at `now`, one amount per currency."""
    return _said(sums(now))


def sums(now: dt.datetime, who: Q = EVERYBODY) -> dict[str, int]:
    """The same in minor units by currency, of those who are meant (`who` is asked of their spans)."""
    return mrr.yearly(mrr.paying(now).filter(who, member__in=members().values("pk")))


def fees(people: Iterable[Member], now: dt.datetime) -> dict[int, str]:
    """What each of these pays in a year, by their keys; one query."""
    spans = mrr.paying(now).filter(member__in=[member.pk for member in people])
    found: dict[int, Counter[str]] = {}
    for span in spans:
        found.setdefault(span.member_id, Counter()).update(mrr.year_of(span))
    return {pk: " · ".join(_said(paid)) for pk, paid in found.items()}


def care() -> Care:
    """What is done about them now, in four queries."""
    inside = Enrolment.objects.filter(status=Enrolment.Status.ACTIVE)
    tasks = Task.objects.filter(done_at=None)
    asleep = members()
    per_flow = inside.filter(member__in=asleep.values("pk")).order_by().values("flow__slug", "flow__name")
    rows = per_flow.annotate(number=Count("member", distinct=True)).order_by("-number", "flow__name")
    theirs = Q(Exists(inside.filter(member=OuterRef("pk")))) | Q(Exists(tasks.filter(member=OuterRef("pk"))))
    return Care(
        flows=[(row["flow__slug"], row["flow__name"], row["number"]) for row in rows],
        tasks=tasks.filter(member__in=asleep.values("pk")).values("member").distinct().count(),
        alone=asleep.exclude(theirs).count(),
    )


def _said(money: Mapping[str, int]) -> list[str]:
    language = translation.get_language() or "en"
    return [wording.money(amount, currency, language) for currency, amount in sorted(money.items())]
