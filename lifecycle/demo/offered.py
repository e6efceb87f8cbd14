"""What former members of the demo club were offered: some a passive membership, one in three of them took it."""

import datetime as dt
import uuid
from collections.abc import Sequence

from lifecycle.demo.register import Registered
from members import events
from office.models import House
from winback.models import MadeOffer, Offer
from winback.offers import accepting, making, rules, wordings

OFFERED = "passive"
AFTER, EVERY = dt.timedelta(days=30), 4


def write(rows: Sequence[Registered], now: dt.datetime) -> int:
    """Writes the offers, stored as history; how many."""
    named, _every = rules.ready([OFFERED])
    gone = [
        (row, ended) for row in rows if (ended := row.life.contracts[-1].ended_at) and ended + AFTER < now
    ]
    made = [_made(row, ended + AFTER, named[OFFERED], now) for row, ended in gone[::EVERY]]
    MadeOffer.objects.bulk_create(made)
    language = House.current().language
    told = [
        events.Draft(name, one.member, at, f"offer:{one.uuid}:{name}", making.about(one, language))
        for one in made
        for name, at in ((making.MADE, one.made_at), (accepting.ACCEPTED, one.accepted_at))
        if at
    ]
    events.record_many(told, now, quiet=True)
    return len(made)


def _made(row: Registered, at: dt.datetime, offer: Offer, now: dt.datetime) -> MadeOffer:
    accepted = at + dt.timedelta(days=2)
    return MadeOffer(
        uuid=uuid.uuid5(row.member.uuid, OFFERED),
        offer=offer,
        member=row.member,
        made_at=at,
        until=at + dt.timedelta(days=offer.valid_days),
        terms=wordings.terms(offer, rules.Standing()),
        accepted_at=accepted if row.member.pk % 3 == 0 and accepted < now else None,
    )
