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
from flows.editing import block_forms, plain_text, splitting
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
        self,
        data: QueryDict | None,
        *,
        language: str,
        source: Mapping[str, Any],
        technical: bool,
        rows: list[block_forms.BlockForm] | None = None,
    ) -> None:
        self.language, self.source, self.technical, self.rows = language, source, technical, rows
        shown = {name: self._shown(str(source.get(name, ""))) for name in self.base_fields}
        super().__init__(data, initial=shown, prefix=_prefix(language))
        if rows is not None:
            del self.fields["body"]

    @property
    def name(self) -> str:
        """The language by its own name."""
        return LANGUAGES.get(self.language, self.language)

    @property
    def can_be_one(self) -> bool:
        """Whether its blocks can become one text again."""
        return splitting.can_be_one([row.block() for row in self.rows or ()])

    @property
    def has_errors(self) -> bool:
        """Whether something in this language is to be looked at."""
        return bool(self.errors) or any(row.errors for row in self.rows or ())

    def is_valid(self) -> bool:
        verdicts = [super().is_valid(), *(row.is_valid() or not row.is_bound for row in self.rows or ())]
        return all(verdicts)

    def clean(self) -> dict[str, Any]:
        if not self.technical:
            for field, written in list(self.cleaned_data.items()):
                for words in plain_text.strangers(written):
                    self.add_error(field, _("There is no field “%s”. Choose one from the list.") % words)
        return self.cleaned_data

    def written(self, name: str) -> str:
        """What stands in a field now, as Liquid."""
        said, before = str(self[name].value() or ""), str(self.source.get(name, ""))
        return said if self.technical else plain_text.liquid(said, before)

    def texts(self) -> dict[str, Any]:
        """The texts as Liquid; what this form does not show (a text part of its own) stays."""
        own = {*self.base_fields, "blocks"}
        kept = {name: value for name, value in self.source.items() if name not in own}
        found = {name: self._kept(name, self.cleaned_data.get(name, "")) for name in self.fields}
        built = {} if self.rows is None else {"blocks": [row.block() for row in self.rows]}
        return {
            **kept,
            **{name: text for name, text in found.items() if text or name != "preheader"},
            **built,
        }

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


def of(
    data: QueryDict | None,
    letter: Mapping[str, Any],
    draft: Mapping[str, Any],
    files: block_forms.Files | None = None,
) -> LetterForm:
    """The form of a letter: as it was sent, with a language more or less where a button asked for it."""
    own = letters.language(draft)
    technical = (bool(data and data.get("technical")) and not _asked(data, "words")) or _asked(
        data, "technical"
    )
    found = letters.texts(letter, draft)
    codes = _codes(data, found, own)
    library, files = block_forms.Library(), files or block_forms.Files()
    # A language that is new begins with the blocks of the first one, to be written over.
    begun = {name: text for name, text in found.get(own, {}).items() if name == "blocks"}
    forms_ = [_text(data, files, code, found.get(code, begun), technical, library) for code in codes]
    sender = data.get("sender", "") if data and "sender" in data else str(letter.get("sender", ""))
    by_owner = bool(data.get("by_owner")) if data and "sender" in data else bool(letter.get("by_owner"))
    more = [(code, name) for code, name in LANGUAGES.items() if code not in codes]
    return LetterForm(sender, by_owner, _senders(draft, sender), forms_, more, technical)


def alone(
    data: QueryDict | None, files: block_forms.Files | None, code: str, source: Mapping[str, Any]
) -> Text:
    """The form of a letter that speaks one language and belongs to no flow, after the deed of a button."""
    return _text(data, files or block_forms.Files(), code, source, False, block_forms.Library())


def _prefix(code: str) -> str:
    return f"text-{code}"


def _text(
    data: QueryDict | None,
    files: block_forms.Files,
    code: str,
    source: Mapping[str, Any],
    technical: bool,
    library: block_forms.Library,
) -> Text:
    at = block_forms.Place(_prefix(code), technical, library)
    deed = data.get("do", "") if data else ""
    is_sent = data is not None and f"{at.prefix}-subject" in data
    is_built = data.get(f"{at.prefix}-way") == "blocks" if is_sent and data else "blocks" in source
    if is_sent and data is not None and deed not in ("technical", "words"):
        rows = block_forms.sent(data, files, at) if is_built else None
        text = Text(data, language=code, source=source, technical=technical, rows=rows)
        return _turned(deed, text, at)
    rows = block_forms.opened(source.get("blocks"), at) if is_built else None
    return Text(None, language=code, source=source, technical=technical, rows=rows)


def _turned(deed: str, text: Text, at: block_forms.Place) -> Text:
    """The text as it was sent, or taken apart into blocks, or put together from them, where a button asked for it."""
    if deed == f"to-blocks:{text.language}" and text.rows is None:
        body = text.written("body").replace("\r\n", "\n")
        text.rows = block_forms.opened(splitting.apart(body), at)
        del text.fields["body"]
    elif deed == f"to-text:{text.language}" and text.rows is not None and text.can_be_one:
        body = splitting.together([row.block() for row in text.rows])
        lines = {name: text.written(name) for name in ("subject", "preheader")}
        source = {name: value for name, value in text.source.items() if name != "blocks"}
        source = {**source, **lines, "body": body}
        return Text(None, language=text.language, source=source, technical=text.technical)
    return text


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
