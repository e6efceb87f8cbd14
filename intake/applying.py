"""What arrived is understood and written down, oldest first; each message for itself, so that none holds up another."""

import datetime as dt
import json
import logging

from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from intake import outcomes, sources
from intake.models import Delivery
from members import merging
from members.models import Card, ExternalId, Subscription
from office import nudges

BATCH = 100
LONGEST_REASON = 2000
Status = Delivery.Status

log = logging.getLogger(__name__)


def apply_waiting(now: dt.datetime, limit: int = BATCH) -> int:
    """Applies up to `limit` new arrivals, then those whose member has become known; returns how many it dealt with.

    A worker holds its arrivals by locks that others step over; one that dies leaves them as they were.
    """
    arrived, waiting = (Delivery.objects.filter(status=one) for one in (Status.RECEIVED, Status.WAITING))
    done = _deal_with(arrived, now, limit) if arrived.exists() else 0
    return done + (_deal_with(_wait_is_over(), now, limit) if waiting.exists() else 0)


def replay(delivery: Delivery, _now: dt.datetime) -> None:
    """Takes an arrival up again that was set aside, not needed or waiting; the next pass applies it."""
    Delivery.objects.filter(pk=delivery.pk).update(status=Status.RECEIVED, reason="", handled_at=None)
    nudges.after_commit("engine")


def _deal_with(waiting: QuerySet[Delivery], now: dt.datetime, limit: int) -> int:
    with transaction.atomic():
        chosen = waiting.select_related("endpoint").select_for_update(skip_locked=True, of=("self",))
        return sum(_deal(delivery, now) for delivery in chosen.order_by("id")[:limit])


def _wait_is_over() -> QuerySet[Delivery]:
    who, whose = OuterRef("waits_for_source"), OuterRef("waits_for")
    member = ExternalId.objects.filter(source=who, value=whose)
    contract = Subscription.objects.filter(
        member__external_ids__source=ExternalId.HOUSE, member__external_ids__value=whose
    )
    card = Card.objects.filter(source=ExternalId.STRIPE, external_id=whose)
    is_known = Q(Exists(member)) | Q(waits_for_source=outcomes.SUBSCRIPTION) & Q(Exists(contract))
    is_known |= Q(waits_for_source=outcomes.CARD) & Q(Exists(card))
    return Delivery.objects.filter(is_known, status=Status.WAITING)


def _deal(delivery: Delivery, now: dt.datetime) -> int:
    before = delivery.status, delivery.waits_for_source, delivery.waits_for
    delivery.waits_for_source = delivery.waits_for = ""
    try:
        delivery.status, delivery.reason = _outcome(delivery, now)
    except OperationalError:  # a deadlock or a busy database says nothing about the message
        log.warning("arrival %s is tried again later", delivery.pk, exc_info=True)
        return 0
    delivery.handled_at = now
    delivery.save(update_fields=["status", "reason", "waits_for_source", "waits_for", "handled_at"])
    return int((delivery.status, delivery.waits_for_source, delivery.waits_for) != before)


def _outcome(delivery: Delivery, now: dt.datetime) -> tuple[Status, str]:
    """How it ended, and the reason where it is not written down."""
    try:
        with transaction.atomic():
            _apply(delivery, now)
    except outcomes.NotNeeded as reason:
        return Status.IGNORED, str(reason)
    except outcomes.Waits as reason:
        delivery.waits_for_source, delivery.waits_for = reason.source, reason.value[:200]
        return Status.WAITING, str(reason)
    except (outcomes.NotUnderstood, merging.NotTheirs) as reason:
        return Status.PARKED, str(reason)[:LONGEST_REASON]
    except OperationalError:
        raise
    except Exception as error:
        log.exception("arrival %s was set aside", delivery.pk)
        return Status.PARKED, f"{type(error).__name__}: {error}"[:LONGEST_REASON]
    return Status.APPLIED, ""


def _apply(delivery: Delivery, now: dt.datetime) -> None:
    source = sources.SOURCES[delivery.endpoint.source]
    arrived = sources.Arrived(delivery.endpoint.slug, delivery.provider_id, json.loads(delivery.body))
    source.apply(arrived, now)
