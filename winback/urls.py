from django.urls import path

from winback import pages
from winback.offers import pages as offers

urlpatterns = [
    path("u/cancel/<str:token>/", pages.cancel, name="cancel"),
    path("u/offer/<str:token>/", offers.offer, name="offer"),
]
