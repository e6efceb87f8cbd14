from django.urls import path

from flows import api, entries_api

urlpatterns = [
    path("members/<str:member_id>/why/", api.Why.as_view(), name="member-why"),
    path("flows/<str:slug>/entries/", entries_api.Entries.as_view(), name="flow-entries"),
]
