"""`payment.*` of the house's own systems."""

import datetime as dt

from django.utils.translation import gettext as _

from intake import fields, outcomes
from members import payments
from members.models import ExternalId


def apply(told: outcomes.Message, now: dt.datetime) -> None:
    """Writes the payment down. Raises NotUnderstood, Waits; NotTheirs from the register."""
    if told.kind not in payments.STATUSES:
        known = ", ".join(payments.STATUSES)
        raise outcomes.NotUnderstood(
            _("type: there is no %(name)s; there are %(known)s.") % {"name": told.kind, "known": known}
        )
    said = outcomes.checked(fields.PaymentFields(data=told.data))
    payments.apply(
        payments.Receipt(
            told.kind,
            outcomes.member(said["member"]),
            ExternalId.HOUSE,
            said["external_id"],
            said["amount"],
            said["currency"],
            told.at,
            told.ident,
            names=said.get("subscription", ""),
            paid_at=said.get("paid_at"),
        ),
        now,
    )
