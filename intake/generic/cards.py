"""`payment_method.*` of the house's own systems: an event like any other, and until when the card is valid."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from intake import fields, outcomes
from intake.generic import use
from members import cards, events
from members.models import ExternalId, Member

REMOVED = ("payment_method.detached", "payment_method.removed")
LONGEST = 200
Data = Mapping[str, Any]


def apply(told: outcomes.Message, now: dt.datetime) -> None:
    """Keeps what is said of the card, and records the event. NotUnderstood, Waits; NotTheirs from the register."""
    expires_at = month(told.data)
    member = outcomes.member(use.reference(told))
    if expires_at or told.kind in REMOVED:
        said = cards.Said(
            member,
            ExternalId.HOUSE,
            _ident(told.data, member),
            told.at,
            told.ident,
            expires_at=expires_at,
            is_removed=told.kind in REMOVED,
        )
        cards.apply(said, now)
    data = {name: value for name, value in told.data.items() if name != "member"}
    events.record(events.Draft(told.kind, member, told.at, told.key, data), now)


def month(data: Data) -> dt.datetime | None:
    """The last day of the card: `card_expires`, or `exp_year` and `exp_month`. NotUnderstood where it is none."""
    said = data.get("card_expires")
    if said is None and data.get("exp_year") is not None:
        said = f"{data['exp_year']}-{data.get('exp_month')}"
    if said is None:
        return None
    try:
        day: dt.datetime | None = fields.CardMonth().run_validation(said)
    except serializers.ValidationError as error:
        sentence = _("Write the month of the card like 2027-03 or 03/27.")
        raise outcomes.NotUnderstood(f"card_expires: {sentence}") from error
    return day


def _ident(data: Data, member: Member) -> str:
    """What the system calls the card; a system that keeps one for each member need not name it."""
    said = data.get("external_id")
    return said.strip()[:LONGEST] if isinstance(said, str) and said.strip() else str(member.uuid)
