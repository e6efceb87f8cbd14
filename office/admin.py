"""Who works here, what the house is called, and what was changed."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from office import desk, roles
from office.models import AuditEntry, House, User

if TYPE_CHECKING:
    _Users = UserAdmin[User]
else:
    _Users = UserAdmin

admin.site.unregister(Group)  # what people may do follows from their role


@admin.register(User)
class People(desk.Desk, _Users):
    """Everybody who works here. Owners give roles; an owner may do everything."""

    changed_by = roles.MAY["users.change"]
    list_display = ("username", "first_name", "last_name", "email", "role", "is_active")
    list_filter = ("role", "is_active")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Who it is"), {"fields": ("first_name", "last_name", "email")}),
        (_("What they may do"), {"fields": ("role", "is_active")}),
        (_("When"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "first_name", "last_name", "email", "role", "password1", "password2"),
            },
        ),
    )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.is_staff, obj.is_superuser = True, obj.role == User.Role.OWNER
        super().save_model(request, obj, form, change)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Another password for somebody; that it was changed is written down."""
        with transaction.atomic():
            response = super().user_change_password(request, id, form_url)
            if request.method == "POST" and response.status_code == 302:
                self.note(request, "new-password", User.objects.get(pk=id))
        return response


@admin.register(House)
class TheHouse(desk.Desk):
    """The one row that says what the house is called."""

    changed_by = roles.MAY["house.change"]
    fields = ("name", "postal_address", "email", "language", "asks_twice", "counts_clicks")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not House.objects.exists()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        house = House.objects.order_by("pk").first()
        if house:
            return redirect("admin:office_house_change", house.pk)
        if self.has_add_permission(request):
            return redirect("admin:office_house_add")
        return super().changelist_view(request, extra_context)


@admin.register(AuditEntry)
class Changes(desk.ReadOnly):
    """What staff changed, newest first; in plain sentences on the page “Changes”."""

    read_by = roles.MAY["changes.read"]
    list_display = ("at", "user", "deed", "subject")
    list_filter = ("deed", "user")
    search_fields = ("subject",)
    date_hierarchy = "at"
    ordering = ("-at", "-pk")
    fields = ("at", "user", "deed", "subject", "details")
