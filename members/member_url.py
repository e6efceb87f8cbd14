"""The member alone, after everything that stands behind a member: an external id may hold slashes."""

from django.urls import path

from members import addresses as addresses  # noqa: PLC0414 (teaches addresses what a member is)
from members import api

app_name = "member"

urlpatterns = [path("members/<member:reference>/", api.MemberView.as_view(), name="member")]
