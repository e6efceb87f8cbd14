from django.urls import path

from members import addresses as addresses  # noqa: PLC0414 (teaches addresses what a member is)
from value import api

urlpatterns = [
    path("members/<member:reference>/statement/", api.StatementView.as_view(), name="member-statement")
]
