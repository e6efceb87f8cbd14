from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from api import keys
from api import outgoing_admin as outgoing_admin  # noqa: PLC0414 (its pages register themselves)
from api.models import ApiKey
from office import clock, desk, roles


@admin.register(ApiKey)
class ApiKeyAdmin(desk.Desk):
    """Which programs may call. Keys are made by `create_api_key`, and here only looked at and revoked."""

    changed_by = roles.MAY["keys.change"]
    list_display = ("name", "prefix", "scopes", "created_at", "last_used_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "prefix")
    fields = list_display
    readonly_fields = list_display
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.action(description=_("Revoke: these programs may no longer call"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        chosen = list(queryset.filter(revoked_at=None))
        count = keys.revoke(chosen, clock.now())
        sentence = ngettext("%(count)d key was revoked.", "%(count)d keys were revoked.", count)
        self.message_user(request, sentence % {"count": count})
