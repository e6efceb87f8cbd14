"""The doors to segments: which there are, and who is in one."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from api import errors, paging, permissions
from members import conditions, fields, finding, segments
from members.models import Member, Segment
from members.serializers import MemberSerializer
from office import clock

SEGMENT = OpenApiParameter("segment", str, description="The slug of a segment: its members alone.")
SLUG = OpenApiParameter("slug", str, OpenApiParameter.PATH, description="The slug of the segment.")
REGULARS = {
    "slug": "regulars",
    "name": "Regulars",
    "kind": "condition",
    "condition": {"fact": "consumption_28d", "op": ">=", "value": 4},
    "reading": "uses in the last 28 days: at least 4",
    "size": 143,
    "evaluated_at": "2026-03-02T22:30:00Z",
}


@extend_schema_serializer(examples=[OpenApiExample("Regulars", value=REGULARS, response_only=True)])
class SegmentSerializer(serializers.ModelSerializer[Segment]):
    """A segment as the API shows one."""

    kind = serializers.SerializerMethodField()
    condition = serializers.JSONField(read_only=True, help_text="Null for a list kept by hand.")
    reading = serializers.SerializerMethodField()
    size = serializers.IntegerField(read_only=True, help_text="How many were in it at `evaluated_at`.")
    evaluated_at = fields.Moment(read_only=True, help_text="Null until it is first evaluated.")

    class Meta:
        model = Segment
        fields = tuple(REGULARS)
        read_only_fields = fields

    def get_kind(self, segment: Segment) -> str:
        """`condition`, or `list` for one kept by hand."""
        return "list" if segment.is_list else "condition"

    def get_reading(self, segment: Segment) -> str:
        """The condition in words; empty for a list."""
        return conditions.read_aloud(segment.condition)


class SegmentsView(GenericAPIView[Segment]):
    """All segments, page by page."""

    permission_classes = (permissions.scope("members:read"),)
    serializer_class = SegmentSerializer
    pagination_class = paging.Pages
    queryset = Segment.objects.none()

    @extend_schema(operation_id="segments_list", tags=["segments"])
    def get(self, request: Request) -> Response:
        """Segments, oldest first, with their condition and size."""
        page = self.paginate_queryset(Segment.objects.all())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class SegmentMembersView(GenericAPIView[Member]):
    """Who is in one segment."""

    permission_classes = (permissions.scope("members:read"),)
    serializer_class = MemberSerializer
    pagination_class = paging.Pages
    queryset = Member.objects.none()

    @extend_schema(operation_id="segments_members", parameters=[SLUG], tags=["segments"])
    def get(self, request: Request, slug: str) -> Response:
        """The members of whom the segment's condition is true now, or who are on its list; oldest first."""
        segment = get_object_or_404(Segment, slug=slug)
        page = self.paginate_queryset(narrowed(finding.shown(), segment.slug))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


def narrowed(members: QuerySet[Member], slug: str) -> QuerySet[Member]:
    """These members, only those who are in the segment now. Refused (400) names an unknown slug."""
    segment = Segment.objects.filter(slug=slug.replace("\0", "")).first()
    if segment is None:
        raise errors.Refused({"segment": _("There is no segment “%s”.") % slug})
    return members.filter(segments.inside(segment.slug, clock.now()))
