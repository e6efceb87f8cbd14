"""What letters leave through: how much left, how many wait for it, and when the last of them is done."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, Q

from mail import mailboxes, pacing
from mail.models import Mailbox, Message

Status = Message.Status


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
