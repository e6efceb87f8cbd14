"""First value for editors: by which condition it is proven, for all plans or for one."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from members import conditions, first_value, needs
from members.models import FirstValue, Plan
from office import clock, desk, roles
from office.models import User

if TYPE_CHECKING:
    _Form = forms.ModelForm[FirstValue]
else:
    _Form = forms.ModelForm


class RuleForm(_Form):
    """One rule; refused with everything that is wrong in it."""

    class Meta:
        model = FirstValue
        fields = ("plan", "when", "reason")

    def clean_plan(self) -> str:
        """Only a plan there is, so that no rule waits for a misspelt one."""
        slug = str(self.cleaned_data["plan"])
        if slug and not Plan.objects.filter(slug=slug).exists():
            raise forms.ValidationError(gettext_lazy("There is no plan with this short name."))
        return slug

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not self.errors and (found := first_value.problems(self.definition())):
            raise forms.ValidationError(found)
        return said

    def definition(self) -> dict[str, Any]:
        """The rule as `first_value` takes it."""
        said = {"plan": self.instance.plan, **self.cleaned_data}
        return {key: value for key, value in said.items() if value or key == "plan"}


@admin.register(FirstValue)
class FirstValues(desk.Desk):
    """What proves that a member got something; without a rule only the business's own word does."""

    changed_by = deleted_by = roles.MAY["stage_rules.change"]
    form = RuleForm
    list_display = ("__str__", "in_words", "reason", "updated_at")
    fields = ("plan", "when", "in_words", "reason")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("in_words", "plan") if obj else ("in_words",)

    @admin.display(description=gettext_lazy("in words"))
    def in_words(self, rule: FirstValue) -> str:
        is_right = rule.when and not conditions.problems(
            rule.when
        )  # what was refused is shown again as typed
        return needs.sentence(rule.when) if is_right else "–"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        user = request.user if isinstance(request.user, User) else None
        first_value.save([form.definition()], clock.now(), user)
        obj.pk = FirstValue.objects.get(plan=obj.plan).pk
