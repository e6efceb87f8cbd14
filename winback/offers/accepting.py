"""A member accepts an offer: once, until its last day. What follows from it is somebody's task."""

import datetime as dt

from django.db import transaction

from members import events
from office.models import House
from winback.models import MadeOffer
from winback.offers import making

ACCEPTED = "offer.accepted"


def is_open(made: MadeOffer, now: dt.datetime) -> bool:
    """Whether it can be accepted still."""
    return made.accepted_at is None and now < made.until


def accept(made: MadeOffer, now: dt.datetime) -> bool:
    """Notes that the member accepts it, in one transaction with its event; False when it was done or is too late."""
    with transaction.atomic():
        row = MadeOffer.objects.select_for_update(of=("self",)).select_related("member").get(pk=made.pk)
        if not is_open(row, now):
            return False
        row.accepted_at = now
        row.save(update_fields=["accepted_at"])
        language = House.current().language
        draft = events.Draft(
            ACCEPTED, row.member, now, f"offer:{row.uuid}:accepted", making.about(row, language)
        )
        events.record(draft, now)
        return True
