from django.urls import path

from relationship.surveys import pages

urlpatterns = [path("u/survey/<str:token>/", pages.survey, name="survey")]
