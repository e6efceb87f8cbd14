"""A letter of which somebody outside speaks has left, whatever the worker that handed it over lived to write down."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now

from mail import handing_over
from mail.models import Message
from members import events

Status = Message.Status
# Not known to have left, or about to be sent once more because nobody knew; never one that a worker holds.
DOUBTED = Q(status=Status.UNKNOWN) | Q(status=Status.QUEUED, resent_at__isnull=False)


def confirm(message: Message, at: dt.datetime, now: dt.datetime) -> bool:
    """Notes that the letter was seen outside at `at`; True when that made an unknown one sent.

    One that a worker is handing over stays with it; should that worker die, `settle` finds it here.
    """
    Message.objects.filter(pk=message.pk, told_at=None).update(told_at=at)
    return bool(_sent([message], DOUBTED, now))


def left(messages: Sequence[Message], now: dt.datetime) -> int:
    """Makes unknown letters sent of which the mail provider says that it has them; how many."""
    return _sent(messages, Q(status=Status.UNKNOWN), now)


def settle(now: dt.datetime, limit: int = 100) -> int:
    """Makes letters sent that were seen outside before they became unknown; how many."""
    seen = Message.objects.filter(told_at__isnull=False, status__in=[Status.SUBMITTING, Status.UNKNOWN])
    given_up = Q(status=Status.UNKNOWN) | Q(status=Status.SUBMITTING, leased_until__lt=Now())
    if not seen.filter(given_up).exists():  # nearly always; and quicker to ask than for whole letters
        return 0
    return _sent(list(seen.filter(given_up).select_related("member")[:limit]), given_up, now)


def _sent(messages: Sequence[Message], states: Q, now: dt.datetime) -> int:
    """Compare-and-swap, each with its line in the member's timeline."""
    if not messages:
        return 0
    with transaction.atomic():
        left: dict[str, Any] = {"status": Status.SENT, "reason": "", "finished_at": now}
        # Of one that a restored backup had waiting, nobody knows when it was handed over.
        left |= {"lease": None, "leased_until": None, "submitted_at": Coalesce("submitted_at", "due_at")}
        moved = [one for one in messages if Message.objects.filter(states, pk=one.pk).update(**left)]
        if moved:
            events.note_many(list(handing_over.told(moved, now)), now)
        return len(moved)
