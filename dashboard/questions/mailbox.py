"""What letters leave through: how much left, how many wait for it, and when the last of them is done."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, Q

from mail import mailboxes, pacing
from mail.models import Mailbox, Message

Status = Message.Status
PATIENCE = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Use:
    """Letters that left within the last minute and the last 24 hours."""

    minute: int
    day: int


@dataclass(frozen=True)
class Line:
    """So many letters wait for the mailbox, and when the last of them is to leave."""

    letters: int
    done_at: dt.datetime | None
    rests_until: dt.datetime | None
    trouble: str


@dataclass(frozen=True)
class Stuck:
    """Letters do not leave as they should: how many wait, since or until when, and what was said.

    `needs_us`: a person here has to act. With `until` it is only the limit that is too low.
    """

    letters: int
    since: dt.datetime | None
    until: dt.datetime | None
    trouble: str
    needs_us: bool


def stuck(now: dt.datetime) -> Stuck | None:
    """The mailbox that took no letter for an hour, or not until somebody acts, or whose limit keeps some for a day.

    One that failed long ago and has had nothing to send since says nothing of today.
    """
    box = mailboxes.current()
    if box.failures and box.rests_since and (box.is_ours or box.rests_since <= now - PATIENCE):
        due = Message.objects.filter(status=Status.QUEUED, due_at__lte=now)
        number = (mailboxes.resting(box) | due).count()
        if number or mailboxes.rests(box, now):
            return Stuck(number, box.rests_since, None, box.trouble, box.is_ours)
    if not box.is_limited:
        return None
    late = (
        pacing.waiting().filter(due_at__gt=now + pacing.DAY).aggregate(number=Count("pk"), last=Max("due_at"))
    )
    return Stuck(late["number"], None, late["last"], "", needs_us=False) if late["number"] else None


def use(now: dt.datetime) -> Use:
    """How much was sent lately."""
    left = Message.objects.filter(
        status__in=pacing.LEFT, finished_at__gt=now - pacing.DAY, submitted_at__gt=now - pacing.DAY
    )
    found = left.aggregate(
        day=Count("pk"), minute=Count("pk", filter=Q(submitted_at__gt=now - pacing.MINUTE))
    )
    return Use(found["minute"], found["day"])


def line(mailbox: Mailbox, now: dt.datetime) -> Line | None:
    """The letters that wait for the mailbox alone; None when none does and it does not rest."""
    rests = mailbox.rests_until if mailboxes.rests(mailbox, now) else None
    waiting = mailboxes.resting(mailbox) if rests else pacing.waiting()
    if not rests and not waiting.exists():
        return None
    everything = waiting | Message.objects.filter(status=Status.QUEUED, due_at__lte=now)
    found = everything.aggregate(number=Count("pk"), last=Max("due_at"))
    return Line(found["number"], found["last"], rests, mailbox.trouble if rests else "")
