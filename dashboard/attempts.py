"""Trying again what was set aside, written down with who asked for it."""

import datetime as dt

from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from intake import applying
from intake.models import Delivery
from members import answering
from members.models import Event
from office import audit
from office.models import User

MOST = 200  # in one go; a person waits for the page


def arrival(delivery: Delivery, user: User | AnonymousUser, now: dt.datetime) -> None:
    """Applies one arrival again at `now`."""
    audit.record(user, "arrival.tried_again", delivery, now, arrival=delivery.pk)
    applying.replay(delivery, now)


def event(parked: Event, user: User | AnonymousUser, now: dt.datetime) -> None:
    """Puts one event back in line; the next pass answers it."""
    with transaction.atomic():
        answering.retry(parked)
        audit.record(user, "event.tried_again", parked, now, event=parked.pk, member=str(parked.member.uuid))


def all_set_aside(user: User | AnonymousUser, now: dt.datetime) -> int:
    """Tries the oldest arrivals and events again that are set aside; returns how many."""
    deliveries = list(Delivery.objects.filter(status=Delivery.Status.PARKED).order_by("pk")[:MOST])
    events = list(
        Event.objects.filter(parked_at__isnull=False).select_related("member").order_by("pk")[:MOST]
    )
    for delivery in deliveries:
        arrival(delivery, user, now)
    for parked in events:
        event(parked, user, now)
    return len(deliveries) + len(events)
