"""Letters that wait for a person: let go, or thrown away.

A letter is written afresh when it leaves, so what somebody says yes to is `seen`: all that it says of its member.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Sequence

from django.db.models import QuerySet

from mail import addressing, holding_back, values
from mail.models import Message
from office import nudges

Status = Message.Status


def let_go(letters: Collection[int], now: dt.datetime) -> tuple[int, int]:
    """Puts those of these letters (keys) that wait for a person on their way: how many left, how many came too late.

    What is not worth sending any more is skipped and says so.
    """
    held = _waiting(letters)
    late = held.filter(not_after__lt=now).update(status=Status.SKIPPED, reason="too_late", finished_at=now)
    held.filter(due_at__lt=now).update(due_at=now)  # it waited for a person, and is not overdue
    gone = held.update(status=Status.QUEUED)
    nudges.after_commit("send")
    return gone, late


def discard(letters: Collection[int], now: dt.datetime, why: str = "") -> int:
    """Throws those of these letters (keys) away that wait for a person; how many. `why` is what staff read."""
    held = _waiting(letters)
    reason = f"discarded: {why}"[:400] if why else "discarded"
    return held.update(status=Status.SKIPPED, reason=reason, finished_at=now)


def seen(messages: Sequence[Message], now: dt.datetime) -> dict[int, str]:
    """A mark of what each letter (by key) says at `now`, and to whom; it changes when that does.

    Links stay out of it: they are signed anew each time.
    """
    found = values.gather(messages, now) if messages else {}
    return {message.pk: _mark(message, found[message.pk]) for message in messages}


def _waiting(letters: Collection[int]) -> QuerySet[Message]:
    """Those that wait for a person; what waits for its flow to go on leaves with the flow."""
    held = Message.objects.filter(pk__in=letters, status=Status.HELD)
    return held.exclude(reason=holding_back.REASON)


def _mark(message: Message, said: dict[str, object]) -> str:
    plain = {name: value for name, value in said.items() if name != "links"}
    whole = [message.letter_version_id, addressing.of(message.member), plain]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, default=str).encode()).hexdigest()[:16]
