"""Messages to other systems: queued in the transaction of what they tell of, sent later, tried again for days.

Each is delivered at least once; `webhook-id` stays the same at every try, so that the other side knows a repetition.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import datetime as dt
import json
import random
import time
import uuid
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from api import endpoints, posting, receipts, secrets
from api.models import Delivery, Endpoint
from office import nudges

BATCH = 8  # at the same time, so that the slowest of them holds a worker for half a minute and no longer
LEASE = dt.timedelta(seconds=120)
KEPT = dt.timedelta(days=90)
Status = Delivery.Status


@dataclass(frozen=True)
class Draft:
    """A message to be sent. `key` is unique for ever; `about` is the UUID of the member whom `data` names."""

    key: str
    endpoint: Endpoint
    type: str
    data: Mapping[str, Any]
    about: uuid.UUID | None = None


def queue(drafts: Sequence[Draft], now: dt.datetime) -> None:
    """Puts messages on their way in the caller's transaction; a key that is known already changes nothing."""
    Delivery.objects.bulk_create([_row(draft, now) for draft in drafts], ignore_conflicts=True)
    if drafts:
        nudges.after_commit("send")


def send_due(now: dt.datetime) -> int:
    """Sends a few messages that are due at `now`, side by side; how many were tried or freed."""
    done = receipts.recover(now)
    lease, claimed = _claim(now)
    if not claimed:
        return done
    with ThreadPoolExecutor(BATCH) as pool:  # the threads use the network alone, never the database
        answers = list(pool.map(_attempt, claimed))
    receipts.note(list(zip(claimed, answers, strict=True)), lease, now)
    return done + len(claimed)


def resend(rows: Collection[Delivery], now: dt.datetime) -> int:
    """Puts messages that are done, well or badly, on their way again under the same id; how many that were."""
    again = Delivery.objects.filter(
        pk__in=[row.pk for row in rows],
        status__in=(Status.DELIVERED, Status.FAILED, Status.DROPPED),
        endpoint__disabled_at=None,
    ).exclude(body="")
    count = again.update(status=Status.QUEUED, due_at=now, attempts=0, finished_at=None, error="")
    nudges.after_commit("send")
    return count


def forget(members: Collection[uuid.UUID], now: dt.datetime) -> None:
    """Empties the messages that name these members, and stops those on their way; that something was sent stays."""
    told = Delivery.objects.filter(about__in=members)
    told.filter(status=Status.QUEUED).update(status=Status.DROPPED, finished_at=now)
    told.update(body="", answer="", error="")


def forget_old(now: dt.datetime) -> int:
    """Deletes what was done with 90 days ago; how many that were."""
    return Delivery.objects.filter(finished_at__lt=now - KEPT).delete()[0]


def _row(draft: Draft, now: dt.datetime) -> Delivery:
    said = {"type": draft.type, "timestamp": now.isoformat().replace("+00:00", "Z"), "data": draft.data}
    is_off = draft.endpoint.disabled_at is not None
    return Delivery(
        key=draft.key,
        endpoint=draft.endpoint,
        type=draft.type,
        about=draft.about,
        body=json.dumps(said, ensure_ascii=False, separators=(",", ":"), default=str),
        created_at=now,
        due_at=now,
        status=Status.DROPPED if is_off else Status.QUEUED,
        finished_at=now if is_off else None,
        error="it is switched off" if is_off else "",
    )


def _claim(now: dt.datetime) -> tuple[uuid.UUID, list[Delivery]]:
    lease = uuid.uuid4()
    ready = _ready(now) if Delivery.objects.filter(status=Status.QUEUED).exists() else []
    if not ready:
        return lease, []
    claimed: list[Delivery] = []
    with transaction.atomic():
        for endpoint in ready:
            due = endpoint.deliveries.filter(status=Status.QUEUED, due_at__lte=now).order_by("due_at", "id")
            claimed += due.select_for_update(skip_locked=True, no_key=True)[: max(1, BATCH // len(ready))]
        for row in claimed:
            row.attempts += 1
        for tries in {row.attempts for row in claimed}:
            alike = Delivery.objects.filter(pk__in=[row.pk for row in claimed if row.attempts == tries])
            alike.update(
                status=Status.CLAIMED, lease=lease, leased_until=Now() + LEASE, attempts=tries, tried_at=now
            )
    return lease, claimed


def _ready(now: dt.datetime) -> list[Endpoint]:
    """A few endpoints that something is due for: each gets its share, and one that rests costs nothing."""
    due = Delivery.objects.filter(endpoint=OuterRef("pk"), status=Status.QUEUED, due_at__lte=now)
    awake = Q(rests_until=None) | Q(rests_until__lte=now)
    ready = list(Endpoint.objects.filter(awake, Exists(due), disabled_at=None))
    return random.sample(ready, min(BATCH, len(ready)))


def _attempt(row: Delivery) -> posting.Answer:
    body = row.body.encode()
    try:
        signed = endpoints.signed(row.endpoint, row.ident, int(time.time()), body)
    except secrets.Unreadable as error:
        return posting.Answer(error=str(error))
    sent = {"Content-Type": "application/json", "User-Agent": "Lifecycle", **signed}
    return posting.post(row.endpoint.url, body, sent)
