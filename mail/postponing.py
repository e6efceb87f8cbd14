"""Letters that may not leave now: given a later moment, or given up, each with its own reason, in few statements."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Case, CharField, DateTimeField, Field, QuerySet, Value, When

from mail.models import Message, Postponement

Status = Message.Status


def postpone(verdicts: Mapping[Message, tuple[dt.datetime, str]], lease: uuid.UUID, now: dt.datetime) -> int:
    """Puts letters still held under this lease back on their way until the moment, and for the reason, each has.

    Every time this happens a row remembers it, so that "why?" can be answered afterwards. How many that were.
    """
    if not verdicts:
        return 0
    rows = {message.pk: (message, until, reason) for message, (until, reason) in verdicts.items()}
    with transaction.atomic():
        held = _held(lease, rows).select_for_update()
        mine = [rows[pk] for pk in held.values_list("pk", flat=True)]
        if mine:
            put_off(mine, now)
    return len(mine)


def put_off(rows: Sequence[tuple[Message, dt.datetime, str]], now: dt.datetime) -> None:
    """Gives letters, which the caller holds in a transaction, a later moment, and writes down why."""
    if not rows:
        return
    Message.objects.filter(pk__in=[message.pk for message, _until, _why in rows]).update(
        status=Status.QUEUED,
        lease=None,
        leased_until=None,
        due_at=_each({message.pk: until for message, until, _why in rows}, DateTimeField()),
        reason=_each({message.pk: why for message, _until, why in rows}, CharField()),
    )
    Postponement.objects.bulk_create(
        Postponement(message=message, at=now, due_at=message.due_at, until=until, reason=why)
        for message, until, why in rows
    )


def give_up(reasons: Mapping[Message, str], lease: uuid.UUID, now: dt.datetime) -> int:
    """Skips letters still held under this lease, each for its reason; how many that were."""
    if not reasons:
        return 0
    return skip(_held(lease, [message.pk for message in reasons]), reasons, now)


def skip(letters: QuerySet[Message], reasons: Mapping[Message, str], now: dt.datetime) -> int:
    """Skips these letters, each for its reason; how many that were. One statement."""
    if not reasons:
        return 0
    said = {message.pk: reason[:400] for message, reason in reasons.items()}
    return letters.update(
        status=Status.SKIPPED,
        reason=_each(said, CharField()),
        finished_at=now,
        lease=None,
        leased_until=None,
    )


def _each(values: Mapping[int, Any], field: "Field[Any, Any]") -> Case:
    """A value for each row, in one statement."""
    cases = [When(pk=pk, then=Value(value, output_field=field)) for pk, value in values.items()]
    return Case(*cases, output_field=field)


def _held(lease: uuid.UUID, ids: Collection[int]) -> QuerySet[Message]:
    return Message.objects.filter(lease=lease, status=Status.CLAIMED, pk__in=ids)
