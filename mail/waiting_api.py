"""`/letters/?status=`: the letters of a whole house in one state, for programs that watch what needs a person."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics, serializers

from api import errors, paging, permissions
from mail.api import MessageSerializer
from mail.models import Message

STATUS = OpenApiParameter(
    "status",
    str,
    required=True,
    enum=Message.Status.values,
    description="`held`: waits for a yes. `unknown`: nobody knows whether it arrived.",
)


class LetterSerializer(MessageSerializer):
    member = serializers.UUIDField(source="member.uuid", read_only=True)

    class Meta:
        model = Message
        fields = ("member", *MessageSerializer.Meta.fields)
        read_only_fields = fields


@extend_schema_view(get=extend_schema(parameters=[STATUS], operation_id="letters_list", tags=["letters"]))
class Letters(generics.ListAPIView[Message]):
    """Letters in one state, newest first; people decide about them on the pages."""

    permission_classes = (permissions.scope("members:read"),)
    pagination_class = paging.NewestFirst
    serializer_class = LetterSerializer
    queryset = Message.objects.none()

    def get_queryset(self) -> QuerySet[Message, Any]:
        status = self.request.query_params.get("status", "")
        if status not in Message.Status.values:
            known = ", ".join(Message.Status.values)
            raise errors.Refused({"status": _("Give one of these: %s.") % known})
        rows = Message.objects.filter(status=status).defer("values")
        return rows.select_related("member", "letter_version__letter")
