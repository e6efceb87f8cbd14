from django.urls import path

from members import addresses as addresses  # noqa: PLC0414 (teaches addresses what a member is)
from members import api, segments_api

app_name = "members"

urlpatterns = [
    path("members/", api.MembersView.as_view(), name="members"),
    path("members/<member:reference>/timeline/", api.TimelineView.as_view(), name="timeline"),
    path("members/<member:reference>/stages/", api.StagesView.as_view(), name="stages"),
    path("segments/", segments_api.SegmentsView.as_view(), name="segments"),
    path("segments/<slug:slug>/members/", segments_api.SegmentMembersView.as_view(), name="segment-members"),
    path("facts/", api.FactsView.as_view(), name="facts"),
]
