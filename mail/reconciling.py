"""Letters of which nobody knows whether they arrived: somebody found out, or decides to send one once more.

Every move is a compare-and-swap that names how often the letter had been handed over when somebody looked at it:
what the engine, or somebody else, did with it meanwhile is left alone.
"""

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from mail import handing_over
from mail.models import Message
from members import events
from office import nudges

Status = Message.Status
CONFIRMED = "confirmed"


def locked(letters: Mapping[UUID, int]) -> list[Message]:
    """Those of these letters that are still unknown and were handed over as often as said; held by the caller."""
    rows = Message.objects.filter(uuid__in=letters, status=Status.UNKNOWN).order_by("pk")
    held = rows.select_related("member").defer("values").select_for_update(of=("self",), no_key=True)
    return [message for message in held if message.attempts == letters[message.uuid]]


def arrived(letters: Mapping[UUID, int], now: dt.datetime) -> list[Message]:
    """Writes down that these letters arrived, each named with how often it was handed over; those that were unknown.

    They count as sent at the moment at which they were handed over, and the member's story says so.
    """
    with transaction.atomic():
        found = locked(letters)
        handed_over = Coalesce(F("submitted_at"), F("unknown_at"))
        Message.objects.filter(pk__in=[message.pk for message in found]).update(
            status=Status.SENT, reason=CONFIRMED, submitted_at=handed_over
        )
        if found:
            events.note_many(list(handing_over.told(found, now)), now)
    return found


def send_again(letters: list[Message], now: dt.datetime) -> None:
    """Puts these letters, which the caller holds (`locked`), on their way once more: same Message-ID, same key."""
    keys = [message.pk for message in letters]
    Message.objects.filter(pk__in=keys, status=Status.UNKNOWN).update(
        status=Status.QUEUED, reason="", due_at=now, finished_at=None, resent_at=now
    )
    nudges.after_commit("send")
