from django.urls import path

from value import pages

urlpatterns = [path("u/statement/<str:token>/", pages.statement, name="statement")]
