"""How the register looks from outside. One representation of a member, whichever door shows it."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from members import fields
from members.models import Event, ExternalId, Member, StageChange

INGRID = {
    "id": "0b0e7f0e-2f3c-4a53-9d0a-6d8b0b6d3b0a",
    "number": 1,
    "external_id": "c-1",
    "external_ids": {"stripe": "cus_123"},
    "email": "ingrid@example.com",
    "first_name": "Ingrid",
    "last_name": "Dahl",
    "phone": "",
    "locale": "da",
    "time_zone": "Europe/Copenhagen",
    "country": "DK",
    "plan": "standard",
    "account": None,
    "source": "shop",
    "joined_at": "2026-03-02T22:30:00Z",
    "stage": "onboarding",
    "stage_since": "2026-03-02T22:30:00Z",
    "circle": "not_yet",
    "status": "active",
    "tags": [],
}


@extend_schema_serializer(examples=[OpenApiExample("Ingrid", value=INGRID, response_only=True)])
class MemberSerializer(serializers.ModelSerializer[Member]):
    """A member as the API shows one. Read members with `finding.shown()`, so that queries stay constant."""

    id = serializers.UUIDField(source="uuid", read_only=True)
    number = serializers.IntegerField(read_only=True)
    external_id = serializers.SerializerMethodField()
    external_ids = serializers.SerializerMethodField()
    plan = serializers.SerializerMethodField()
    account = serializers.SerializerMethodField()
    joined_at = fields.Moment(read_only=True)
    stage_since = fields.Moment(read_only=True)
    tags = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Member
        fields = tuple(INGRID)
        read_only_fields = fields

    @extend_schema_field(
        {"type": ["string", "null"], "description": "What the house's own systems call them."}
    )
    def get_external_id(self, member: Member) -> str | None:
        """The first id by which the API, CSV files and generic webhooks know the member."""
        return next((row.value for row in member.external_ids.all() if row.source == ExternalId.HOUSE), None)

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_external_ids(self, member: Member) -> dict[str, str]:
        """What other systems, as Stripe, call the member."""
        rows = [row for row in member.external_ids.all() if row.source != ExternalId.HOUSE]
        return {row.source: row.value for row in reversed(rows)}  # the first of a system is the member's own

    @extend_schema_field({"type": ["string", "null"], "description": "The slug of the plan."})
    def get_plan(self, member: Member) -> str | None:
        """The slug of the member's plan."""
        return member.plan.slug if member.plan else None

    @extend_schema_field({"type": ["string", "null"], "description": "The external id of the company."})
    def get_account(self, member: Member) -> str | None:
        """What the house's own systems call the company the member belongs to."""
        return member.account.external_id if member.account else None


class EventSerializer(serializers.ModelSerializer[Event]):
    """One line of a member's timeline."""

    id = serializers.CharField(source="key", read_only=True)
    occurred_at = fields.Moment(read_only=True)
    recorded_at = fields.Moment(read_only=True)
    data = serializers.DictField(read_only=True)  # type: ignore[assignment]
    subscription = serializers.SerializerMethodField()

    class Meta:
        model = Event
        fields = ("id", "name", "occurred_at", "recorded_at", "subscription", "data")
        read_only_fields = fields

    @extend_schema_field({"type": ["string", "null"], "description": "The external id of the subscription."})
    def get_subscription(self, event: Event) -> str | None:
        """What the source calls the subscription the event is about."""
        return event.subscription.external_id if event.subscription else None


class StageChangeSerializer(serializers.ModelSerializer[StageChange]):
    """One move of a member: when, by which rule, with which values."""

    at = fields.Moment(read_only=True)
    from_stage = serializers.CharField(read_only=True, help_text="Empty for the first.")
    to_stage = serializers.CharField(read_only=True)
    values = serializers.DictField(read_only=True)

    class Meta:
        model = StageChange
        fields = ("at", "kind", "from_stage", "to_stage", "rule", "values", "note")
        read_only_fields = fields


class NeedSerializer(serializers.Serializer[Any]):
    """One thing that a stage asks of a member, and how it stands now."""

    text = serializers.CharField()
    now = serializers.CharField()


class AheadSerializer(serializers.Serializer[Any]):
    """A stage the member has not reached: what is there, and what is missing."""

    stage = serializers.CharField()
    sentence = serializers.CharField()
    met = NeedSerializer(many=True)
    missing = NeedSerializer(many=True)


class LadderSerializer(serializers.Serializer[Any]):
    """Where a member stands and why, and what is missing for the stages ahead."""

    stage = serializers.CharField()
    since = fields.Moment()
    because = StageChangeSerializer(source="move", allow_null=True)
    is_stalled = serializers.BooleanField()
    next = AheadSerializer(allow_null=True)
    ahead = AheadSerializer(many=True)


class StagesSerializer(serializers.Serializer[Any]):
    """A page of moves, with where the member stands now."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    ladder = LadderSerializer()
    results = StageChangeSerializer(many=True)


class FactSerializer(serializers.Serializer[Any]):
    """One word that conditions may ask about a member."""

    name = serializers.CharField()
    type = serializers.ChoiceField(choices=["text", "number", "boolean", "list"])
    unit = serializers.CharField(allow_blank=True)
    meaning = serializers.CharField()


@extend_schema_serializer(
    examples=[OpenApiExample("New address", value={"email": "ingrid@example.org", "locale": "da-DK"})]
)
class ContactSerializer(fields.Contact):
    """What may be changed of a member after joining."""

    read_only_names = frozenset(INGRID).difference(fields.Contact().fields)

    def to_internal_value(self, data: Any) -> Any:
        """The checked changes. ValidationError names what is unknown and what cannot be changed here."""
        try:
            return super().to_internal_value(data)
        except serializers.ValidationError as error:
            if isinstance(error.detail, dict):
                said = [_("This cannot be changed here.")]
                fixed = {name: said for name in error.detail if name in self.read_only_names}
                raise serializers.ValidationError({**error.detail, **fixed}) from error
            raise
