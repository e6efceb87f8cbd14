"""Letters of which nobody knows whether they arrived: the mail provider is asked, where it can be.

Two kinds of providers can: one that finds a letter by our id, and one that takes the same batch again under the same
key and lets it leave only once (the key lives for 24 hours). What neither knows is left to staff.
"""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db.models import Q

from mail import arbitration, claiming, confirming, handing_over, transports
from mail.models import Message
from members.models import Event

SOON = dt.timedelta(minutes=1)  # a provider's list needs a moment
AGAIN = dt.timedelta(minutes=10)
KEY_LIVES = dt.timedelta(hours=23)
GIVEN_UP = dt.timedelta(days=2)
BATCH = 10
Status = Message.Status


def ask(now: dt.datetime) -> int:
    """Asks about a few unknown letters; how many turned out to have left. Uses the network."""
    transport = transports.current()
    if not (transport.repeats or transport.finds):
        return 0
    due = Message.objects.filter(status=Status.UNKNOWN, unknown_at__lte=now - SOON).filter(
        Q(asked_at=None) | Q(asked_at__lte=now - AGAIN)
    )
    waiting = due.filter(unknown_at__gt=now - GIVEN_UP).order_by("asked_at", "pk")
    if not (found := list(waiting.values_list("pk", "batch")[:BATCH])):
        return 0
    # Compare-and-swap: of several workers one asks.
    mine = [pk for pk, _batch in found if due.filter(pk=pk).update(asked_at=now)]
    letters = list(Message.objects.filter(pk__in=mine).select_related("member").order_by("pk"))
    if not letters:
        return 0
    if transport.repeats:
        return sum(_repeat(batch, now) for batch in {one.batch for one in letters if one.batch})
    return confirming.left(_known(letters), now)


def _known(letters: Sequence[Message]) -> list[Message]:
    """Those of these letters that the provider has."""
    transport = transports.current()
    try:
        return [message for message in letters if transport.knows(str(message.uuid))]
    except transports.Later:
        return []


def _repeat(batch: uuid.UUID, now: dt.datetime) -> int:
    """Hands a batch over again under its key, unless one of its letters may not leave any more."""
    rows = Message.objects.filter(batch=batch).order_by("pk")  # as `handing_over` handed them over
    letters = list(claiming.with_what_is_needed(rows))
    unknown = [message for message in letters if message.status == Status.UNKNOWN]
    if not all(_may(message, now) for message in letters) or not _are_wanted(unknown, now):
        return 0
    envelopes = [handing_over.as_before(message) for message in letters]
    answers = transports.current().submit_all(envelopes, str(batch))
    said = dict(zip([message.pk for message in letters], answers, strict=False))
    return confirming.left([one for one in unknown if one.pk in said and said[one.pk] is None], now)


def _may(message: Message, now: dt.datetime) -> bool:
    alive = message.submitted_at is not None and now - message.submitted_at < KEY_LIVES
    return alive and (message.status != Status.UNKNOWN or now <= message.not_after)


def _are_wanted(unknown: Sequence[Message], now: dt.datetime) -> bool:
    """Whether each may still leave: nothing said since stands against it, and nothing waits to be answered."""
    members = {message.member_id for message in unknown}
    if Event.objects.filter(member__in=members, handled_at=None, parked_at=None).exists():
        return False
    verdicts = arbitration.foresee(unknown, now)
    return all(verdict.until is None and not verdict.reason for verdict in verdicts.values())
