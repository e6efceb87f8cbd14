"""Questions for editors: what is asked, in which words, and which answers need a person."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from flows import letters_in_use
from office import desk, roles
from office.models import User
from relationship.models import Survey, SurveyAnswer, SurveyWords
from relationship.surveys import asking

if TYPE_CHECKING:
    _Form = forms.ModelForm[Survey]
    _Words = BaseInlineFormSet[SurveyWords, Survey, forms.ModelForm[SurveyWords]]
else:
    _Form, _Words = forms.ModelForm, BaseInlineFormSet

Kind = Survey.Kind
PLACES = [(number, str(number)) for number in range(1, asking.MOST + 1)]


def _places(label: Any, text: Any) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        label=label,
        help_text=text,
        choices=PLACES,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class SurveyForm(_Form):
    """A question; which of its answers mean what is said by their places."""

    worrying = _places(
        _("Answers that need a person"),
        _(
            "By their place, from the top: somebody gets a task to get in touch within three days. Questions answered "
            "by a number know it themselves: 0 to 6 of ten, 1 and 2 of five."
        ),
    )
    good = _places(_("Good answers"), _("By their place. Flows can go another way after them."))
    is_retired = forms.BooleanField(
        label=_("Not asked any more"),
        required=False,
        help_text=_("Letters leave it out from then on, and its page takes no more answers. They all stay."),
    )

    class Meta:
        model = Survey
        fields = ("slug", "kind", "worrying", "good", "apart_days", "assigned_to")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["is_retired"].initial = self.instance.retired_at is not None
        if "assigned_to" in self.fields:
            self.fields["assigned_to"].queryset = User.objects.filter(is_active=True)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Nothing is good and worrying; only questions with answers of their own say so; none in use is retired."""
        found = super().clean() or self.cleaned_data
        both = set(found.get("worrying", ())) & set(found.get("good", ()))
        if both:
            self.add_error("good", gettext("An answer cannot be good and need a person."))
        kind = found.get("kind") or self.instance.kind  # it stays once there are answers
        if kind != Kind.CHOICE and (found.get("worrying") or found.get("good")):
            self.add_error(
                "worrying", gettext("A question answered by a number knows this itself: untick all.")
            )
        is_new = found.get("is_retired") and not self.instance.retired_at
        if is_new and (used := letters_in_use.holding("survey", self.instance.slug)):
            text = gettext("It is still asked in %s. Take it out of these letters and publish them first.")
            self.add_error("is_retired", text % ", ".join(used))
        return found


class WordsForms(_Words):
    """The words in all languages together."""

    def clean(self) -> None:
        """As many answers in each language, as its kind needs; none fewer than members have given already."""
        super().clean()
        rows = [form.cleaned_data for form in self.forms if form.is_valid() and _is_kept(form)]
        counts = {len(SurveyWords(answers=row.get("answers") or "").lines) for row in rows}
        if not rows:
            raise forms.ValidationError(gettext("Write the question in at least one language."))
        if self.instance.kind != Kind.CHOICE:
            if counts != {0}:
                raise forms.ValidationError(
                    gettext("A question answered by a number has no answers of its own.")
                )
            return
        if len(counts) > 1:
            raise forms.ValidationError(
                gettext("Write the same number of answers in each language, in the same order.")
            )
        if not 2 <= max(counts) <= asking.MOST:
            raise forms.ValidationError(gettext("Write two to six answers, one on each line."))
        self._check_places(max(counts))

    def _check_places(self, number: int) -> None:
        named = [*self.instance.worrying, *self.instance.good]
        given = (
            SurveyAnswer.objects.filter(survey=self.instance, answer__gt=number) if self.instance.pk else None
        )
        if max(named, default=0) > number:
            raise forms.ValidationError(gettext("An answer is ticked above that is not written here."))
        if given is not None and given.exists():
            raise forms.ValidationError(
                gettext(
                    "Members have given an answer that would be gone. Stop asking this question and write a new one."
                )
            )


def _is_kept(form: Any) -> bool:
    return bool(form.cleaned_data) and not form.cleaned_data.get("DELETE")


class Words(desk.Parts):
    model = SurveyWords
    formset = WordsForms
    template = "admin/edit_inline/stacked.html"
    changed_by = roles.MAY["surveys.change"]


@admin.register(Survey)
class Surveys(desk.Retiring):
    """Questions that letters ask and one click answers. The answers stand on a page of their own."""

    changed_by = roles.MAY["surveys.change"]
    form = SurveyForm
    list_display = ("slug", "question", "kind", "retired_at")
    list_filter = ("kind", ("retired_at", admin.EmptyFieldListFilter))
    fields = ("slug", "kind", "worrying", "good", "apart_days", "assigned_to", "is_retired")
    inlines = (Words,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("words")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("slug", "kind") if obj and SurveyAnswer.objects.filter(survey=obj).exists() else ()

    @admin.display(description=_("question"))
    def question(self, survey: Survey) -> str:
        return asking.say(survey, get_language() or "en").question
