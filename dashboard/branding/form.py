"""What an owner says about the look of letters: read, checked for contrast, saved in one go with its audit line."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib import parse

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.forms.models import model_to_dict
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from flows.editing.letter_form import LANGUAGES
from mail import brand, colours, pictures
from mail.models import Brand
from office import audit
from office.models import House, User

if TYPE_CHECKING:
    _OfBrand = forms.ModelForm[Brand]
    _OfHouse = forms.ModelForm[House]
else:
    _OfBrand = _OfHouse = forms.ModelForm

COLOURS = ("accent", "text", "surface", "paper")
HELP = {
    "accent": gettext_lazy("What may be clicked."),
    "text": gettext_lazy("What is read."),
    "surface": gettext_lazy("What the words stand on."),
    "paper": gettext_lazy("What shows at the sides; the small print stands on it."),
}


@dataclass(frozen=True)
class Contrast:
    """How well one colour is read on another, in words."""

    text: str
    is_enough: bool
    fix: str = ""
    field: str = ""


class Look(_OfBrand):
    """Colours, font, logo and languages."""

    upload = forms.FileField(
        label=gettext_lazy("New logo"),
        help_text=gettext_lazy(
            "PNG, JPEG or WebP, at most 10 MB; shown at most 240 pixels wide and 64 high."
        ),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    without_logo = forms.BooleanField(label=gettext_lazy("Show the name instead of the logo"), required=False)

    class Meta:
        model = Brand
        fields = ("accent", "text", "surface", "paper", "font", "languages")
        widgets = {name: forms.TextInput(attrs={"type": "color"}) for name in COLOURS}
        help_texts = HELP

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["languages"] = forms.MultipleChoiceField(
            choices=LANGUAGES.items(), required=False, label=_("Languages of the letters")
        )
        for name in COLOURS:
            self.fields[name].help_text = HELP[name]

    def clean_upload(self) -> bytes | None:
        file = self.cleaned_data["upload"]
        if not isinstance(file, UploadedFile):
            return None
        content: bytes = file.read(pictures.LARGEST_UPLOAD + 1)
        try:
            pictures.check(content, pictures.LARGEST_UPLOAD)
        except pictures.NoPicture as error:
            raise forms.ValidationError(str(error)) from error
        return content

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if not any(name in self.errors for name in COLOURS):
            for one in contrasts(*(self.chosen_colour(name) for name in COLOURS)):
                if not one.is_enough:
                    self.add_error(one.field, f"{one.text} {one.fix}")
        return said

    def chosen_colour(self, name: str) -> str:
        """The colour in its field; the one that is kept where the field holds none."""
        said = str(self[name].value() or "")  # what was sent, also where it is refused: it is to be seen
        kept = str(getattr(self.instance, name))  # what was sent, where it was no colour
        usual = kept if colours.is_colour(kept) else brand.DEFAULTS[name]
        return said.upper() if colours.is_colour(said) else usual

    def chosen(self) -> Brand:
        """The look that the fields describe, as far as they can be read; nothing is kept."""
        font = self.cleaned_data.get("font") or self.instance.font
        return Brand(
            font=font, logo=self.instance.logo, **{name: self.chosen_colour(name) for name in COLOURS}
        )


class Names(_OfHouse):
    """What the house is called, and where it is to be found: at the end of every letter."""

    class Meta:
        model = House
        fields = ("name", "postal_address", "email", "language")

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        address = self.fields["postal_address"]
        address.required = True
        address.help_text = _("The law of most countries asks for it under letters that advertise.")
        known = {
            **LANGUAGES,
            self.instance.language: LANGUAGES.get(self.instance.language, self.instance.language),
        }
        self.fields["language"] = forms.ChoiceField(
            choices=known.items(),
            label=_("Language of the house"),
            help_text=_("Read by everybody whose own language a letter does not speak."),
        )


@dataclass
class Forms:
    """Both forms of the page, as opened or as sent."""

    look: Look
    house: Names

    def is_valid(self) -> bool:
        """Whether both can be kept."""
        verdicts = [self.look.is_valid(), self.house.is_valid()]
        return all(verdicts)

    def contrasts(self) -> list[Contrast]:
        """How well each text can be read with the colours that stand in the fields."""
        if self.look.is_bound:
            self.look.is_valid()
        return contrasts(*(self.look.chosen_colour(name) for name in COLOURS))

    def languages(self) -> list[tuple[str, str, bool]]:
        """Every language that letters can have, and whether it is chosen."""
        chosen = self.look["languages"].value() or []
        return [(code, name, code in chosen) for code, name in LANGUAGES.items()]

    def query(self) -> str:
        """What the sample letter has to be asked for."""
        names = {name: str(self.house[name].value() or "") for name in ("name", "postal_address")}
        shown = {name: self.look.chosen_colour(name) for name in COLOURS}
        return parse.urlencode({**shown, "font": str(self.look["font"].value() or ""), **names})


def opened() -> Forms:
    """The page as it is opened."""
    return Forms(Look(instance=Brand.current()), Names(instance=House.current()))


def sent(data: QueryDict, files: MultiValueDict[str, UploadedFile]) -> Forms:
    """The page as somebody filled it in."""
    return Forms(Look(data, files, instance=Brand.current()), Names(data, instance=House.current()))


def contrasts(accent: str, text: str, surface: str, paper: str) -> list[Contrast]:
    """Each pair of colours that is read, with its contrast and what would do where it is too low (WCAG AA)."""
    worked_out = brand.palette(accent, text, paper, surface)
    pairs = (
        ("text", _("Text on the letter's paper"), text, surface),
        ("text", _("Small print beside the letter"), worked_out["quiet"], paper),
        ("accent", _("Links on the letter's paper"), accent, surface),
    )
    found = [_contrast(field, about, ink, ground) for field, about, ink, ground in pairs]
    return [*found, _contrast("accent", _("Words on buttons"), worked_out["on-accent"], accent)]


def save(forms_: Forms, user: User, now: dt.datetime) -> bool:
    """Keeps both, with what changed in the audit log; whether anything did."""
    with transaction.atomic():
        look, house = forms_.look.instance, forms_.house.instance
        before = _said(Brand.current(), House.current())
        for name in COLOURS:
            setattr(look, name, forms_.look.chosen_colour(name))
        if content := forms_.look.cleaned_data.get("upload"):
            look.logo = pictures.keep(content, largest=pictures.LARGEST_UPLOAD, title=_("Logo"))
        elif forms_.look.cleaned_data.get("without_logo"):
            look.logo = None
        after = _said(look, house)
        changed = {name for name in after if before[name] != after[name]}
        if changed:
            look.save()
            house.save()
            was, now_is = ({name: said[name] for name in changed} for said in (before, after))
            audit.record(user, "brand.changed", house.name, now, before=was, after=now_is)
    return bool(changed)


def _said(look: Brand, house: House) -> dict[str, Any]:
    rows = {**model_to_dict(house, Names.Meta.fields), **model_to_dict(look, Look.Meta.fields)}
    return {**rows, "logo": look.logo.name if look.logo else ""}


def _contrast(field: str, about: str, ink: str, ground: str) -> Contrast:
    ratio = colours.contrast(ink, ground)
    said = {"about": about, "ratio": f"{ratio:.1f}", "needed": colours.ENOUGH}
    if ratio >= colours.ENOUGH:
        return Contrast(_("%(about)s: contrast %(ratio)s to 1.") % said, True)
    text = _("%(about)s: contrast %(ratio)s to 1, and %(needed)s is needed.") % said
    fix = _("The nearest that can be read is %s.") % colours.readable(ink, ground)
    return Contrast(text, False, fix, field)
