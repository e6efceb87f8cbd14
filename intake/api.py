"""The doors for programs that bring members and what members do."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api import bodies, errors, idempotency, permissions
from intake import events, signups
from intake.fields import SignupFields
from members import finding
from members.serializers import MemberSerializer
from office import clock

MOST = 1000


@extend_schema_serializer(component_name="EventSent")
class _EventBody(serializers.Serializer[Any]):
    """One event, for the description of the door; `events.take` checks each, fast."""

    id = serializers.CharField(max_length=200, help_text="Yours; the same id again is counted once.")
    member = serializers.CharField(max_length=200, help_text="The external id, or the member's id.")
    name = serializers.CharField(max_length=80, help_text="Like `lesson.done`; `usage.*` is only counted.")
    occurred_at = serializers.DateTimeField()
    data = serializers.DictField(required=False)  # type: ignore[assignment]


@extend_schema_serializer(component_name="EventsSent")
class _EventsBody(serializers.Serializer[Any]):
    events = serializers.ListField(child=_EventBody(), min_length=1, max_length=MOST)


@extend_schema_serializer(component_name="EventRejected")
class _Rejected(serializers.Serializer[Any]):
    index = serializers.IntegerField(help_text="Its place in the list, from 0.")
    error = serializers.CharField()


@extend_schema_serializer(component_name="EventsTaken")
class _TallyBody(serializers.Serializer[Any]):
    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    rejected = _Rejected(many=True)


class SignupsView(GenericAPIView[Any]):
    """Where somebody joins."""

    permission_classes = (permissions.scope("signups:write"),)
    serializer_class = SignupFields

    @extend_schema(
        operation_id="signups_create",
        request=SignupFields,
        responses={201: MemberSerializer, 200: MemberSerializer},
        tags=["arriving"],
    )
    @idempotency.once
    def post(self, request: Request) -> Response:
        """Writes a signup down: 201 with the member. The same `external_id` again is 200, and changes nothing."""
        member, is_new = signups.sign_up(request.data, clock.now(), "api")
        shown = MemberSerializer(finding.shown().get(pk=member.pk)).data
        return Response(shown, status=201 if is_new else 200)


class EventsView(GenericAPIView[Any]):
    """Where programs tell what members did."""

    permission_classes = (permissions.scope("events:write"),)
    parser_classes = (bodies.EventsParser,)
    serializer_class = _EventsBody

    @extend_schema(
        operation_id="events_create",
        request=_EventsBody,
        responses={202: _TallyBody},
        examples=[
            OpenApiExample(
                "A lesson",
                request_only=True,
                value={
                    "events": [
                        {
                            "id": "e-1",
                            "member": "c-1",
                            "name": "usage.lesson",
                            "occurred_at": "2026-03-03T17:00:00Z",
                            "data": {"quantity": 1},
                        }
                    ]
                },
            )
        ],
        tags=["arriving"],
    )
    @idempotency.once
    def post(self, request: Request) -> Response:
        """Takes 1 to 1,000 events. Each counts for itself: what is wrong with one does not hold up the others."""
        tally = events.take(_batch(request.data), clock.now())
        rejected = [{"index": index, "error": tally.rejected[index]} for index in sorted(tally.rejected)]
        counts = {"accepted": tally.accepted, "duplicates": tally.duplicates, "rejected": rejected}
        return Response(counts, status=202)


def _batch(body: Any) -> list[Any]:
    if not isinstance(body, dict):
        raise errors.Refused(_("Send an object with a list of events."))
    if unknown := sorted(set(body) - {"events"}):
        raise errors.Refused({str(name): _("There is no such field.") for name in unknown})
    batch = body.get("events")
    if not isinstance(batch, list) or not 1 <= len(batch) <= MOST:
        raise errors.Refused({"events": _("Send a list of 1 to %(most)d events.") % {"most": MOST}})
    return batch
