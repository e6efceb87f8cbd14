from django.urls import path

from winback import pages

urlpatterns = [path("u/cancel/<str:token>/", pages.cancel, name="cancel")]
