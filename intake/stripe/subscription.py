"""`customer.subscription.*`: each event brings the whole contract; what an update means is told by what it changed.

Only the event itself is looked at, never our row, so that any order of arrival ends the same.
"""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from intake import outcomes
from intake.stripe import contract, customer, shapes
from members import subscriptions
from members.models import ExternalId

CREATED, UPDATED = "0", "1"  # of one second, an update is later than the beginning
UNPAID = ("incomplete", "incomplete_expired")
ROLLING = {"current_period_start", "current_period_end", "latest_invoice", "items", "billing_cycle_anchor"}


def created(event: shapes.StripeEvent, now: dt.datetime) -> None:
    """`customer.subscription.created`, once its first payment came."""
    _apply(event, "subscription.started", now)


def updated(event: shapes.StripeEvent, now: dt.datetime) -> None:
    """`customer.subscription.updated`: named by what it changed."""
    if event.object.get("status") == "canceled":
        deleted(event, now)
        return
    name = meaning(event)
    # A new period is told by its invoice; the rest of such an update is for the register only.
    _apply(event, name, now, quiet=name == "subscription.changed" and _only_rolls_on(event))


def deleted(event: shapes.StripeEvent, now: dt.datetime) -> None:
    """`customer.subscription.deleted`: access is over; where nobody had decided before, that was decided now."""
    _apply(event, "subscription.cancelled", now, ends=True)
    _apply(event, "subscription.ended", now, ends=True)


def paused(event: shapes.StripeEvent, now: dt.datetime) -> None:
    """`customer.subscription.paused`: a trial ended without a way to pay."""
    _apply(event, "subscription.paused", now)


def resumed(event: shapes.StripeEvent, now: dt.datetime) -> None:
    """`customer.subscription.resumed`."""
    _apply(event, "subscription.resumed", now)


def trial_will_end(event: shapes.StripeEvent, now: dt.datetime) -> None:
    """`customer.subscription.trial_will_end`: three days before."""
    _apply(event, "subscription.trial_ending", now)


def meaning(event: shapes.StripeEvent) -> str:
    """The name of what an update changed, in the words of the contract."""
    now_, before = event.object, event.previous
    if before.get("status") in UNPAID:
        return "subscription.started"
    if contract.is_leaving(now_) and _began_to_leave(before):
        return "subscription.cancelled"
    if not contract.is_leaving(now_) and contract.is_leaving(before):
        return "subscription.resumed"
    if "pause_collection" in before:
        return "subscription.paused" if now_.get("pause_collection") else "subscription.resumed"
    return _meaning_of_status(before.get("status"), now_.get("status"))


def _only_rolls_on(event: shapes.StripeEvent) -> bool:
    before = event.previous
    return set(before) <= ROLLING and ("items" not in before or _held(before) == _held(event.object))


def _held(obj: shapes.Shape) -> list[tuple[str, Any]]:
    items = shapes.rows(obj.get("items"))
    return [(shapes.ident(item.get("price") or item.get("plan")), item.get("quantity")) for item in items]


def _began_to_leave(before: shapes.Shape) -> bool:
    named = {name: before[name] for name in ("cancel_at_period_end", "cancel_at") if name in before}
    return bool(named) and not any(named.values())


def _meaning_of_status(before: Any, status: Any) -> str:
    if before is None or before == status:
        return "subscription.changed"
    if status in ("past_due", "unpaid"):
        return "subscription.changed" if before in ("past_due", "unpaid") else "subscription.past_due"
    if status == "paused":
        return "subscription.paused"
    return "subscription.resumed" if before == "paused" else "subscription.changed"


def _apply(
    event: shapes.StripeEvent, name: str, now: dt.datetime, *, ends: bool = False, quiet: bool = False
) -> None:
    obj = event.object
    if obj.get("status") in UNPAID:
        raise outcomes.NotNeeded(_("The first payment of this contract has not come."))
    external_id = shapes.ident(obj)
    if not external_id:
        raise outcomes.NotUnderstood(_("data.object.id: the subscription's id is missing."))
    columns = contract.columns(event, ends=ends)
    order = CREATED if name == "subscription.started" else UPDATED
    subscriptions.apply(
        subscriptions.Change(
            name,
            customer.member_of(obj),
            ExternalId.STRIPE,
            external_id[:200],
            event.at,
            f"{order}:{event.id}",
            columns,
            contract.told(columns),
            is_final=ends,
        ),
        now,
        quiet=quiet,
    )
