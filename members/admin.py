"""The register for editors: how to reach members; plans and companies. What happened is only read here."""

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy

from members import fields as rules
from members import first_value_admin as first_value_admin  # noqa: PLC0414 (its page registers itself)
from members import identity, updating
from members import stage_admin as stage_admin  # noqa: PLC0414 (the same)
from members.models import (
    Account,
    Consent,
    Event,
    Member,
    Payment,
    Plan,
    StageChange,
    Subscription,
    Topic,
    TopicWords,
)
from office import clock, desk, roles

CONTACT = ("first_name", "last_name", "email", "phone", "locale", "time_zone", "country")
if TYPE_CHECKING:
    _Form = forms.ModelForm[Member]
else:
    _Form = forms.ModelForm


class Words(desk.Parts):
    model = TopicWords
    changed_by = roles.MAY["house.change"]


@admin.register(Topic)
class Topics(desk.Desk):
    """What letters are about, in the words that members read when they choose."""

    changed_by = roles.MAY["house.change"]
    list_display = ("slug", "double_opt_in")
    inlines = (Words,)


class Contact(_Form):
    """How to reach a member."""

    class Meta:
        model = Member
        fields = CONTACT

    def clean(self) -> dict[str, Any]:
        """The rules of every other door, each error at its field."""
        said = {name: self.cleaned_data.get(name) or "" for name in CONTACT if name not in self.errors}
        checked = rules.Contact(data=said)
        if checked.is_valid():
            return {**self.cleaned_data, **checked.validated_data}
        for name, errors in checked.errors.items():
            self.add_error(name, [str(error) for error in errors])
        return self.cleaned_data


class Trail(desk.Lines):
    model = Event
    fields = readonly_fields = ("occurred_at", "name", "data", "handled_at", "error")
    ordering = ("-occurred_at", "-pk")


class Moves(desk.Lines):
    model = StageChange
    fields = readonly_fields = ("at", "kind", "from_stage", "to_stage", "rule", "values", "by", "note")
    ordering = ("-at", "-pk")


class Permissions(desk.Lines):
    model = Consent
    fields = readonly_fields = ("at", "topic", "granted", "proof", "source")
    ordering = ("-at", "-pk")


class Contracts(desk.Lines):
    model = Subscription
    fields = readonly_fields = (
        "plan",
        "status",
        "started_at",
        "current_period_end",
        "card_expires_at",
        "cancel_reason",
        "ended_at",
    )


class Money(desk.Lines):
    model = Payment
    fields = readonly_fields = ("paid_at", "amount", "currency", "status")
    ordering = ("-paid_at",)


@admin.register(Member)
class Members(desk.Desk):
    """Members: how to reach them may be changed; everything else follows from what happens."""

    changed_by = roles.MAY["members.change"]
    form = Contact
    list_display = ("name", "email", "stage", "status", "plan", "joined_at")
    list_filter = ("stage", "status", "plan")
    list_select_related = ("plan",)
    search_fields = ("name_key", "email_key", "external_ids__value", "=id")
    ordering = ("-joined_at",)
    readonly_fields = (
        "number",
        "uuid",
        "stage",
        "stage_since",
        "circle",
        "status",
        "plan",
        "joined_at",
        "flag",
    )
    fields = (*CONTACT, *readonly_fields)
    inlines = (Permissions, Contracts, Money, Moves, Trail)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # members join by one of the doors, so that they are welcomed

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Member], search_term: str
    ) -> tuple[QuerySet[Member], bool]:
        return super().get_search_results(request, queryset, identity.name_key(search_term))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        fields = {name: form.cleaned_data[name] for name in form.changed_data}
        now = clock.now()
        if fields:
            updating.update(obj, fields, now, f"staff:{uuid.uuid4()}", now)
            self.note(request, "changed", obj, fields=sorted(fields))


class Terms(forms.ModelForm):  # type: ignore[type-arg]
    """A plan; its quiet months are chosen by name."""

    quiet_months = forms.TypedMultipleChoiceField(
        label=gettext_lazy("quiet months"),
        choices=list(MONTHS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Months in which nobody is expected."),
    )

    class Meta:
        model = Plan
        fields = ("quiet_months",)


@admin.register(Plan)
class Plans(desk.Desk):
    """What members subscribe to. A plan that a signup named first waits here for its price."""

    changed_by = roles.MAY["plans.change"]
    list_display = ("name", "slug", "sentence", "amount", "currency", "interval", "is_complete")
    list_filter = (("completed_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "slug")
    form = Terms
    fields = (
        *("slug", "name", "sentence", "amount", "currency", "interval", "interval_count"),
        *("cost_to_serve", "consumption", "quiet_after", "quiet_below", "sleeping_after", "quiet_months"),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()

    @admin.display(boolean=True, description=gettext_lazy("complete"))
    def is_complete(self, plan: Plan) -> bool:
        return plan.completed_at is not None

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if obj.amount is not None and obj.currency and obj.completed_at is None:
            obj.completed_at = clock.now()
        obj.currency = obj.currency.upper()
        super().save_model(request, obj, form, change)


@admin.register(Account)
class Companies(desk.Desk):
    """Companies whose people are members."""

    changed_by = roles.MAY["companies.change"]
    list_display = ("name", "external_id")
    search_fields = ("name", "external_id")
    fields = ("name", "external_id")
