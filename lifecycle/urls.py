"""Every address of the house."""

from django.contrib import admin
from django.urls import include, path

from lifecycle import health, watching_pages
from lifecycle.trades import pages as trades

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("intake.api_urls")),
    path("api/v1/", include("members.urls")),
    path("api/v1/", include("mail.api_urls")),
    path("api/v1/", include("flows.urls")),
    path("api/v1/", include("value.api_urls")),
    path("api/v1/", include("members.member_url")),  # after all that stands behind a member
    path("api/", include("api.urls")),
    path("metrics", watching_pages.metrics, name="metrics"),
    path("settings/status/", watching_pages.page, name="status"),
    path("settings/trade/", trades.all_trades, name="trades"),
    path("settings/trade/<slug:slug>/", trades.trade, name="trade"),
    path("", include("intake.urls")),
    path("", include("mail.urls")),
    path("", include("value.urls")),
    path("", include("relationship.urls")),
    path("", include("winback.urls")),
    path("", include("dashboard.urls")),
]

handler404 = "lifecycle.lost.not_found"
handler500 = "lifecycle.lost.server_error"
