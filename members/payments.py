"""Payments: each one once, whatever the order and number of the messages about it."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from members import events, merging
from members.models import Event, Member, Payment, Subscription

STATUSES = {
    "payment.succeeded": Payment.Status.SUCCEEDED,
    "payment.failed": Payment.Status.FAILED,
    "payment.refunded": Payment.Status.REFUNDED,
}
RANKS = {Payment.Status.FAILED: 0, Payment.Status.SUCCEEDED: 1, Payment.Status.REFUNDED: 2}
LONG_AGO = dt.datetime(1000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Receipt:
    """What a provider says of one payment; `amount` in minor units of `currency`, `at` aware.

    `names` is what the source calls the subscription it pays for, which may become known later. `paid_at` is
    `at` unless said.
    """

    name: str
    member: Member
    source: str
    external_id: str
    amount: int
    currency: str
    at: dt.datetime
    ident: str
    names: str = ""
    paid_at: dt.datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)


def apply(receipt: Receipt, now: dt.datetime, *, quiet: bool = False) -> Payment:
    """Writes the payment down and records its event; repeating it changes nothing.

    KeyError: unknown name. NotTheirs: the payment, or the subscription it names, is another member's.
    """
    status = STATUSES[receipt.name]
    with transaction.atomic():
        row, subscription = _locked(receipt, status), _subscription(receipt)
        _merge(row, receipt, status, subscription)
        row.save()
        key = f"payment:{row.pk}:{receipt.name}:{receipt.ident}"[:255]
        data = {"amount": receipt.amount, "currency": receipt.currency, **_named(receipt), **receipt.data}
        draft = events.Draft(receipt.name, receipt.member, receipt.at, key, data, subscription)
        events.record(draft, now, quiet=quiet)
        return row


def link(row: Subscription) -> None:
    """Ties payments to the subscription they named before it was known. Called when it is first written down."""
    alone = {"member_id": row.member_id, "subscription": None}
    Payment.objects.filter(**alone, source=row.source, versions__names=row.external_id).update(
        subscription=row
    )
    Event.objects.filter(
        **alone, name__startswith="payment.", data__subscription=row.external_id, data__source=row.source
    ).update(subscription=row)


def _locked(receipt: Receipt, status: Payment.Status) -> Payment:
    row, _is_new = Payment.objects.get_or_create(
        source=receipt.source,
        external_id=receipt.external_id,
        defaults={
            "member": receipt.member,
            "amount": receipt.amount,
            "currency": receipt.currency,
            "status": status,
            "paid_at": receipt.paid_at or receipt.at,
        },
    )
    if row.member_id != receipt.member.pk:
        raise merging.NotTheirs(_("external_id: this payment belongs to another member."))
    return Payment.objects.select_for_update().get(pk=row.pk)


def _subscription(receipt: Receipt) -> Subscription | None:
    if not receipt.names:
        return None
    found = Subscription.objects.filter(source=receipt.source, external_id=receipt.names).first()
    if found and found.member_id != receipt.member.pk:
        raise merging.NotTheirs(_("subscription: it belongs to another member."))
    return found


def _merge(row: Payment, receipt: Receipt, status: Payment.Status, subscription: Subscription | None) -> None:
    stamp = merging.Stamp(receipt.at, RANKS[status], receipt.ident)
    money = {"amount": receipt.amount, "currency": receipt.currency, "paid_at": receipt.paid_at or receipt.at}
    merging.merge(row, {"status": status}, stamp)
    # What went back says little of what came: it counts only until the payment itself is told of.
    first = merging.Stamp(LONG_AGO, 0, str(stamp)) if status == Payment.Status.REFUNDED else stamp
    merging.merge(row, money, first)
    if receipt.names and row.versions.get("subscription", "") < str(stamp):
        row.versions = {**row.versions, "subscription": str(stamp), "names": receipt.names}
        row.subscription = subscription


def _named(receipt: Receipt) -> dict[str, str]:
    return {"subscription": receipt.names, "source": receipt.source} if receipt.names else {}
