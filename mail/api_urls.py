from django.urls import path

from mail import api, waiting_api
from members import addresses as addresses  # noqa: PLC0414 (teaches addresses what a member is)

urlpatterns = [
    path("members/<member:member_id>/messages/", api.Messages.as_view(), name="member-messages"),
    path("letters/", waiting_api.Letters.as_view(), name="letters"),
    path("rules/", api.Rules.as_view(), name="rules"),
]
