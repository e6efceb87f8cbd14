"""Events as Stripe shapes them, old (until 2024) and new (from 2025, “basil”), written for these tests."""

from typing import Any

T0 = 1_767_225_600  # 2026-01-01T00:00:00Z
DAY = 86_400
MONTH = 31 * DAY


def event(
    ident: str, kind: str, at: int, obj: dict[str, Any], previous: dict[str, Any] | None = None
) -> dict[str, Any]:
    data: dict[str, Any] = {"object": obj}
    if previous is not None:
        data["previous_attributes"] = previous
    return {"id": ident, "object": "event", "type": kind, "created": at, "livemode": True, "data": data}


def customer(**said: Any) -> dict[str, Any]:
    return {
        "id": "cus_1",
        "object": "customer",
        "created": T0,
        "email": "ida@example.com",
        "name": "Ida Holm",
        "phone": None,
        "preferred_locales": ["da-DK"],
        "address": {"country": "DK"},
        "metadata": {},
        **said,
    }


def price(amount: int = 4900, **said: Any) -> dict[str, Any]:
    recurring = {"interval": "month", "interval_count": 1}
    return {"id": "price_Gold", "currency": "dkk", "unit_amount": amount, "recurring": recurring, **said}


def subscription(*, new: bool, **said: Any) -> dict[str, Any]:
    """A monthly subscription; in the new shape its period stands on the item."""
    end = said.pop("period_end", T0 + MONTH)
    period = {"current_period_start": T0, "current_period_end": end}
    item = {"id": "si_1", "price": price(), "quantity": 2, **(period if new else {})}
    return {
        "id": "sub_1",
        "object": "subscription",
        "customer": "cus_1",
        "created": T0,
        "start_date": T0,
        "billing_cycle_anchor": T0,
        "status": "active",
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "ended_at": None,
        "pause_collection": None,
        "trial_end": None,
        "items": {"object": "list", "data": [item]},
        "metadata": {},
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        **({} if new else period),
        **said,
    }


def invoice(*, new: bool, **said: Any) -> dict[str, Any]:
    """The invoice of a renewal; in the new shape its subscription stands under `parent`."""
    details = {
        "type": "subscription_details",
        "subscription_details": {"subscription": "sub_1", "metadata": {}},
    }
    line = {"id": "il_1", "period": {"start": T0 + MONTH, "end": T0 + 59 * DAY}}
    return {
        "id": "in_1",
        "object": "invoice",
        "customer": "cus_1",
        "customer_email": "ida@example.com",
        "currency": "dkk",
        "amount_due": 9800,
        "amount_paid": 9800,
        "attempt_count": 1,
        "billing_reason": "subscription_cycle",
        "status_transitions": {"paid_at": T0 + MONTH + 60},
        "lines": {"object": "list", "data": [line]},
        "metadata": {},
        **({"parent": details} if new else {"subscription": "sub_1"}),
        **said,
    }


def charge(**said: Any) -> dict[str, Any]:
    return {
        "id": "ch_1",
        "object": "charge",
        "customer": "cus_1",
        "created": T0 + DAY,
        "amount": 2500,
        "amount_refunded": 0,
        "currency": "dkk",
        "refunded": False,
        "metadata": {},
        **said,
    }


def payment_method(ident: str, year: int, month: int, **said: Any) -> dict[str, Any]:
    """A card of today: the card stands inside its payment method."""
    return {
        "id": ident,
        "object": "payment_method",
        "customer": "cus_1",
        "type": "card",
        "card": {"brand": "visa", "exp_month": month, "exp_year": year, "last4": "4242"},
        "metadata": {},
        **said,
    }


def card(ident: str, year: int, month: int, **said: Any) -> dict[str, Any]:
    """A card of before 2018: the source is the card."""
    told = {"exp_month": month, "exp_year": year, "last4": "4242", "customer": "cus_1", "metadata": {}}
    return {"id": ident, "object": "card", **told, **said}
