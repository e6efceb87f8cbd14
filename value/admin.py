"""The catalogue of benefits, and what is coming, for editors and staff."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from office import clock, desk, roles
from office.models import User
from value import benefits
from value.models import Benefit, BenefitWords, Upcoming, UpcomingWords

if TYPE_CHECKING:
    _Lines = admin.TabularInline[Any, Any]
else:
    _Lines = admin.TabularInline


class Words(_Lines):
    """The same in other languages; who may change the page may change them."""

    extra = 1
    changed_by: tuple[str, ...] = ()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_staff) and desk.may(request, roles.EVERYBODY)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return desk.may(request, self.changed_by)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return desk.may(request, self.changed_by)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return desk.may(request, self.changed_by)


class OfBenefits(Words):
    model = BenefitWords
    changed_by = roles.MAY["benefits.change"]


class OfComings(Words):
    model = UpcomingWords
    changed_by = roles.MAY["upcoming.change"]


class InLanguages(desk.Desk):
    """A page with the same words in other languages below it, whose change is written down too."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change and not form.changed_data and any(lines.has_changed() for lines in formsets):
            self.note(request, "changed", form.instance, fields=["words"])


@admin.register(Benefit)
class Benefits(InLanguages):
    """What a membership holds. Examples of a trade wait here: members hear of one once it is saved, or offered."""

    changed_by = roles.MAY["benefits.change"]
    list_display = ("name", "shown_by", "worth", "currency", "offered_at", "retired_at")
    list_filter = (("retired_at", admin.EmptyFieldListFilter), ("offered_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "sentence", "shown_by")
    ordering = ("order", "pk")
    fields = (
        *("name", "sentence", "link", "shown_by", "worth", "currency", "plans", "order"),
        *("offered_at", "offered_by", "retired_at", "retired_by"),
    )
    readonly_fields = ("offered_at", "offered_by", "retired_at", "retired_by")
    formfield_overrides = {models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    inlines = (OfBenefits,)
    actions = ("offer", "retire")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if obj.offered_at is None:
            obj.offered_at, obj.offered_by = clock.now(), _person(request)
        super().save_model(request, obj, form, change)

    @admin.action(
        permissions=["change"], description=gettext_lazy("Tell members of the chosen ones from now on")
    )
    def offer(self, request: HttpRequest, queryset: QuerySet[Benefit]) -> None:
        """The chosen ones stand in letters and pages from now on."""
        number = benefits.offer(queryset, _person(request), clock.now())
        self.message_user(request, _("%(number)d more are told to members now.") % {"number": number})

    @admin.action(permissions=["change"], description=gettext_lazy("Retire the chosen ones"))
    def retire(self, request: HttpRequest, queryset: QuerySet[Benefit]) -> None:
        """The chosen ones stand in no letter from now on."""
        number = benefits.retire(queryset, _person(request), clock.now())
        self.message_user(request, _("%(number)d are retired now.") % {"number": number})


@admin.register(Upcoming)
class Comings(InLanguages):
    """Evenings, classes and releases to come. What has begun or was called off stands in no letter."""

    changed_by = roles.MAY["upcoming.change"]
    list_display = ("title", "starts_at", "place", "called_off_at")
    list_filter = (("called_off_at", admin.EmptyFieldListFilter),)
    search_fields = ("title", "place")
    date_hierarchy = "starts_at"
    ordering = ("-starts_at", "-pk")
    fields = ("title", "starts_at", "place", "link", "plans", "called_off_at", "called_off_by")
    readonly_fields = ("called_off_at", "called_off_by")
    formfield_overrides = {models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    inlines = (OfComings,)
    actions = ("call_off", "hold_after_all")

    @admin.action(permissions=["change"], description=gettext_lazy("Call the chosen ones off"))
    def call_off(self, request: HttpRequest, queryset: QuerySet[Upcoming]) -> None:
        """The chosen ones stand in no letter from now on."""
        said = {"called_off_at": clock.now(), "called_off_by": _person(request)}
        number = queryset.filter(called_off_at=None).update(**said)
        self.message_user(request, _("%(number)d are called off.") % {"number": number})

    @admin.action(permissions=["change"], description=gettext_lazy("Hold the chosen ones after all"))
    def hold_after_all(self, request: HttpRequest, queryset: QuerySet[Upcoming]) -> None:
        """The chosen ones stand in letters again."""
        number = queryset.exclude(called_off_at=None).update(called_off_at=None, called_off_by=None)
        self.message_user(request, _("%(number)d are held after all.") % {"number": number})


def _person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
