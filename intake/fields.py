"""What a signup, a contract and a payment may say, and how. The doors and the translators share these."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from members import cards, fields
from members.models import ExternalId, Interval, Subscription

SYSTEMS = (ExternalId.STRIPE,)  # those that call members by ids of their own
MOST = 10**15  # minor units; more than any member pays, less than a column holds
_TERM = re.compile(r"(?:([1-9]\d?)\s+)?(day|week|month|year)s?", re.ASCII)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})(-\d{1,2}([T ].*)?)?", re.ASCII)
_MONTH_FIRST = re.compile(r"(?P<month>\d{1,2})/(?P<year>\d{4}|\d{2})", re.ASCII)
_CURRENCY = re.compile(r"[A-Za-z]{3}", re.ASCII)


class PlanSlug(fields.Text):
    """The slug of a plan; one that is not known yet makes a plan."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 80, "trim_whitespace": True, **options})

    def to_internal_value(self, data: Any) -> str:
        """The slug as sent; ValidationError says how one is written."""
        text = super().to_internal_value(data)
        try:
            if text:
                validate_slug(text)
        except ValidationError as error:
            raise serializers.ValidationError(
                _("Write the plan as a slug like gold-yearly: letters, digits, - and _.")
            ) from error
        return text


class Currency(fields.Text):
    """A currency by its three letters (ISO 4217)."""

    def to_internal_value(self, data: Any) -> str:
        """The code in capitals."""
        text = super().to_internal_value(data).strip().upper()
        if text and not _CURRENCY.fullmatch(text):
            raise serializers.ValidationError(_("Write the currency in three letters, like EUR (ISO 4217)."))
        return text


class Amount(serializers.IntegerField):
    """Money in minor units: 4900 is 49.00 EUR."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": MOST, **options})

    def to_internal_value(self, data: Any) -> int:
        """The number; ValidationError for decimals, which would be major units."""
        if isinstance(data, bool) or (isinstance(data, float) and not data.is_integer()):
            raise serializers.ValidationError(
                _("Send the amount as a whole number of minor units (cents, øre).")
            )
        return super().to_internal_value(data)


@extend_schema_field(OpenApiTypes.STR)
class Term(fields.Text):
    """How often is paid: `month`, `3 month`, `year`."""

    def to_internal_value(self, data: Any) -> Any:
        """The unit and how many of it, as columns of Subscription."""
        text = super().to_internal_value(data).strip().lower()
        found = _TERM.fullmatch(text)
        if text and not found:
            raise serializers.ValidationError(_("Write the interval like day, week, month, year or 3 month."))
        return {"interval": Interval(found[2]), "interval_count": int(found[1] or 1)} if found else {}


@extend_schema_field(OpenApiTypes.STR)
class CardMonth(fields.Text):
    """Until when a card is valid: `2027-03`, `03/27`, or any day of that month."""

    def to_internal_value(self, data: Any) -> Any:
        """The last day of that month, as cards are kept; None for no text. ValidationError says how to write it."""
        text = super().to_internal_value(data).strip()
        found = _YEAR_FIRST.fullmatch(text) or _MONTH_FIRST.fullmatch(text)
        said = found.groupdict() if found else {}
        century = "20" if len(said.get("year", "")) == 2 else ""
        day = cards.last_day(int(century + said["year"]), int(said["month"])) if said else None
        if text and day is None:
            raise serializers.ValidationError(_("Write the month of the card like 2027-03 or 03/27."))
        return day


class ContractFields(fields.Strict):
    """What may be said of a subscription."""

    plan = PlanSlug(required=False)
    status = serializers.ChoiceField(choices=Subscription.Status.choices, required=False)
    started_at = fields.Moment(required=False)
    current_period_end = fields.Moment(required=False)
    trial_ends_at = fields.Moment(required=False)
    amount = Amount(required=False)
    currency = Currency(required=False)
    interval = Term(required=False)
    card_expires = CardMonth(required=False)


class SignupContractFields(ContractFields):
    """The subscription inside a signup. Without an id of its own it has the member's."""

    external_id = fields.Identifier(required=False)


