from django.urls import path

from flows import api, entries_api
from members import addresses as addresses  # noqa: PLC0414 (teaches addresses what a member is)

urlpatterns = [
    path("members/<member:member_id>/why/", api.Why.as_view(), name="member-why"),
    path("flows/<str:slug>/entries/", entries_api.Entries.as_view(), name="flow-entries"),
]
