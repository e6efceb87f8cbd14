"""Contracts for tests: Ida's, told by billing in short words."""

import datetime as dt
from typing import Any

from members import subscriptions
from members.models import Interval, Member, Span, Subscription
from tests import cast

MONTHLY = {"amount": 10000, "currency": "DKK", "interval": Interval.MONTH, "interval_count": 1}
YEARLY = {"amount": 90000, "currency": "DKK", "interval": Interval.YEAR, "interval_count": 1}
NOW = dt.datetime(2026, 3, 2, 22, 30, tzinfo=dt.UTC)


def day(text: str) -> dt.datetime:
    """Midnight UTC of a day."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def ida(joined: str = "2025-01-01", name: str = "ida") -> Member:
    """Somebody who joined, without a contract yet."""
    return cast.join(name, day(joined), quiet=True, first_name=name.capitalize()).member


def tell(member: Member, name: str, at: str, contract: str = "c", **columns: Any) -> Subscription:
    """One thing billing says of a contract."""
    change = subscriptions.Change(
        f"subscription.{name}", member, "house", contract, day(at), f"{name}{at}", columns
    )
    return subscriptions.apply(change, NOW, quiet=True)


def spans(member: Member) -> list[tuple[str, str, str, int]]:
    """The member's spans in short: kind, from, until, worth per month."""
    return [
        (span.kind, _short(span.starts_at), _short(span.ends_at), span.mrr)
        for span in Span.objects.filter(member=member).order_by("starts_at", "pk")
    ]


def _short(moment: dt.datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""
