"""Stripe's events (https://docs.stripe.com/api/events/types): which of them the house listens to."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from intake import outcomes
from intake.stripe import cards, charge, customer, invoice, shapes, subscription

Deed = Callable[[shapes.StripeEvent, dt.datetime], None]


def _customer(event: shapes.StripeEvent, now: dt.datetime) -> None:
    cards.usual(event, customer.told(event, now), now)


DEEDS: dict[str, Deed] = {
    "customer.created": _customer,
    "customer.updated": _customer,
    "customer.deleted": customer.deleted,
    "customer.subscription.created": subscription.created,
    "customer.subscription.updated": subscription.updated,
    "customer.subscription.deleted": subscription.deleted,
    "customer.subscription.paused": subscription.paused,
    "customer.subscription.resumed": subscription.resumed,
    "customer.subscription.trial_will_end": subscription.trial_will_end,
    "customer.source.created": cards.told,
    "customer.source.updated": cards.told,
    "customer.source.expiring": cards.expiring,
    "customer.source.deleted": cards.removed,
    "payment_method.attached": cards.told,
    "payment_method.updated": cards.told,
    "payment_method.automatically_updated": cards.told,
    "payment_method.card_automatically_updated": cards.told,
    "payment_method.detached": cards.removed,
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
