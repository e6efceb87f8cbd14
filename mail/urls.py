from django.urls import path

from mail import following, hooks, pages, preferences

urlpatterns = [
    path("mail/events/<slug:provider>/", hooks.events, name="mail-events"),
    path("mail/inbound/<slug:provider>/", hooks.inbound, name="mail-inbound"),
    path("u/unsubscribe/<str:token>/", preferences.unsubscribe, name="unsubscribe"),
    path("u/preferences/<str:token>/", preferences.preferences, name="preferences"),
    path("u/confirm/<str:token>/", preferences.confirm, name="confirm"),
    path("u/letter/<str:token>/", pages.in_browser, name="browser"),
    path("u/click/<str:token>/", following.follow, name="click"),
    path("pictures/<str:name>", pages.picture, name="picture"),
]
