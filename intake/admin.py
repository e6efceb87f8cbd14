from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from intake import applying, endpoints
from intake.models import Delivery, Endpoint
from office import clock, desk, roles


@admin.register(Endpoint)
class EndpointAdmin(desk.Desk):
    """Doors for other systems. They are made by `create_webhook_endpoint`; a secret is never shown again."""

    changed_by = roles.MAY["doors.change"]
    list_display = ("slug", "source", "created_at", "changing_over")
    fields = ("slug", "source", "created_at", "changing_over")
    readonly_fields = fields
    actions = ("rotate",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(boolean=True, description=_("the former secret is still good"))
    def changing_over(self, endpoint: Endpoint) -> bool:
        return bool(endpoint.previous_secret)

    @admin.action(
        description=_("Make a new secret (the present one stays good until the next)"), permissions=["change"]
    )
    def rotate(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        for endpoint in queryset:
            secret = endpoints.rotate(endpoint)
            sentence = gettext("New secret of %(door)s, shown only now: %(secret)s")
            self.message_user(request, sentence % {"door": endpoint.slug, "secret": secret}, messages.WARNING)


@admin.register(Delivery)
class DeliveryAdmin(desk.ReadOnly):
    """All that arrived, as it came. Nothing here can be changed; what was set aside can be tried again."""

    list_display = ("received_at", "endpoint", "kind", "status", "reason")
    list_filter = ("status", "endpoint")
    search_fields = ("provider_id", "kind")
    list_select_related = ("endpoint",)
    ordering = ("-pk",)
    show_full_result_count = False
    fields = ("endpoint", "provider_id", "kind", "received_at", "status", "reason", "handled_at", "body")
    readonly_fields = fields
    actions = ("replay",)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Whoever works with members may try an arrival again."""
        return roles.may(request.user, "work.change")

    @admin.action(description=_("Try again"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        chosen = list(queryset)
        for delivery in chosen:
            applying.replay(delivery, clock.now())
        sentence = ngettext(
            "%(count)d arrival is tried again.", "%(count)d arrivals are tried again.", len(chosen)
        )
        self.message_user(request, sentence % {"count": len(chosen)})
