"""`charge.*`: what was paid without an invoice, and what was paid back."""

import datetime as dt

from django.utils.translation import gettext as _

from intake import outcomes
from intake.stripe import customer, shapes
from members import events, payments
from members.models import ExternalId, Member


def succeeded(event: shapes.StripeEvent, now: dt.datetime) -> None:
    """`charge.succeeded`: counts only where Stripe says that no invoice belongs to it; those count by invoice."""
    obj = event.object
    if "invoice" not in obj or obj["invoice"] is not None:
        raise outcomes.NotNeeded(
            _("This charge belongs to an invoice, which is counted itself, or may do so.")
        )
    at = shapes.moment(obj.get("created")) or event.at
    payments.apply(_receipt("payment.succeeded", obj, customer.member_of(obj), at, _id(obj)), now)


def refunded(event: shapes.StripeEvent, now: dt.datetime) -> None:
    """`charge.refunded`: the payment went back; of a part of it only the event is written."""
    obj = event.object
    member = customer.member_of(obj)
    before = shapes.whole(event.previous.get("amount_refunded")) or 0
    back = (shapes.whole(obj.get("amount_refunded")) or 0) - before
    if obj.get("refunded") is False:
        _record_part(event, member, back, now)
        return
    payments.apply(_receipt("payment.refunded", obj, member, event.at, event.id, back), now)


def _record_part(event: shapes.StripeEvent, member: Member, back: int, now: dt.datetime) -> None:
    currency = shapes.text(event.object.get("currency"), 3).upper()
    data = {"amount": back, "currency": currency, "partial": True, "payment": _paid(event.object)}
    events.record(events.Draft("payment.refunded", member, event.at, f"stripe:{event.id}"[:255], data), now)


def _receipt(
    name: str, obj: shapes.Shape, member: Member, at: dt.datetime, ident: str, back: int | None = None
) -> payments.Receipt:
    amount, currency = shapes.whole(obj.get("amount")) or 0, shapes.text(obj.get("currency"), 3).upper()
    data = {} if back is None else {"amount": back}
    return payments.Receipt(
        name, member, ExternalId.STRIPE, _paid(obj), amount, currency, at, ident, data=data
    )


def _paid(obj: shapes.Shape) -> str:
    """The payment a charge is: its invoice's, else its own."""
    return shapes.ident(obj.get("invoice"))[:200] or _id(obj)


def _id(obj: shapes.Shape) -> str:
    if not shapes.ident(obj):
        raise outcomes.NotUnderstood(_("data.object.id: the charge's id is missing."))
    return shapes.ident(obj)[:200]
