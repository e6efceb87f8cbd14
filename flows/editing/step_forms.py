"""One form per kind of step: what is filled in becomes the settings that the kind in `flows/steps` reads."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from flows import step_words, steps
from flows.editing import fields, plain_text
from members import building, conditions

Settings = dict[str, Any]


class StepForm(forms.Form):
    """What every kind of step has: the step it began from, and `settings()`, once the form is valid.

    `ways` groups fields that belong to one choice of `how`; a page shows those of the chosen one.
    """

    ways: Mapping[str, tuple[str, ...]] = {}
    builder: building.Builder | None = None

    def __init__(self, data: QueryDict | None, *, step: Mapping[str, Any], draft: Mapping[str, Any]) -> None:
        self.step, self.draft = step, draft
        super().__init__(data, initial=self.opened(step))
        self.prepare()

    def opened(self, step: Mapping[str, Any]) -> dict[str, Any]:
        """The settings as the form shows them."""
        return {name: step[name] for name in self.base_fields if name in step}

    def prepare(self) -> None:
        """Fills in choices that depend on the flow."""

    def settings(self) -> Settings:
        """The settings as the definition has them; empty ones are left out."""
        return {
            name: value for name, value in self.cleaned_data.items() if value not in ("", None, [], False)
        }

    def jump(self, name: str, nothing: str) -> None:
        """Makes a field a choice among the other steps."""
        choices = fields.steps_to_choose(self.draft, str(self.step.get("uid")), nothing)
        self.fields[name].widget = forms.Select(choices=choices)

    @property
    def always(self) -> list[Any]:
        """The fields that belong to no way."""
        inside = {name for names in self.ways.values() for name in names}
        return [self[name] for name in self.fields if name not in inside]

    @property
    def grouped(self) -> list[tuple[str, list[Any]]]:
        """The fields of each way."""
        return [(way, [self[name] for name in names]) for way, names in self.ways.items()]


class Send(StepForm):
    at_once = forms.BooleanField(
        label=gettext_lazy("Send it at once, at any hour"),
        help_text=gettext_lazy(
            "For the first letter after somebody joined. Otherwise it waits for a decent hour."
        ),
        required=False,
    )
    not_after = fields.Span(
        label=gettext_lazy("Not later than"),
        help_text=gettext_lazy("If it cannot leave within this time, it is skipped: a late welcome is none."),
        required=False,
    )

    def settings(self) -> Settings:
        return {"letter": self.step.get("letter", ""), **super().settings()}


WAYS = (
    ("for", gettext_lazy("for some time")),
    ("at", gettext_lazy("until a time of day")),
    ("day", gettext_lazy("until a day counted from the beginning")),
    ("event", gettext_lazy("until something happens")),
)


class Wait(StepForm):
    ways = {
        "for": ("span", "span_at", "span_days"),
        "at": ("at", "days"),
        "day": ("day", "day_at"),
        "event": ("event", "timeout", "then"),
    }
    how = forms.ChoiceField(label=gettext_lazy("Wait"), choices=WAYS)
    span = fields.Span(label=gettext_lazy("How long"), required=False)
    span_at = fields.Clock(
        label=gettext_lazy("Then until this time of day"),
        help_text=gettext_lazy("Where the member lives. May be left empty."),
    )
    span_days = forms.MultipleChoiceField(
        label=gettext_lazy("Only on"),
        choices=step_words.WEEKDAYS.items(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("None ticked: any day."),
    )
    at = fields.Clock(label=gettext_lazy("Time of day"), help_text=gettext_lazy("Where the member lives."))
    days = forms.MultipleChoiceField(
        label=gettext_lazy("Only on"),
        choices=step_words.WEEKDAYS.items(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("None ticked: any day."),
    )
    day = forms.IntegerField(
        label=gettext_lazy("Which day"),
        help_text=gettext_lazy("Days after the member came into the flow."),
        min_value=0,
        max_value=3650,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short", "autocomplete": "off"}),
    )
    day_at = fields.Clock(label=gettext_lazy("At"), help_text=gettext_lazy("Where the member lives."))
    event = fields.Happening(label=gettext_lazy("What is waited for"))
    timeout = fields.Span(
        label=gettext_lazy("At most"),
        help_text=gettext_lazy("After this time it goes on with the next step."),
        required=False,
    )
    then = forms.CharField(label=gettext_lazy("When it happens, go on with"), required=False)

    def opened(self, step: Mapping[str, Any]) -> dict[str, Any]:
        how = next((way for way in ("event", "day", "for") if way in step), "at" if len(step) > 2 else "for")
        names = {
            "for": {"span": "for", "span_at": "at", "span_days": "days"},
            "day": {"day": "day", "day_at": "at"},
        }
        found = names.get(how) or {name: name for name in self.ways[how]}
        return {"how": how, **{field: step[name] for field, name in found.items() if name in step}}

    def prepare(self) -> None:
        self.fields["event"].offer(_("Choose …"))  # type: ignore[attr-defined]  # a Happening
        self.jump("then", _("the next step"))

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        needed = {
            "for": ("span", _("Write how long to wait.")),
            "day": ("day", _("Write which day.")),
            "event": ("event", _("Choose what is waited for.")),
        }
        name, words = needed.get(said.get("how", ""), ("", ""))
        if name and name not in self.errors and said.get(name) in ("", None):
            self.add_error(name, words)
        if said.get("how") == "at" and "at" not in self.errors and not (said.get("at") or said.get("days")):
            self.add_error("at", _("Write the time of day, or tick the days."))
        return said

    def settings(self) -> Settings:
        said = self.cleaned_data
        chosen = {
            "for": {"for": said["span"], "at": said["span_at"], "days": said["span_days"]},
            "at": {"at": said["at"], "days": said["days"]},
            "day": {"day": said["day"], "at": said["day_at"]},
            "event": {name: said[name] for name in ("event", "timeout", "then")},
        }[said["how"]]
        return {name: value for name, value in chosen.items() if value not in ("", None, [])}


class Branch(StepForm):
    then = forms.CharField(label=gettext_lazy("Where it is true, go on with"), required=False)
    otherwise = forms.CharField(label=gettext_lazy("Otherwise, go on with"), required=False)

    def opened(self, step: Mapping[str, Any]) -> dict[str, Any]:
        return {"then": step.get("then", ""), "otherwise": step.get("else", "")}

    def prepare(self) -> None:
        self.jump("then", _("Choose a step …"))
        self.jump("otherwise", _("the next step"))
        if isinstance(self.data, QueryDict) and "if-0-join" in self.data:
            self.builder = building.read(self.data, "if", in_flow=True)
        else:
            asked = self.step.get("if")
            readable = asked and not conditions.problems(asked, in_flow=True)
            self.builder = building.fields(asked if readable else None, "if")

    def clean(self) -> dict[str, Any]:
        if not self.cleaned_data.get("then"):
            self.add_error("then", _("Choose the step to go on with."))
        if self.builder and self.builder.errors:
            self.add_error(None, list(self.builder.errors))
        return self.cleaned_data

    def settings(self) -> Settings:
        assert self.builder is not None
        said = {"then": self.cleaned_data["then"], "else": self.cleaned_data["otherwise"]}
        return {"if": self.builder.condition, **{name: value for name, value in said.items() if value}}


class Task(StepForm):
    title = forms.CharField(
        label=gettext_lazy("What somebody is to do"),
        help_text=gettext_lazy("As in: Call [first name]: has not been by yet"),
        max_length=200,
    )
    due = fields.Span(label=gettext_lazy("Done within"), required=False)

    def opened(self, step: Mapping[str, Any]) -> dict[str, Any]:
        return {"title": plain_text.friendly(str(step.get("title", ""))), "due": step.get("due", "2d")}

    def settings(self) -> Settings:
        said = self.cleaned_data
        kept = {
            name: value for name, value in self.step.items() if name not in ("uid", "kind", "title", "due")
        }
        title = plain_text.liquid(said["title"], str(self.step.get("title", "")))
        return {**kept, "title": title, **({"due": said["due"]} if said["due"] else {})}


class End(StepForm):
    pass


class Other(StepForm):
    """A kind that has no form of its own: its texts and numbers by their names; what is more is kept as it is."""

    def prepare(self) -> None:
        kind = str(self.step.get("kind"))
        keys = steps.kind(kind).KEYS if kind in steps.names() else frozenset()
        for key in sorted(keys | (self.step.keys() - {"uid", "kind"})):
            value = self.step.get(key, "")
            if key in ("then", "else"):
                self.fields[key] = forms.CharField(required=False, label=step_words.kind(key))
                self.initial[key] = value
                self.jump(key, _("the next step"))
            elif isinstance(value, bool):
                self.fields[key] = forms.BooleanField(required=False, label=step_words.kind(key))
                self.initial[key] = value
            elif isinstance(value, str | int | float):
                self.fields[key] = forms.CharField(required=False, label=step_words.kind(key))
                self.initial[key] = value

    def settings(self) -> Settings:
        kept = {key: value for key, value in self.step.items() if isinstance(value, list | dict)}
        return {**kept, **{key: self._typed(key, value) for key, value in super().settings().items()}}

    def _typed(self, key: str, value: Any) -> Any:
        before = self.step.get(key)
        if isinstance(before, bool) or not isinstance(before, int | float):
            return value
        text = str(value)
        is_number = text.replace(".", "", 1).isdigit()
        return (float(text) if "." in text else int(text)) if is_number else value
