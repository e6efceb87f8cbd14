"""The letter of a step: who writes it, and its texts in each language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from flows import letters
from flows.editing import plain_text
from mail.models import Sender

LANGUAGES = {
    "en": "English",
    "da": "Dansk",
    "sv": "Svenska",
    "nb": "Norsk",
    "de": "Deutsch",
    "nl": "Nederlands",
    "fr": "Français",
    "es": "Español",
    "ro": "Română",
    "fi": "Suomi",
}


class Text(forms.Form):
    """What a letter says in one language; `technical` shows Liquid as it is."""

    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=400, required=False)
    preheader = forms.CharField(
        label=gettext_lazy("Line below the subject"),
        help_text=gettext_lazy("What many mail programs show beside the subject. May be left empty."),
        max_length=600,
        required=False,
    )
    body = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        max_length=40_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text=gettext_lazy(
            "**bold** stands for bold, a line that begins with > stands in a box, [words](address) is a link, and a"
            " link in bold alone on its line is a button."
        ),
    )

    def __init__(
        self, data: QueryDict | None, *, language: str, source: Mapping[str, Any], technical: bool
    ) -> None:
        self.language, self.source, self.technical = language, source, technical
        shown = {name: self._shown(str(source.get(name, ""))) for name in self.base_fields}
        super().__init__(data, initial=shown, prefix=f"text-{language}")

    @property
    def name(self) -> str:
        """The language by its own name."""
        return LANGUAGES.get(self.language, self.language)

    def clean(self) -> dict[str, Any]:
        if not self.technical:
            for field, written in list(self.cleaned_data.items()):
                for words in plain_text.strangers(written):
                    self.add_error(field, _("There is no field “%s”. Choose one from the list.") % words)
        return self.cleaned_data

    def texts(self) -> dict[str, Any]:
        """The texts as Liquid; what this form does not show (a text part of its own) stays."""
        kept = {name: value for name, value in self.source.items() if name not in self.base_fields}
        found = {name: self._kept(name, self.cleaned_data.get(name, "")) for name in self.base_fields}
        return {**kept, **{name: text for name, text in found.items() if text or name != "preheader"}}

    def _shown(self, text: str) -> str:
        return text if self.technical else plain_text.friendly(text)

    def _kept(self, name: str, written: str) -> str:
        before = str(self.source.get(name, ""))
        if self.technical:
            written = written.replace("\r\n", "\n")
            return before if written.strip() == before.strip() else written.strip()
        return plain_text.liquid(written, before)


@dataclass
class LetterForm:
    """The whole letter: the choice of a sender, and a form per language, the flow's own first."""

    sender: str
    by_owner: bool
    senders: Sequence[tuple[str, str, bool]]
    texts: list[Text]
    may_add: Sequence[tuple[str, str]]
    technical: bool

    def is_valid(self) -> bool:
        """Whether every language can be kept."""
        verdicts = [text.is_valid() for text in self.texts]  # every form is to show its errors
        return all(verdicts)

    def letter(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """The letter as the definition has it."""
        own, *others = self.texts
        kept = {name: value for name, value in before.items() if name in ("slug",)}
        found = {
            **kept,
            "sender": self.sender,
            **own.texts(),
            **({"by_owner": True} if self.by_owner else {}),
        }
        return found | {text.language: text.texts() for text in others}


def of(data: QueryDict | None, letter: Mapping[str, Any], draft: Mapping[str, Any]) -> LetterForm:
    """The form of a letter: as it was sent, with a language more or less where a button asked for it."""
    own = letters.language(draft)
    technical = (bool(data and data.get("technical")) and not _asked(data, "words")) or _asked(
        data, "technical"
    )
    found = letters.texts(letter, draft)
    codes = _codes(data, found, own)
    forms_ = [_text(data, code, found.get(code, {}), technical) for code in codes]
    sender = data.get("sender", "") if data and "sender" in data else str(letter.get("sender", ""))
    by_owner = bool(data.get("by_owner")) if data and "sender" in data else bool(letter.get("by_owner"))
    more = [(code, name) for code, name in LANGUAGES.items() if code not in codes]
    return LetterForm(sender, by_owner, _senders(draft, sender), forms_, more, technical)


def _text(data: QueryDict | None, code: str, source: Mapping[str, Any], technical: bool) -> Text:
    is_sent = data is not None and f"text-{code}-body" in data
    is_turned = data is not None and data.get("do") in ("technical", "words")
    return Text(
        data if is_sent and not is_turned else None, language=code, source=source, technical=technical
    )


def _codes(data: QueryDict | None, found: Mapping[str, Any], own: str) -> list[str]:
    codes = [own, *(code for code in found if code != own)]
    if data is None:
        return codes
    sent = [code for code in data.getlist("languages") if code in LANGUAGES or code in found]
    codes = list(dict.fromkeys([own, *sent])) if sent else codes
    if data.get("do") == "add-language" and data.get("add-language") in LANGUAGES:
        codes.append(str(data["add-language"]))
    gone = data.get("do", "").removeprefix("drop-language:")
    return list(dict.fromkeys(code for code in codes if code != gone or code == own))


def _asked(data: QueryDict | None, deed: str) -> bool:
    return data is not None and data.get("do") == deed


def _senders(draft: Mapping[str, Any], chosen: str) -> list[tuple[str, str, bool]]:
    """Everybody who can write: slug, name and role, whether chosen."""
    rows = {row.slug: f"{row.name}, {row.role}" if row.role else row.name for row in Sender.objects.all()}
    named = draft.get("senders")
    for sender in named if isinstance(named, list) else []:
        if isinstance(sender, dict) and sender.get("slug"):
            rows.setdefault(str(sender["slug"]), str(sender.get("name") or sender["slug"]))
    return [(slug, name, slug == chosen) for slug, name in sorted(rows.items(), key=lambda pair: pair[1])]


def house_language() -> str:
    """The language in which a new flow is written."""
    return letters.language({}) or settings.LANGUAGE_CODE
