from django.urls import path

from intake import api

urlpatterns = [
    path("signups/", api.SignupsView.as_view(), name="signups"),
    path("events/", api.EventsView.as_view(), name="events"),
]
