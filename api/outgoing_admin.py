"""Outgoing webhooks for owners, and for everybody who works here what was told to other systems."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from api import addresses, deliveries, endpoints
from api.models import Delivery, Endpoint
from office import clock, desk, roles
from office.models import User

if TYPE_CHECKING:
    _Form = forms.ModelForm[Endpoint]
else:
    _Form = forms.ModelForm
SHOWN_ONCE = _("The secret of %(name)s, shown only now: %(secret)s")
TEST = "test.sent"


class EndpointForm(_Form):
    """An outgoing webhook; its secret is made by us."""

    url = forms.URLField(label=_("Address"), max_length=500, assume_scheme="https")

    class Meta:
        model = Endpoint
        fields = ("slug", "url", "description")

    def clean_url(self) -> str:
        """The address, if it is one that we would call; whether its name leads anywhere shows when it is used."""
        try:
            addresses.check(self.cleaned_data["url"])
        except addresses.Forbidden as error:
            raise forms.ValidationError(str(error)) from error
        return str(self.cleaned_data["url"])


@admin.register(Endpoint)
class EndpointAdmin(desk.Desk):
    """The other systems that flows tell things. An address may hold a password of theirs, so owners alone read it."""

    read_by = changed_by = roles.MAY["doors.change"]
    form = EndpointForm
    list_display = ("slug", "url", "description", "failing_since", "disabled_at")
    list_filter = (("disabled_at", admin.EmptyFieldListFilter), ("failing_since", admin.EmptyFieldListFilter))
    search_fields = ("slug", "url", "description")
    told = ("created_at", "failing_since", "disabled_at", "disabled_because")
    actions = ("try_out", "rotate", "switch_off", "switch_on")

    def get_fields(self, request: HttpRequest, obj: Endpoint | None = None) -> tuple[str, ...]:
        return ("slug", "url", "description", *(self.told if obj else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: Endpoint | None = None) -> tuple[str, ...]:
        return ("slug", *self.told) if obj else ()  # flows name it by its short name

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        made, secret = endpoints.create(obj.slug, obj.url, clock.now(), obj.description)
        obj.pk, obj._state.adding = made.pk, False
        self.note(request, "added", made)
        self._show(request, made, secret)

    @admin.action(description=_("Send a test message"), permissions=["change"])
    def try_out(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        now = clock.now()
        chosen = list(queryset)
        said = [(endpoint, f"{TEST}:{endpoint.pk}:{now.isoformat()}") for endpoint in chosen]
        drafts = [deliveries.Draft(key, endpoint, TEST, {"hello": endpoint.slug}) for endpoint, key in said]
        deliveries.queue(drafts, now)
        sentence = ngettext(
            "%(count)d test message is on its way.", "%(count)d test messages are on their way.", len(chosen)
        )
        self.message_user(request, sentence % {"count": len(chosen)})

    @admin.action(
        description=_("Make a new secret (the present one signs along until the next)"),
        permissions=["change"],
    )
    def rotate(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        for endpoint in queryset:
            self._show(request, endpoint, endpoints.rotate(endpoint))

    @admin.action(description=_("Switch off: what is on its way is not sent"), permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        for endpoint in queryset:
            endpoints.disable(endpoint, gettext("Switched off here."), clock.now(), _user(request))

    @admin.action(description=_("Switch on"), permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        for endpoint in queryset:
            endpoints.enable(endpoint, clock.now(), _user(request))

    def _show(self, request: HttpRequest, endpoint: Endpoint, secret: str) -> None:
        sentence = str(SHOWN_ONCE) % {"name": endpoint.slug, "secret": secret}
        self.message_user(request, sentence, messages.WARNING)


@admin.register(Delivery)
class DeliveryAdmin(desk.ReadOnly):
    """What other systems were told, and what they answered. Nothing here can be changed; it can be sent again."""

    list_display = ("created_at", "endpoint", "type", "status", "attempts", "code", "error", "due_at")
    list_filter = ("status", "endpoint", "code")
    search_fields = ("type", "=about", "=uuid")
    list_select_related = ("endpoint",)
    ordering = ("-pk",)
    show_full_result_count = False
    fields = (
        "endpoint", "type", "ident", "created_at", "status", "attempts", "tried_at", "due_at", "code", "error",
        "answer", "finished_at", "body",
    )  # fmt: skip
    readonly_fields = fields
    actions = ("resend",)

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """Whoever works with members may send a message again."""
        return roles.may(request.user, "work.change")

    @admin.action(description=_("Send again"), permissions=["resend"])
    def resend(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        count = deliveries.resend(list(queryset), clock.now())
        sentence = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", count)
        self.message_user(request, sentence % {"count": count})


def _user(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
