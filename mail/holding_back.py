"""Letters that wait because what they belong to stands still: they stay held until it goes on."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import F, QuerySet

from mail.models import Message
from office import bulk, nudges

REASON = "paused"
Status = Message.Status


def hold(letters: QuerySet[Message]) -> int:
    """Keeps those of these letters here that were not handed over yet; how many that were. One statement.

    Those that a worker holds are taken from it: its lease is gone, so it can neither send nor put them back.
    """
    waiting = letters.filter(status__in=(Status.QUEUED, Status.CLAIMED))
    return waiting.update(status=Status.HELD, reason=REASON, lease=None, leased_until=None)


def held(letters: QuerySet[Message]) -> QuerySet[Message]:
    """Those of these letters that stand still; a letter that waits for somebody's yes is none of them."""
    return letters.filter(status=Status.HELD, reason=REASON)


def release(letters: QuerySet[Message]) -> int:
    """Lets them go on as they were planned: what became too late meanwhile is skipped. One statement."""
    released = held(letters).update(status=Status.QUEUED, reason="")
    nudges.after_commit("send")
    return released


def release_later(letters: QuerySet[Message], moments: Sequence[dt.datetime], stood: dt.timedelta) -> int:
    """Lets them go on at these moments (aware), one each; the time that they stood still does not count as late."""
    rows = list(held(letters).order_by("due_at", "pk")[: len(moments)])
    for message, moment in zip(rows, moments, strict=False):
        message.status, message.reason = Status.QUEUED, ""
        message.due_at = max(moment, message.due_at)
        message.not_after = max(message.not_after + stood, moment + stood)
    bulk.update(rows, ["status", "reason", "due_at", "not_after"])
    held(letters).update(status=Status.QUEUED, reason="", not_after=F("not_after") + stood)
    nudges.after_commit("send")
    return len(rows)
