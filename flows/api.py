"""`/members/{id}/why/?flow=SLUG`: why somebody did or did not get something, and what comes next."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api import errors, permissions
from flows import why
from flows.models import Flow
from members import identity


class LineSerializer(serializers.Serializer[why.Line]):
    at = serializers.DateTimeField()
    step = serializers.CharField(allow_blank=True)
    event = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class StorySerializer(serializers.Serializer[why.Story]):
    state = serializers.CharField(help_text="The newest run, or never.")
    next_at = serializers.DateTimeField(allow_null=True, help_text="When the run acts next, UTC.")
    decisions = LineSerializer(many=True)


class Why(APIView):
    """Every decision about one member and one flow, oldest first."""

    permission_classes = (permissions.scope("members:read"),)

    @extend_schema(
        responses=StorySerializer,
        parameters=[OpenApiParameter("flow", str, required=True, description="The slug of the flow.")],
    )
    def get(self, request: Request, member_id: str) -> Response:
        member = identity.find(member_id)
        if member is None:
            raise NotFound("No member has this id.")
        slug = request.query_params.get("flow", "")
        flow = Flow.objects.filter(slug=slug).first()
        if flow is None:
            raise errors.Refused(
                {"flow": f"there is no flow “{slug}”; give ?flow=SLUG"}, status=404 if slug else 400
            )
        return Response(StorySerializer(why.tell(member, flow)).data)
