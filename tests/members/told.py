"""Short ways to say what billing says."""

import datetime as dt
from typing import Any

from members import payments, subscriptions
from members.models import Member, Payment, Subscription


def say(member: Member, name: str, at: dt.datetime, *, of: str = "s-1", **fields: Any) -> Subscription:
    """Billing says something of a contract, and it is heard in the moment it happened."""
    change = subscriptions.Change(
        f"subscription.{name}", member, "house", of, at, f"{name}:{at:%Y%m%dT%H%M}", fields
    )
    return subscriptions.apply(change, at)


def pay(member: Member, name: str, at: dt.datetime, *, of: str = "p-1", **more: Any) -> Payment:
    """Billing says something of a payment of 900 kr."""
    plain: dict[str, Any] = {"amount": 90000, "currency": "DKK", **more}
    receipt = payments.Receipt(
        name=f"payment.{name}",
        member=member,
        source="house",
        external_id=of,
        at=at,
        ident=f"{name}:{at:%Y%m%dT%H%M}",
        **plain,
    )
    return payments.apply(receipt, at)
