"""Who names people for Today. A new source is one entry of `SOURCES`: its name, and who finds.

A source finds at most so many people, those who need it most first, by a range of an index; asked about one member
(by key) it finds that member alone. What is no task yet becomes one with the first outcome (`key`).
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.questions import people
from dashboard.words import times
from mail.models import Reply
from members import durations, ladder
from members.models import Event, Member, Payment, Subscription
from members.models.member import Circle, Stage
from relationship.models import Task

LEAVES_SOON = dt.timedelta(days=14)
RENEWS_SOON = dt.timedelta(days=14)
NOT_SPOKEN = dt.timedelta(days=90)


class Rank(IntEnum):
    """Who goes first: story 4 of the product's pages."""

    PROMISE = 1  # a promise to a person that is about to break
    REPLY = 2
    INNER = 3
    MONEY = 4
    NEW = 5
    LATER = 6


@dataclass(frozen=True)
class Found:
    """Why one member needs a person, since when (aware); the task where there is one, else which source says so.

    What waits for an answer is a `reply`: it is answered on its own page.
    """

    member_id: int
    rank: Rank
    why: str
    since: dt.datetime
    task: Task | None = None
    source: str = ""
    is_money: bool = False
    reply: Reply | None = None

    @property
    def key(self) -> str:
        """The key of the task that the first outcome makes of it: the same reason is not named twice."""
        return f"today:{self.source}:{self.member_id}:{self.since:%Y-%m-%d}"

    @property
    def order(self) -> tuple[int, dt.datetime, int]:
        """Where it stands among the others: the promise that breaks first, else who waits longest."""
        is_promise = self.task and self.rank == Rank.PROMISE
        return self.rank, self.task.due_at if self.task and is_promise else self.since, self.member_id


Find = Callable[[dt.datetime, int, int | None], list[Found]]


@dataclass(frozen=True)
class Source:
    """One of them: `find` takes now (aware), how many at most, and the key of the only member asked about, or None."""

    name: str
    find: Find


def tasks(now: dt.datetime, most: int, of: int | None) -> list[Found]:
    """What somebody here is to do, soonest first; what nobody answered comes again on its day."""
    tonight = timezone.localtime(now).replace(hour=23, minute=59, second=59)
    there = Q(due_at__lte=tonight) | Q(tries=0)
    rows = Task.objects.filter(there, _who(of), done_at=None, member__erased_at=None)
    rows = rows.select_related("member", "letter", "assigned_to").defer("letter__values")
    return [
        Found(row.member_id, _rank(row, tonight), row.title, row.created_at, task=row, is_money=row.is_money)
        for row in rows.order_by("due_at", "pk")[:most]
    ]


def _rank(task: Task, tonight: dt.datetime) -> Rank:
    if task.is_money:
        return Rank.MONEY
    if task.due_at <= tonight:
        return Rank.PROMISE
    if task.member.circle == Circle.INNER:
        return Rank.INNER
    return Rank.NEW if task.member.stage == Stage.ONBOARDING else Rank.LATER


def replies(_now: dt.datetime, most: int, of: int | None) -> list[Found]:
    """Who wrote back and waits for an answer; answering the reply takes them off."""
    rows = Reply.objects.filter(_who(of), answered_at=None, member__isnull=False).order_by(
        "received_at", "pk"
    )
    words = _("Wrote back and waits for an answer")
    return [
        Found(row.member_id, Rank.REPLY, words, row.received_at, source="replies", reply=row)
        for row in rows.defer("whole", "text")[:most]
        if row.member_id
    ]


