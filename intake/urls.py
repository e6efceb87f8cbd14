from django.urls import path

from intake import views
from intake.attending import cards
from intake.joining import pages

urlpatterns = [
    path("webhooks/<slug:slug>/", views.webhook, name="webhook"),
    path("u/card/<str:token>/", cards.card, name="card"),
    path("join/<slug:slug>/", pages.join, name="join"),
    path("join/<slug:slug>/welcome/", pages.joined, name="joined"),
]
