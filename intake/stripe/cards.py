"""Cards at Stripe: which there are, until when each is valid, and which one a customer usually pays with.

`payment_method.*` are today's events, `customer.source.*` those of cards from before 2018
(https://docs.stripe.com/api/events/types). Stripe says on the first of a card's last month that it expires, and by
itself when a bank has sent a new one (`…automatically_updated`).
"""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from intake import outcomes
from intake.stripe import customer, shapes
from members import cards, events
from members.models import Card, ExternalId, Member

EXPIRING = "payment_method.expiring"


def told(event: shapes.StripeEvent, now: dt.datetime) -> None:
    """A card was added, or there is something new about it. NotNeeded for what is no card."""
    _apply(event, customer.member_of(event.object), now)


def expiring(event: shapes.StripeEvent, now: dt.datetime) -> None:
    """`customer.source.expiring`: the card is valid until the end of this month."""
    member = customer.member_of(event.object)
    card = _apply(event, member, now)
    data = {"expires": f"{card.expires_at:%Y-%m-%d}"} if card.expires_at else {}
    events.record(events.Draft(EXPIRING, member, event.at, f"stripe:{event.id}"[:255], data), now)


def removed(event: shapes.StripeEvent, now: dt.datetime) -> None:
    """A card was taken away: then only what was before says whose it was, else our row. Waits for that."""
    owner = event.object.get("customer") or event.previous.get("customer")
    named = {**event.object, "customer": owner}
    member = customer.member_of(named) if owner else _known(_id(event.object)).member
    _apply(event, member, now, is_removed=True)


def usual(event: shapes.StripeEvent, member: Member, now: dt.datetime) -> None:
    """The card that a customer usually pays with, where the event of the customer names one."""
    settings = shapes.dig(event.object, "invoice_settings", "default_payment_method")
    named = settings or event.object.get("default_source")
    if ident := shapes.ident(named):
        card = named if isinstance(named, dict) else {}
        said = (member, ExternalId.STRIPE, ident[:200], event.at, event.id)
        cards.apply(cards.Said(*said, expires_at=_expires(card), is_chosen=True), now)


def named(obj: shapes.Shape) -> str:
    """The card that a contract names as the one that pays it; empty where it is the customer's usual one."""
    return (shapes.ident(obj.get("default_payment_method")) or shapes.ident(obj.get("default_source")))[:200]


def _apply(event: shapes.StripeEvent, member: Member, now: dt.datetime, *, is_removed: bool = False) -> Card:
    expires_at = _expires(event.object)
    if expires_at is None and not is_removed:
        raise outcomes.NotNeeded(_("This is no card; nothing of it expires."))
    said = (member, ExternalId.STRIPE, _id(event.object), event.at, event.id)
    return cards.apply(cards.Said(*said, expires_at=expires_at, is_removed=is_removed), now)


def _known(ident: str) -> Card:
    found = Card.objects.select_related("member").filter(source=ExternalId.STRIPE, external_id=ident).first()
    if found is None:
        sentence = _("No card is known as “%(name)s” of Stripe yet.") % {"name": ident}
        raise outcomes.Waits(outcomes.CARD, ident, sentence)
    return found


def _expires(obj: shapes.Shape) -> dt.datetime | None:
    """A payment method holds its card, an old source is the card itself."""
    card: Any = obj.get("card") if isinstance(obj.get("card"), dict) else obj
    year, month = shapes.whole(card.get("exp_year")), shapes.whole(card.get("exp_month"))
    return cards.last_day(year, month) if year and month else None


def _id(obj: shapes.Shape) -> str:
    if not shapes.ident(obj):
        raise outcomes.NotUnderstood(_("data.object.id: the card's id is missing."))
    return shapes.ident(obj)[:200]
