"""Fields that forms of flows share: spans of time, times of day, what happened, and which step comes next."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from flows import step_words
from flows.editing import parts
from members import conditions, durations, event_words

UNITS = (
    ("m", gettext_lazy("minutes")),
    ("h", gettext_lazy("hours")),
    ("d", gettext_lazy("days")),
    ("w", gettext_lazy("weeks")),
    ("mo", gettext_lazy("months")),
    ("y", gettext_lazy("years")),
)
OTHER = "other"
CLOCK = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")


class Together(forms.MultiWidget):
    """Several small fields beside each other, under one label."""

    use_fieldset = False

    def render(self, *args: Any, **named: Any) -> SafeString:
        return format_html('<span class="together">{}</span>', super().render(*args, **named))

    def id_for_label(self, id_: str, index: str = "0") -> str:
        """The label belongs to the first of them."""
        return f"{id_}_0" if id_ else id_


class _Span(Together):
    def __init__(self) -> None:
        number = forms.TextInput(attrs={"inputmode": "numeric", "size": 4, "autocomplete": "off"})
        unit = forms.Select(choices=UNITS, attrs={"aria-label": gettext_lazy("minutes, days, weeks …")})
        super().__init__({"number": number, "unit": unit})

    def decompress(self, value: Any) -> list[Any]:
        try:
            number, unit = durations.parse(value)
        except durations.BadDuration:
            return ["", "d"]
        return [str(number), unit]


class Span(forms.MultiValueField):
    """A duration such as `2d`, as a number and a unit; empty where none is needed."""

    def __init__(self, **options: Any) -> None:
        known = (forms.CharField(required=False), forms.ChoiceField(choices=UNITS, required=False))
        super().__init__(fields=known, widget=_Span(), require_all_fields=False, **options)

    def compress(self, values: Sequence[Any]) -> str:
        number = str(values[0]).strip() if values else ""
        if not number:
            return ""
        if not re.fullmatch(r"\d{1,5}", number, re.ASCII) or not int(number):
            raise forms.ValidationError(_("Write a whole number, such as 2."))
        return f"{int(number)}{values[1] or 'd'}"

    def clean(self, value: Any) -> Any:
        if self.required and not (value and str(value[0]).strip()):
            raise forms.ValidationError(_("Write how long."))
        return super().clean(value)


class Clock(forms.CharField):
    """A time of day, as in 09:00."""

    def __init__(self, **options: Any) -> None:
        attrs = {"placeholder": "09:00", "inputmode": "numeric", "autocomplete": "off", "class": "short"}
        super().__init__(max_length=5, required=False, widget=forms.TextInput(attrs=attrs), **options)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        found = CLOCK.fullmatch(text)
        if not found:
            raise forms.ValidationError(_("Write a time of day, such as 09:00."))
        return f"{int(found[1]):02}:{found[2]}"


class _Happening(Together):
    def __init__(self) -> None:
        hint = gettext_lazy("its name, as in usage.visit")
        name = forms.TextInput(attrs={"aria-label": hint, "placeholder": hint, "class": "if-other"})
        super().__init__({"event": forms.Select(), "name": name})

    def decompress(self, value: Any) -> list[Any]:
        if not isinstance(value, str) or not value or value in event_words.SENTENCES:
            return [value if isinstance(value, str) else "", ""]
        return [OTHER, value]


class Happening(forms.MultiValueField):
    """Something that happens to a member: chosen from what is known, or by its name."""

    def __init__(self, **options: Any) -> None:
        known = (forms.CharField(required=False), forms.CharField(required=False, max_length=80))
        super().__init__(
            fields=known, widget=_Happening(), require_all_fields=False, required=False, **options
        )

    def offer(self, nothing: str) -> None:
        """Fills in the choices, in the reader's language; `nothing` is what stands for none."""
        named = [(name, str(said)) for name, said in event_words.SENTENCES.items()]
        named.sort(key=lambda pair: pair[1])
        self.widget.widgets[0].choices = [("", nothing), *named, (OTHER, _("Something else, by its name"))]

    def compress(self, values: Sequence[Any]) -> str:
        chosen, name = [*values, "", ""][:2] if values else ("", "")
        event = str(name).strip() if chosen == OTHER else str(chosen)
        if event and (not conditions.EVENT_NAME.fullmatch(event) or event.endswith("*")):
            raise forms.ValidationError(_("“%s” is no such name: write it as in usage.visit.") % event)
        return event


def steps_to_choose(draft: Mapping[str, Any], uid: str, nothing: str) -> list[tuple[str, str]]:
    """The other steps by what they say, with their number; `nothing` stands for the next step."""
    written = parts.letters(draft)
    rows = [
        (step["uid"], f"{number}. {step_words.sentence(step, written)}")
        for number, step in enumerate(parts.steps(draft), 1)
        if step["uid"] != uid
    ]
    return [("", nothing), *rows]
