from django.urls import path

from members import api, segments_api

app_name = "members"

urlpatterns = [
    path("members/", api.MembersView.as_view(), name="members"),
    path("members/<str:reference>/", api.MemberView.as_view(), name="member"),
    path("members/<str:reference>/timeline/", api.TimelineView.as_view(), name="timeline"),
    path("members/<str:reference>/stages/", api.StagesView.as_view(), name="stages"),
    path("segments/", segments_api.SegmentsView.as_view(), name="segments"),
    path("segments/<slug:slug>/members/", segments_api.SegmentMembersView.as_view(), name="segment-members"),
    path("facts/", api.FactsView.as_view(), name="facts"),
]
