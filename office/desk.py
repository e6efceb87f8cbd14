"""The editors' pages: who may look, who may change, and that every change is written down."""

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from office import audit, clock, roles
from office.models import User

if TYPE_CHECKING:
    _Base = admin.ModelAdmin[Any]
    _Lines = admin.TabularInline[Any, Any]
else:
    _Base = admin.ModelAdmin
    _Lines = admin.TabularInline

SECRET = frozenset({"password", "password1", "password2", "secret", "previous_secret", "usable_password"})
LONGEST = 200
Role = User.Role


def may(request: HttpRequest, allowed: tuple[str, ...]) -> bool:
    """Whether whoever asks has one of these roles, or may do everything."""
    return roles.is_one_of(request.user, allowed)


class Desk(_Base):
    """A page of the admin: `read_by` may look, `changed_by` change, `deleted_by` delete; all from `roles.MAY`.

    Every change is written into the log of changes in the transaction of the change itself. Django's own log
    would keep names that an erasure cannot find, and is left empty.
    """

    read_by: tuple[str, ...] = roles.EVERYBODY
    changed_by: tuple[str, ...] = roles.EDITORS
    deleted_by: tuple[str, ...] = ()
    actions: Any = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff) and may(request, self.read_by)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may(request, self.changed_by)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.changed_by)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.deleted_by)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change or form.changed_data:
            self.note(request, "changed" if change else "added", obj, **_said(obj, form, change))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.note(request, "removed", obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            self.delete_model(request, obj)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """A deed done to many rows is written down with their keys, whatever the deed itself writes."""
        chosen = request.POST.getlist("action")
        with transaction.atomic():
            response = super().response_action(request, queryset)
            name = next((word for word in chosen if word in self.get_actions(request)), "")
            rows = request.POST.getlist("_selected_action")
            if name and name != "delete_selected" and rows:
                self._note_many(request, name, queryset, rows)
        return response

    def note(self, request: HttpRequest, deed: str, obj: Model, **details: Any) -> None:
        """Writes into the log of changes that whoever asks did `deed` to `obj`."""
        user = request.user if isinstance(request.user, User) else None
        name = f"{obj._meta.model_name}.{deed}"
        audit.record(user, name, obj, clock.now(), member=_member(obj), id=str(obj.pk), **details)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return None

    def _note_many(self, request: HttpRequest, name: str, queryset: QuerySet[Any], rows: list[str]) -> None:
        if request.POST.get("select_across") == "1":
            rows = [str(pk) for pk in queryset.values_list("pk", flat=True)]
        deed = f"{self.opts.model_name}.{name}"
        user = request.user if isinstance(request.user, User) else None
        audit.record_many(user, deed, self.opts.verbose_name_plural, clock.now(), rows)


class Retiring(Desk):
    """Of rows that are never deleted: `is_retired` of the form becomes when, and by whom."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        is_retired = form.cleaned_data["is_retired"]
        if is_retired != (obj.retired_at is not None):
            obj.retired_at = clock.now() if is_retired else None
            obj.retired_by = request.user if is_retired else None
        super().save_model(request, obj, form, change)


class ReadOnly(Desk):
    """A page on which nothing can be changed."""

    changed_by = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class Lines(_Lines):
    """Rows below a page, to be read only."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_staff) and may(request, roles.EVERYBODY)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Parts(_Lines):
    """Rows below a page that belong to it, changed by whoever may change the page (`changed_by`)."""

    extra = 1
    changed_by: tuple[str, ...] = roles.EDITORS

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_staff) and may(request, roles.EVERYBODY)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.changed_by)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.changed_by)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, self.changed_by)


def _member(obj: Any) -> uuid.UUID | None:
    """Whom a row is about: the member itself, or the member it belongs to."""
    owner = getattr(obj, "member", None) or obj
    found = getattr(owner, "uuid", None)
    return found if owner._meta.model_name == "member" else None


def _said(obj: Any, form: Any, change: bool) -> dict[str, Any]:
    """Which fields were changed, or filled in; before and after too, except of members and secrets."""
    names = form.changed_data if change else form.cleaned_data
    fields = sorted(name for name in names if name not in SECRET)
    if _member(obj):
        return {"fields": fields}
    before = {name: _plain(form.initial.get(name)) for name in fields if change}
    after = {name: _plain(form.cleaned_data.get(name)) for name in fields}
    return {"fields": sorted(names), "before": before, "after": after}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)[:LONGEST]
