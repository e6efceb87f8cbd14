"""Offers for editors: what is offered, to whom, above which floor; and what was offered to whom."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from flows import letters_in_use
from office import desk, roles
from winback.models import MadeOffer, Offer, OfferWords
from winback.offers import wordings

if TYPE_CHECKING:
    _Form = forms.ModelForm[Offer]
    _Words = BaseInlineFormSet[OfferWords, Offer, forms.ModelForm[OfferWords]]
else:
    _Form, _Words = forms.ModelForm, BaseInlineFormSet

Kind = Offer.Kind
RULES = (
    *("slug", "kind", "percent", "periods", "band", "plans"),
    *("valid_days", "floor_percent", "repeat_months", "otherwise"),
)
NUMBERS: Mapping[str, tuple[str, ...]] = {Kind.PERCENT: ("percent", "periods"), Kind.FREE: ("periods",)}


class OfferForm(_Form):
    """An offer; refused with what is missing for its kind."""

    is_retired = forms.BooleanField(
        label=_("Not made any more"),
        required=False,
        help_text=_("Those that were made stand until their last day."),
    )

    class Meta:
        model = Offer
        fields = RULES
        widgets = {"plans": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["is_retired"].initial = self.instance.retired_at is not None

    def clean(self) -> dict[str, Any]:
        """The numbers its kind needs, and no others; nothing that leads back to itself; none in use is retired."""
        found = super().clean() or self.cleaned_data
        needed = NUMBERS.get(found.get("kind", ""), ())
        for name in ("percent", "periods"):
            if name in needed and not found.get(name):
                self.add_error(name, gettext("This kind of offer needs it."))
            elif name not in needed and found.get(name):
                self.add_error(name, gettext("This kind of offer has none: leave it empty."))
        if (found.get("percent") or 0) > 100:
            self.add_error("percent", gettext("At most 100."))
        if not found.get("valid_days"):
            self.add_error("valid_days", gettext("At least one day."))
        self._check_otherwise(found.get("otherwise"))
        is_new = found.get("is_retired") and not self.instance.retired_at
        if is_new and (used := letters_in_use.holding("offer", self.instance.slug)):
            text = gettext("It is still made in %s. Take it out of these letters and publish them first.")
            self.add_error("is_retired", text % ", ".join(used))
        return found

    def _check_otherwise(self, other: Offer | None) -> None:
        seen: set[int] = set()
        while other and other.pk not in seen:
            if other.pk == self.instance.pk:
                self.add_error(
                    "otherwise", gettext("This leads back to the same offer: choose another, or none.")
                )
                return
            seen.add(other.pk)
            other = other.otherwise


class WordsForms(_Words):
    """The words in all languages together."""

    def clean(self) -> None:
        super().clean()
        rows = [form.cleaned_data for form in self.forms if form.is_valid() and form.cleaned_data]
        if not [row for row in rows if not row.get("DELETE")]:
            raise forms.ValidationError(gettext("Write the offer in at least one language."))


class Words(desk.Parts):
    model = OfferWords
    formset = WordsForms
    template = "admin/edit_inline/stacked.html"
    changed_by = roles.MAY["offers.change"]


@admin.register(Offer)
class Offers(desk.Retiring):
    """What letters may offer. Whom it is made to follows from its rules, never from the letter."""

    changed_by = roles.MAY["offers.change"]
    form = OfferForm
    list_display = ("slug", "what", "kind", "band", "otherwise", "retired_at")
    list_filter = ("kind", ("retired_at", admin.EmptyFieldListFilter))
    list_select_related = ("otherwise",)
    fields = (*RULES, "is_retired")
    inlines = (Words,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("words")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()

    @admin.display(description=_("what is offered"))
    def what(self, offer: Offer) -> str:
        return wordings.name(offer, get_language() or "en")


@admin.register(MadeOffer)
class MadeOffers(desk.ReadOnly):
    """What was offered to whom, until when, and who accepted it."""

    list_display = ("offer", "member", "made_at", "until", "accepted_at")
    list_filter = (("accepted_at", admin.EmptyFieldListFilter), "offer")
    list_select_related = ("offer", "member")
    search_fields = ("member__name_key",)
    ordering = ("-made_at", "-pk")
    fields = ("offer", "member", "made_at", "until", "terms", "accepted_at")
