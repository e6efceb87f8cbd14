"""The doors to the register: members, what happened to them, and the words conditions may use."""

import uuid
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api import errors, paging, permissions
from members import facts, finding, identity, ladder, segments_api, serializers, updating
from members.models import Event, Member, StageChange
from members.models.member import Stage
from office import clock

WHO = OpenApiParameter(
    "reference", str, OpenApiParameter.PATH, description="The member's id, or `ext:` and the external id."
)
STAGE = OpenApiParameter("stage", str, enum=[str(stage) for stage in Stage])
SEARCH = OpenApiParameter("search", str, description="Part of a name, an address, or an external id.")

PAGE = (
    OpenApiParameter("cursor", str),
    OpenApiParameter("limit", int, description="1 to 200; 50 if left out."),
)


class MembersView(GenericAPIView[Member]):
    """All members, page by page."""

    permission_classes = (permissions.scope("members:read"),)
    serializer_class = serializers.MemberSerializer
    pagination_class = paging.Pages
    queryset = Member.objects.none()

    @extend_schema(
        operation_id="members_list", parameters=[STAGE, segments_api.SEGMENT, SEARCH], tags=["members"]
    )
    def get(self, request: Request) -> Response:
        """Members, oldest first; `stage`, `segment` and `search` narrow the list. (Read by other programs.)"""
        members = finding.search(finding.shown(), request.query_params.get("search", ""))
        if stage := request.query_params.get("stage"):
            members = members.filter(stage=_known_stage(stage))
        if segment := request.query_params.get("segment"):
            members = segments_api.narrowed(members, segment)
        page = self.paginate_queryset(members)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class MemberView(GenericAPIView[Member]):
    """One member."""

    permission_classes = (permissions.scope("members:read", write="members:write"),)
    serializer_class = serializers.MemberSerializer
    queryset = Member.objects.none()

    @extend_schema(operation_id="members_retrieve", parameters=[WHO], tags=["members"])
    def get(self, request: Request, reference: str) -> Response:
        """The member as the house knows them."""
        return Response(self.get_serializer(member_or_404(reference)).data)

    @extend_schema(
        operation_id="members_update",
        parameters=[WHO],
        request=serializers.ContactSerializer,
        responses=serializers.MemberSerializer,
        tags=["members"],
    )
    def patch(self, request: Request, reference: str) -> Response:
        """Changes how a member is called and reached; what is not named stays."""
        now = clock.now()
        member = member_or_404(reference)
        changes = serializers.ContactSerializer(data=request.data)
        changes.is_valid(raise_exception=True)
        _keep_reachable(member, changes.validated_data)
        updating.update(member, changes.validated_data, now, f"house:{uuid.uuid4()}", now)
        return Response(self.get_serializer(finding.shown().get(pk=member.pk)).data)


class TimelineView(GenericAPIView[Event]):
    """What happened to one member."""

    permission_classes = (permissions.scope("members:read"),)
    serializer_class = serializers.EventSerializer
    pagination_class = paging.NewestFirst
    queryset = Event.objects.none()

    @extend_schema(operation_id="members_timeline", parameters=[WHO], tags=["members"])
    def get(self, request: Request, reference: str) -> Response:
        """The member's events, latest recorded first. Use (`usage.*`) is counted elsewhere."""
        told = member_or_404(reference).events.select_related("subscription")
        page = self.paginate_queryset(told)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class StagesView(GenericAPIView[StageChange]):
    """How far one member came, and when."""

    permission_classes = (permissions.scope("members:read"),)
    serializer_class = serializers.StageChangeSerializer
    pagination_class = paging.NewestFirst
    queryset = StageChange.objects.none()

    @extend_schema(
        operation_id="members_stages",
        parameters=[WHO, *PAGE],
        responses=serializers.StagesSerializer,
        tags=["members"],
    )
    def get(self, request: Request, reference: str) -> Response:
        """The member's moves between stages, latest first; `ladder` says why they stand here and what is missing."""
        member = member_or_404(reference)
        page = self.paginate_queryset(member.stage_changes.all())
        answer = self.get_paginated_response(self.get_serializer(page, many=True).data)
        answer.data["ladder"] = serializers.LadderSerializer(ladder.of(member, clock.now())).data
        return answer


class FactsView(GenericAPIView[Any]):
    """The dictionary of facts."""

    permission_classes = (permissions.scope("members:read"),)
    serializer_class = serializers.FactSerializer
    pagination_class = None

    @extend_schema(
        operation_id="facts_list", responses=serializers.FactSerializer(many=True), tags=["conditions"]
    )
    def get(self, request: Request) -> Response:
        """What conditions may ask about a member, with type, unit and meaning."""
        return Response(self.get_serializer(list(facts.FACTS.values()), many=True).data)


def member_or_404(reference: str) -> Member:
    """The member an address of the API names, read for showing. Http404 for nobody."""
    found = identity.find(reference.replace("\0", ""))
    if found is None:
        raise Http404
    return finding.shown().get(pk=found.pk)


def _known_stage(stage: str) -> str:
    if stage not in Stage.values:
        sentence = _("There is no such stage; there are %(stages)s.") % {"stages": ", ".join(Stage.values)}
        raise errors.Refused({"stage": sentence})
    return stage


def _keep_reachable(member: Member, changes: dict[str, str]) -> None:
    left = [changes.get(name, getattr(member, name)) for name in ("email", "first_name", "last_name")]
    if not any(said.strip() for said in left):
        raise errors.Refused({"email": _("A member needs a name or an e-mail address.")})
