"""`/members/{id}/messages/`: the letters of one member, newest first. `/rules/`: when letters may leave."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api import paging, permissions
from mail import sending_rules
from mail.models import Message, SendingRules
from members import identity


class MessageSerializer(serializers.ModelSerializer[Message]):
    id = serializers.UUIDField(source="uuid", read_only=True)
    letter = serializers.CharField(source="letter_version.letter.slug", read_only=True)
    reason_in_words = serializers.CharField(
        read_only=True, help_text="Why it waits, or stayed, as staff read it."
    )

    class Meta:
        model = Message
        fields = (
            "id", "letter", "subject", "purpose", "topic", "language", "status", "reason",
            "reason_in_words",
            "first_due_at", "due_at", "not_after", "submitted_at", "finished_at", "message_id",
        )  # fmt: skip
        read_only_fields = fields


class Messages(generics.ListAPIView[Message]):
    """What was sent to a member, what is on its way, and what stayed and why."""

    permission_classes = (permissions.scope("members:read"),)
    pagination_class = paging.NewestFirst
    serializer_class = MessageSerializer
    queryset = Message.objects.none()

    def get_queryset(self) -> QuerySet[Message, Any]:
        member = identity.find(self.kwargs["member_id"])
        if member is None:
            raise NotFound("No member has this id.")
        return Message.objects.filter(member=member).select_related("letter_version__letter").defer("values")


class RulesSerializer(serializers.Serializer[SendingRules]):
    """The sending rules as a file of rules says them; a part that is not set is left out."""

    definition = serializers.JSONField(
        help_text="quiet_hours, windows, blackout, caps, ask_budget, priorities."
    )
    decided_at = serializers.DateTimeField(
        allow_null=True, help_text="Null in a house that decided nothing yet."
    )


class Rules(APIView):
    """The sending rules that hold now."""

    permission_classes = (permissions.scope("members:read"),)

    @extend_schema(responses=RulesSerializer)
    def get(self, request: Request) -> Response:
        newest = sending_rules.newest()
        shown = newest or SendingRules(definition=sending_rules.definition())
        return Response(RulesSerializer(shown).data)
