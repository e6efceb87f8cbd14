"""Forms of rarer kinds of step: a split for a trial, noting something, a reward, telling another system."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from flows.editing import fields, plain_text
from flows.editing.step_forms import Settings, StepForm

ARMS = ("a", "b", "c", "d")
NUMBER = {"inputmode": "numeric", "class": "short", "autocomplete": "off"}


class Split(StepForm):
    """Up to four ways. One without a weight is not there; the names of ways that are kept do not change."""

    def prepare(self) -> None:
        known = self.step.get("arms")
        arms: Mapping[str, Any] = known if isinstance(known, Mapping) else {"a": {}, "b": {}}
        spare = [name for name in ARMS if name not in arms]
        self.names = [*arms, *spare][: max(len(arms), len(ARMS))]
        for name in self.names:
            arm = arms.get(name, {"weight": 0}) if isinstance(arms.get(name, {}), Mapping) else {}
            weight = forms.IntegerField(
                label=_("Way %s: share of the members") % name.upper(),
                help_text=_("1 and 1 are two halves; 0 or nothing: there is no such way."),
                min_value=0,
                max_value=1000,
                required=False,
                widget=forms.TextInput(attrs=NUMBER),
            )
            self.fields[f"weight-{name}"] = weight
            self.fields[f"then-{name}"] = forms.CharField(
                label=_("Way %s goes on with") % name.upper(), required=False
            )
            self.initial[f"weight-{name}"] = arm.get("weight", 1)
            self.initial[f"then-{name}"] = arm.get("then", "")
            self.jump(f"then-{name}", _("the next step"))

    def clean(self) -> dict[str, Any]:
        if len(self._arms()) < 2:
            self.add_error(None, _("Give two ways at least a share."))
        return self.cleaned_data

    def settings(self) -> Settings:
        return {"arms": self._arms()}

    def _arms(self) -> dict[str, dict[str, Any]]:
        found = {}
        for name in self.names:
            weight, then = self.cleaned_data.get(f"weight-{name}"), self.cleaned_data.get(f"then-{name}")
            if weight:
                found[name] = {"weight": weight, **({"then": then} if then else {})}
        return found


class Set(StepForm):
    tag = forms.CharField(
        label=gettext_lazy("Put on the tag"),
        help_text=gettext_lazy("One word, such as volunteer."),
        max_length=60,
        required=False,
    )
    untag = forms.CharField(label=gettext_lazy("Take off the tag"), max_length=60, required=False)
    field = forms.CharField(
        label=gettext_lazy("Fill in the field"),
        help_text=gettext_lazy(
            "A field of your own as own.NAME, or locale, time_zone, country, preferred_channel."
        ),
        max_length=80,
        required=False,
    )
    value = forms.CharField(label=gettext_lazy("with"), max_length=500, required=False)

    def clean(self) -> dict[str, Any]:
        if not any(self.cleaned_data.get(name) for name in ("tag", "untag", "field")):
            self.add_error("tag", _("Write a tag, or choose a field to fill in."))
        return self.cleaned_data

    def settings(self) -> Settings:
        found = super().settings()
        return {**found, "value": self.cleaned_data["value"]} if "field" in found else found


class Reward(StepForm):
    reward = forms.CharField(
        label=gettext_lazy("What the member is given"),
        help_text=gettext_lazy("As in: one guest ticket"),
        max_length=200,
    )
    title = forms.CharField(
        label=gettext_lazy("What whoever gives it is to do"),
        help_text=gettext_lazy("May be left empty: then it says whom to give it."),
        max_length=200,
        required=False,
    )
    due = fields.Span(label=gettext_lazy("Done within"), required=False)

    def opened(self, step: Mapping[str, Any]) -> dict[str, Any]:
        words = {name: plain_text.friendly(str(step.get(name, ""))) for name in ("reward", "title")}
        return {**words, "due": step.get("due", "")}

    def settings(self) -> Settings:
        found = super().settings()
        for name in ("reward", "title"):
            if name in found:
                found[name] = plain_text.liquid(found[name], str(self.step.get(name, "")))
        return found


class Webhook(StepForm):
    endpoint = forms.CharField(
        label=gettext_lazy("Short name of the outgoing webhook"),
        help_text=gettext_lazy("An owner makes them under Outgoing webhooks."),
        max_length=80,
        required=False,
    )
    url = forms.CharField(label=gettext_lazy("or its address"), max_length=500, required=False)
    type = fields.Happening(label=gettext_lazy("What it says has happened"))

    def prepare(self) -> None:
        self.fields["type"].offer(_("the member came to this step"))  # type: ignore[attr-defined]  # a Happening

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if bool(said.get("endpoint")) == bool(said.get("url")):
            self.add_error("endpoint", _("Write the short name or the address, one of both."))
        return said
