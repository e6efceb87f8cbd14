"""Stripe's events (https://docs.stripe.com/api/events/types): which of them the house listens to."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from intake import outcomes
from intake.stripe import charge, customer, invoice, shapes, subscription

Deed = Callable[[shapes.StripeEvent, dt.datetime], None]
DEEDS: dict[str, Deed] = {
    "customer.created": customer.told,
    "customer.updated": customer.told,
    "customer.deleted": customer.deleted,
    "customer.subscription.created": subscription.created,
    "customer.subscription.updated": subscription.updated,
    "customer.subscription.deleted": subscription.deleted,
    "customer.subscription.paused": subscription.paused,
    "customer.subscription.resumed": subscription.resumed,
    "customer.subscription.trial_will_end": subscription.trial_will_end,
    "invoice.paid": invoice.paid,
    "invoice.payment_succeeded": invoice.paid,
    "invoice.payment_failed": invoice.failed,
    "charge.succeeded": charge.succeeded,
    "charge.refunded": charge.refunded,
}


def apply(body: dict[str, Any], now: dt.datetime) -> None:
    """Writes down what an event says. Raises NotNeeded, NotUnderstood or Waits; NotTheirs from the register."""
    deed = DEEDS.get(str(body.get("type")))
    if deed is None:
        raise outcomes.NotNeeded(_("not needed: %(kind)s") % {"kind": str(body.get("type"))[:100]})
    deed(shapes.event(body), now)