def inner(now: dt.datetime, most: int, of: int | None) -> list[Found]:
    """The inner circle that renews soon and has not been spoken with for a quarter of a year."""
    silent = Q(member__facts__last_conversation_at=None) | Q(
        member__facts__last_conversation_at__lte=now - NOT_SPOKEN
    )
    rows = Subscription.objects.filter(
        silent,
        _who(of),
        member__circle=Circle.INNER,
        status=Subscription.Status.ACTIVE,
        current_period_end__gt=now,
        current_period_end__lte=now + RENEWS_SOON,
        member__joined_at__lte=now - NOT_SPOKEN,
    )
    rows = rows.select_related("member__facts").order_by("current_period_end", "pk")
    return [found for row in rows[:most] if (found := _inner(row, now))]


def _inner(row: Subscription, now: dt.datetime) -> Found | None:
    last, ends = row.member.facts.last_conversation_at, row.current_period_end
    if ends is None:
        return None
    said = {"day": times.day(ends, now), "days": (now - last).days if last else 0}
    text = (
        _("Inner circle, not spoken with for %(days)d days, renews %(day)s")
        if last
        else _("Inner circle, never spoken with, renews %(day)s")
    )
    return Found(row.member_id, Rank.INNER, text % said, last or row.member.joined_at, source="inner")


def overdue(_now: dt.datetime, most: int, of: int | None) -> list[Found]:
    """Whose payment is overdue, since billing said so, or since the last payment that failed."""
    told = Event.objects.filter(member=OuterRef("member"), name="subscription.past_due")
    said = Subquery(told.order_by("-occurred_at").values("occurred_at")[:1])
    failures = Payment.objects.filter(subscription=OuterRef("pk"), status=Payment.Status.FAILED)
    failed = Subquery(failures.order_by("-paid_at").values("paid_at")[:1])
    rows = Subscription.objects.filter(_who(of), status=Subscription.Status.PAST_DUE, member__erased_at=None)
    rows = rows.annotate(since=Coalesce(said, failed, "started_at", "member__joined_at"))
    rows = rows.order_by("-current_period_end", "-pk")
    found = rows.values_list("member_id", "since")[:most]
    words = _("The payment is overdue")
    return [Found(member, Rank.MONEY, words, at, source="overdue") for member, at in found]


def leaving(now: dt.datetime, most: int, of: int | None) -> list[Found]:
    """Who said goodbye lately and is still here."""
    rows = Subscription.objects.filter(
        _who(of),
        status=Subscription.Status.CANCELLED,
        access_ends_at__gt=now,
        access_ends_at__lte=now + LEAVES_SOON,
        cancelled_at__isnull=False,
        member__erased_at=None,
    )
    return [
        Found(
            row.member_id,
            Rank.MONEY,
            _("Leaves on %s: a word of thanks") % times.day(durations.last_moment(row.access_ends_at), now),
            row.cancelled_at,
            source="leaving",
        )
        for row in rows.order_by("access_ends_at", "pk")[:most]
        if row.access_ends_at and row.cancelled_at
    ]


def unwelcomed(now: dt.datetime, most: int, of: int | None) -> list[Found]:
    """Who joined in the last days and has had no letter."""
    rows = _only(people.unwelcomed(now), of).order_by("-joined_at")[:most]
    words = _("Joined, and no letter has gone")
    return [Found(row.pk, Rank.NEW, words, row.joined_at, source="unwelcomed") for row in rows]


def stalled(now: dt.datetime, most: int, of: int | None) -> list[Found]:
    """Who is new, and has had nothing of it yet."""
    rows = _only(ladder.stalled(now), of).order_by("-stage_since")[:most]
    words = _("Onboarding is over, and no first value yet")
    return [Found(row.pk, Rank.NEW, words, row.stage_since, source="stalled") for row in rows]


SOURCES = (
    Source("tasks", tasks),
    Source("replies", replies),
    Source("inner", inner),
    Source("overdue", overdue),
    Source("leaving", leaving),
    Source("unwelcomed", unwelcomed),
    Source("stalled", stalled),
)


def _who(member: int | None) -> Q:
    return Q() if member is None else Q(member=member)


def _only(rows: QuerySet[Member], member: int | None) -> QuerySet[Member]:
    return rows if member is None else rows.filter(pk=member)
