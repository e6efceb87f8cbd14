"""What came of trying to tell another system something: arrived, tried again later, or given up."""

import datetime as dt
import random
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from api import endpoints
from api.models import Delivery, Endpoint
from api.posting import Answer

Status = Delivery.Status
# How long after one try the next one comes: the schedule that the specification of Standard Webhooks gives.
DELAYS = (
    dt.timedelta(seconds=5),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=30),
    dt.timedelta(hours=2),
    dt.timedelta(hours=5),
    dt.timedelta(hours=10),
    dt.timedelta(hours=14),
    dt.timedelta(hours=20),
    dt.timedelta(hours=24),
)
JITTER = 0.1  # up to so much later, so that what failed together does not come back together
PATIENCE = dt.timedelta(days=5)  # who answers nothing well for so long is switched off
GONE = 410
OVERLOADED = (429, 502, 503, 504)
REST_OF_SILENT = dt.timedelta(minutes=1)
LONGEST_REST = dt.timedelta(minutes=10)


def note(tried: Sequence[tuple[Delivery, Answer]], lease: uuid.UUID, now: dt.datetime) -> None:
    """Writes down what came of these tries, as far as the lease still holds, and how each endpoint does."""
    with transaction.atomic():
        for row, answer in tried:
            _write(row, answer, lease, now)
        for endpoint in {row.endpoint_id: row.endpoint for row, _answer in tried}.values():
            _judge(endpoint, [answer for row, answer in tried if row.endpoint_id == endpoint.pk], now)


def recover(now: dt.datetime) -> int:
    """Puts back on its way what a dead worker held; the other side may get it twice, and knows it by its id."""
    lost = Delivery.objects.filter(status=Status.CLAIMED, leased_until__lt=Now())
    if not lost.exists():  # nearly always; a statement that writes would make other writers wait
        return 0
    spent = lost.filter(attempts__gt=len(DELAYS))
    given_up = spent.update(
        status=Status.FAILED, finished_at=now, lease=None, leased_until=None, error="died while being sent"
    )
    return given_up + lost.update(status=Status.QUEUED, lease=None, leased_until=None)


def _write(row: Delivery, answer: Answer, lease: uuid.UUID, now: dt.datetime) -> None:
    held = Delivery.objects.filter(pk=row.pk, lease=lease, status=Status.CLAIMED)
    is_last = row.attempts > len(DELAYS) or answer.code == GONE
    status = Status.DELIVERED if answer.is_good else Status.FAILED if is_last else Status.QUEUED
    held.update(
        status=status,
        code=answer.code,
        answer=answer.text,
        error=answer.error[:300],
        due_at=_next(row, answer, now) if status == Status.QUEUED else row.due_at,
        finished_at=None if status == Status.QUEUED else now,
        lease=None,
        leased_until=None,
    )


def _next(row: Delivery, answer: Answer, now: dt.datetime) -> dt.datetime:
    delay = DELAYS[row.attempts - 1] * random.uniform(1, 1 + JITTER)  # noqa: S311 (nobody gains by guessing it)
    return now + max(delay, dt.timedelta(seconds=answer.retry_after))


def _judge(endpoint: Endpoint, answers: Sequence[Answer], now: dt.datetime) -> None:
    if any(answer.is_good for answer in answers):
        Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=None, rests_until=None)
        return
    since = endpoint.failing_since or now
    Endpoint.objects.filter(pk=endpoint.pk).update(
        failing_since=since, rests_until=now + max(_rest(answer, now - since) for answer in answers)
    )
    if any(answer.code == GONE for answer in answers):
        endpoints.disable(endpoint, _("It answered that it is gone for good (410)."), now)
    elif now - since >= PATIENCE:
        endpoints.disable(endpoint, _("It has not answered well for %d days.") % PATIENCE.days, now)


def _rest(answer: Answer, failing: dt.timedelta) -> dt.timedelta:
    """How long an endpoint is left in peace: longer the longer it fails, and as long as it asks for."""
    if answer.retry_after:
        return dt.timedelta(seconds=answer.retry_after)
    if answer.is_silent or answer.code in OVERLOADED:
        return max(REST_OF_SILENT, min(failing / 10, LONGEST_REST))
    return min(failing / 10, LONGEST_REST)
