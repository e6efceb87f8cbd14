"""A subscription of Stripe as columns of ours: status, price and moments, from old shapes and new ones."""

import datetime as dt
from typing import Any

from intake.stripe import cards, shapes
from members import plans
from members.models import Interval, Subscription

Status = Subscription.Status
STATUSES: dict[str, str] = {
    "trialing": Status.TRIALING,
    "active": Status.ACTIVE,
    "past_due": Status.PAST_DUE,
    "unpaid": Status.PAST_DUE,
    "paused": Status.PAUSED,
    "canceled": Status.ENDED,
}
VOLUNTARY = {"cancellation_requested": True, "payment_failed": False, "payment_disputed": False}


def is_leaving(obj: shapes.Shape) -> bool:
    """Whether a day to end is set."""
    return bool(obj.get("cancel_at_period_end") or obj.get("cancel_at"))


def columns(event: shapes.StripeEvent, *, ends: bool) -> dict[str, Any]:
    """All that the event says of the contract. Each event brings the whole, so it also says what is not."""
    obj = event.object
    said = {
        "status": Status.ENDED if ends else _status(obj),
        "started_at": shapes.moment(obj.get("start_date") or obj.get("start") or obj.get("created")),
        "current_period_end": _period_end(obj),
        "trial_ends_at": shapes.moment(obj.get("trial_end")),
        "anchor_at": shapes.moment(obj.get("billing_cycle_anchor")),
        "paused_at": event.at if _status(obj) == Status.PAUSED else None,
        "paid_with": cards.named(obj),
        **_leaving(event, ends),
        **_price(obj),
    }
    unknown = [name for name in ("started_at", "current_period_end", "anchor_at") if said[name] is None]
    return {name: value for name, value in said.items() if name not in unknown}


def told(said: dict[str, Any]) -> dict[str, Any]:
    """What the event of our timeline keeps of it."""
    kept = {
        name: said[name]
        for name in ("status", "amount", "currency", "voluntary")
        if said.get(name) is not None
    }
    if said.get("plan"):
        kept["plan"] = said["plan"].slug
    if said.get("cancel_reason"):
        kept["reason"] = said["cancel_reason"]
    if said.get("cancel_effective_at"):
        kept["effective_at"] = said["cancel_effective_at"].isoformat()
    return kept


def _status(obj: shapes.Shape) -> str:
    status = STATUSES.get(str(obj.get("status")), Status.ACTIVE)
    if status == Status.ENDED:
        return status
    if obj.get("pause_collection"):
        return Status.PAUSED
    return Status.CANCELLED if is_leaving(obj) else status


def _leaving(event: shapes.StripeEvent, ends: bool) -> dict[str, Any]:
    obj = event.object
    if not ends and not is_leaving(obj) and obj.get("status") != "canceled":
        return {
            "cancelled_at": None,
            "cancel_effective_at": None,
            "cancel_reason": "",
            "voluntary": None,
            "ended_at": None,
        }
    details = shapes.dig(obj, "cancellation_details") or {}
    reason = details.get("feedback") or details.get("comment") or details.get("reason")
    ended = shapes.moment(obj.get("ended_at")) or event.at
    return {
        "cancelled_at": shapes.moment(obj.get("canceled_at")) or event.at,
        "cancel_effective_at": ended if ends else shapes.moment(obj.get("cancel_at")) or _period_end(obj),
        "cancel_reason": shapes.text(reason, 500),
        "voluntary": VOLUNTARY.get(str(details.get("reason"))),
        "ended_at": ended if ends else None,
    }


def _period_end(obj: shapes.Shape) -> dt.datetime | None:
    ends = [
        obj.get("current_period_end"),
        *(item.get("current_period_end") for item in shapes.rows(obj.get("items"))),
    ]
    return max(filter(None, map(shapes.moment, ends)), default=None)


def _price(obj: shapes.Shape) -> dict[str, Any]:
    items = shapes.rows(obj.get("items")) or [obj]
    prices = [(item.get("price") or item.get("plan") or {}, item.get("quantity")) for item in items]
    first = prices[0][0]
    term = first.get("recurring") or first
    said: dict[str, Any] = {"currency": shapes.text(first.get("currency"), 3).upper()}
    amounts = [_amount(price, quantity) for price, quantity in prices]
    if all(amount is not None for amount in amounts):
        said["amount"] = sum(amount for amount in amounts if amount is not None)
    if term.get("interval") in Interval.values:
        said |= {
            "interval": term["interval"],
            "interval_count": shapes.whole(term.get("interval_count")) or 1,
        }
    if slug := plans.as_slug(shapes.ident(first.get("lookup_key")) or shapes.ident(first)):
        said["plan"] = plans.named(slug)
    return {name: value for name, value in said.items() if value != ""}


def _amount(price: shapes.Shape, quantity: Any) -> int | None:
    """Minor units as Stripe has them, also of currencies without any; None for steps and decimals of a cent."""
    unit = shapes.whole(price.get("unit_amount", price.get("amount")))
    return None if unit is None else unit * (1 if quantity is None else shapes.whole(quantity) or 0)
