"""`invoice.*`: money that came or failed to come, and the new period it paid for."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from intake import outcomes
from intake.stripe import customer, shapes
from members import payments, subscriptions
from members.models import ExternalId, Member


def paid(event: shapes.StripeEvent, now: dt.datetime) -> None:
    """`invoice.paid` and `invoice.payment_succeeded`: two events of one payment, which counts once."""
    obj, name = event.object, _id(event.object)
    at = shapes.moment(shapes.dig(obj, "status_transitions", "paid_at")) or event.at
    member, amount = _member(obj), shapes.whole(obj.get("amount_paid")) or 0
    if amount > 0:
        payments.apply(_receipt("payment.succeeded", obj, member, amount, at, name), now)
    if obj.get("billing_reason") == "subscription_cycle" and subscription(obj):
        columns = {"current_period_end": end} if (end := _period_end(obj)) else {}
        _change("subscription.renewed", obj, member, at, name, columns, now)
    elif amount <= 0:
        raise outcomes.NotNeeded(_("Nothing was to be paid."))


def failed(event: shapes.StripeEvent, now: dt.datetime) -> None:
    """`invoice.payment_failed`: one failure for each attempt; the contract is overdue, unless it never began."""
    obj = event.object
    ident = f"{_id(obj)}:{shapes.whole(obj.get('attempt_count')) or 0}"
    member, amount = _member(obj), shapes.whole(obj.get("amount_due")) or 0
    payments.apply(_receipt("payment.failed", obj, member, amount, event.at, ident), now)
    if subscription(obj) and obj.get("billing_reason") != "subscription_create":
        _change("subscription.past_due", obj, member, event.at, ident, {}, now)


def subscription(obj: shapes.Shape) -> str:
    """The id of the subscription an invoice is for; empty for none."""
    details = shapes.dig(obj, "parent", "subscription_details", "subscription")
    return (shapes.ident(obj.get("subscription")) or shapes.ident(details))[:200]


def _member(obj: shapes.Shape) -> Member:
    metadata = shapes.dig(obj, "parent", "subscription_details", "metadata") or shapes.dig(
        obj, "subscription_details", "metadata"
    )
    owner = {**obj, "metadata": metadata or obj.get("metadata")}
    return customer.member_of(owner, obj.get("customer_email"))


def _id(obj: shapes.Shape) -> str:
    if not shapes.ident(obj):
        raise outcomes.NotUnderstood(_("data.object.id: the invoice's id is missing."))
    return shapes.ident(obj)[:200]


def _receipt(
    name: str, obj: shapes.Shape, member: Member, amount: int, at: dt.datetime, ident: str
) -> payments.Receipt:
    currency = shapes.text(obj.get("currency"), 3).upper()
    return payments.Receipt(
        name, member, ExternalId.STRIPE, _id(obj), amount, currency, at, ident, names=subscription(obj)
    )


def _change(
    name: str,
    obj: shapes.Shape,
    member: Member,
    at: dt.datetime,
    ident: str,
    columns: dict[str, Any],
    now: dt.datetime,
) -> None:
    subscriptions.apply(
        subscriptions.Change(
            name,
            member,
            ExternalId.STRIPE,
            subscription(obj),
            at,
            f"0:{ident}",
            columns,
            {"invoice": _id(obj)},
        ),
        now,
    )


def _period_end(obj: shapes.Shape) -> dt.datetime | None:
    ends = [shapes.moment(shapes.dig(line, "period", "end")) for line in shapes.rows(obj.get("lines"))]
    return max(filter(None, ends), default=None)
