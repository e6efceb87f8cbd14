"""The rules of the stages for editors: before a changed rule is kept, the page shows who would move."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from members import rehearsal, stage_rules
from members.models import StageRule
from office import clock, desk, roles
from office.models import User

if TYPE_CHECKING:
    _Form = forms.ModelForm[StageRule]
else:
    _Form = forms.ModelForm
FIELDS = ("enter", "fall", "min_stay", "fall_after", "window", "reason")


class RuleForm(_Form):
    """One rule; refused with everything that is wrong in it."""

    class Meta:
        model = StageRule
        fields = ("to", *FIELDS)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not self.errors and (found := stage_rules.problems(self.definition(), "rule")):
            raise forms.ValidationError(found)
        return said

    def definition(self) -> dict[str, Any]:
        """The rule as `stage_rules` takes it."""
        said = {"to": self.instance.to, **self.cleaned_data}
        return {key: value for key, value in said.items() if value}


@admin.register(StageRule)
class StageRules(desk.Desk):
    """When members come up into a stage, and when they fall out of it again."""

    changed_by = deleted_by = roles.MAY["stage_rules.change"]
    form = RuleForm
    list_display = ("to", "min_stay", "fall_after", "reason", "updated_at")
    fields = ("to", *FIELDS)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("to",) if obj else ()

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if request.method == "POST" and "_rehearsed" not in request.POST:
            obj = self.get_object(request, object_id) if object_id else None
            if not (self.has_change_permission(request, obj) if obj else self.has_add_permission(request)):
                raise PermissionDenied
            form = self.get_form(request, obj, change=bool(obj))(request.POST, instance=obj)
            if form.is_valid():
                return self._rehearse(request, form.save(commit=False))
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        user = request.user if isinstance(request.user, User) else None
        stage_rules.save([form.definition()], clock.now(), user)
        obj.pk = StageRule.objects.get(to=obj.to).pk

    def _rehearse(self, request: HttpRequest, rule: StageRule) -> HttpResponse:
        said = [(name, value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Who would move by this rule?"),
            "opts": self.opts,
            "said": said,
            "rehearsal": rehearsal.of(rule, clock.now()),
        }
        return TemplateResponse(request, "admin/members/stagerule/rehearsal.html", context)