class ConsentFields(fields.Strict):
    """What a signup says of one topic of letters."""

    topic = serializers.RegexField(r"\A[a-z0-9][a-z0-9_-]{0,59}\Z")
    granted = serializers.BooleanField()
    at = fields.Moment(required=False, past_only=True)
    proof = fields.Text(required=False, max_length=500)


class ExternalIdsFields(fields.Strict):
    """What other systems call the member: one key for each system the house can listen to."""

    def get_fields(self) -> dict[str, Any]:
        """One field per billing system."""
        return {name: fields.Identifier(required=False) for name in SYSTEMS}


class WelcomeFields(fields.Greeting):
    """What the house hears of a member at joining."""

    external_id = fields.Identifier()
    plan = PlanSlug(required=False)
    source = fields.Text(required=False, max_length=100)  # type: ignore[assignment]
    joined_at = fields.Moment(required=False, past_only=True)
    joining_reason = fields.Text(required=False, max_length=500)
    told_by = fields.Text(required=False, max_length=200)
    referral_code = fields.Text(required=False, max_length=80)
    account = fields.Text(required=False, max_length=200)
    external_ids = ExternalIdsFields(required=False)
    consents = ConsentFields(many=True, required=False)
    subscription = SignupContractFields(required=False)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A club member",
            request_only=True,
            value={
                "external_id": "c-1",
                "email": "ingrid@example.com",
                "first_name": "Ingrid",
                "last_name": "Dahl",
                "locale": "da",
                "time_zone": "Europe/Copenhagen",
                "country": "DK",
                "plan": "standard",
                "source": "shop",
                "external_ids": {"stripe": "cus_123"},
                "consents": [{"topic": "membership", "granted": True, "proof": "ticked at checkout"}],
                "subscription": {
                    "external_id": "s-1",
                    "plan": "standard",
                    "status": "active",
                    "started_at": "2026-03-02T22:30:00Z",
                    "amount": 4900,
                    "currency": "EUR",
                    "interval": "month",
                },
            },
        )
    ]
)
class SignupFields(WelcomeFields):
    """A signup: only `external_id` and a name or an e-mail address are required."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuses somebody who could be neither called nor reached."""
        if not any(attrs.get(name, "").strip() for name in ("email", "first_name", "last_name")):
            raise serializers.ValidationError({"email": [_("Send a name or an e-mail address.")]})
        return attrs


class MemberUpdateFields(WelcomeFields):
    """`member.updated` of a webhook: all that a signup may say; only contact details and consents have effect."""

    phone = fields.Text(required=False, max_length=50)
    member = fields.Identifier(required=False)
    external_id = fields.Identifier(required=False)


class SubscriptionFields(ContractFields):
    """`data` of `subscription.*`."""

    external_id = fields.Identifier(required=False)
    member = fields.Identifier()
    ended_at = fields.Moment(required=False)
    cancelled_at = fields.Moment(required=False)
    cancel_reason = fields.Text(required=False, max_length=500)
    reason = fields.Text(required=False, max_length=500)
    cancel_effective_at = fields.Moment(required=False)
    effective_at = fields.Moment(required=False)
    voluntary = serializers.BooleanField(required=False)


class PaymentFields(fields.Strict):
    """`data` of `payment.*`."""

    external_id = fields.Identifier()
    member = fields.Identifier()
    subscription = fields.Identifier(required=False)
    paid_at = fields.Moment(required=False)
    amount = Amount()
    currency = Currency(allow_blank=False)
    status = serializers.ChoiceField(choices=["succeeded", "failed", "refunded"], required=False)


def contract_columns(said: dict[str, Any]) -> dict[str, Any]:
    """Checked ContractFields as columns of Subscription, without the plan and what was left empty."""
    named = {name: value for name, value in said.items() if name not in ("plan", "interval") and value != ""}
    known = {field.name for field in Subscription._meta.get_fields()} - {"member", "external_id"}
    columns = {name: value for name, value in named.items() if name in known}
    card = {"card_expires_at": said["card_expires"]} if "card_expires" in said else {}
    return columns | card | (said.get("interval") or {})
