"""The blocks of a letter as forms: one for each, in an order that buttons, the keyboard or the mouse change."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from flows.editing import field_labels, fields, plain_text
from mail import blocks, merge_fields, pictures
from mail.models import Picture
from office import clock

Block = dict[str, Any]
Files = MultiValueDict[str, UploadedFile]
MOVES = {"block-up": -1, "block-down": 1, "block-drop": 0}
SHOWN = 200  # pictures to choose among, the newest first


class Link(forms.MultiValueField):
    """Where something leads: a page of the member's own, or an address."""

    def __init__(self, chosen: str, **options: Any) -> None:
        known = (forms.CharField(required=False), forms.CharField(required=False, max_length=2000))
        widget = _Link(merge_fields.only(chosen))
        super().__init__(fields=known, widget=widget, require_all_fields=False, required=False, **options)

    def compress(self, values: Sequence[Any]) -> str:
        chosen, address = [*values, "", ""][:2] if values else ("", "")
        return f"{{{{ {chosen} }}}}" if merge_fields.find(str(chosen)) else str(address).strip()


class _Link(fields.Together):
    def __init__(self, chosen: str) -> None:
        hint = gettext_lazy("https://…")
        address = forms.TextInput(
            attrs={"aria-label": gettext_lazy("Its address"), "placeholder": hint, "class": "if-own"}
        )
        super().__init__({"field": forms.Select(choices=_pages(chosen)), "address": address})

    def decompress(self, value: Any) -> list[Any]:
        path = merge_fields.only(str(value or ""))
        return [path, ""] if path else ["", value or ""]


def _pages(chosen: str) -> list[tuple[str, Any]]:
    """An address, or a page of the member's own; one that was chosen before stays, even where nothing serves it yet."""
    names = [
        name
        for name, field in merge_fields.offered().items()
        if field.kind == "url" and name.split(".")[0] in ("links", "business")
    ]
    names += [chosen] if chosen and chosen not in names else []
    return [("", _("an address")), *((name, capfirst(field_labels.label(name))) for name in names)]


class Library:
    """The pictures to choose among, read once for all blocks of a page."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str]] | None = None

    def choices(self) -> list[tuple[str, str]]:
        """Name and title of each, the newest first."""
        if self._rows is None:
            rows = Picture.objects.filter(in_library=True).only("name", "title").order_by("-pk")[:SHOWN]
            self._rows = [(row.name, row.title or row.name) for row in rows]
        return self._rows


@dataclass(frozen=True)
class Place:
    """Where blocks stand: the beginning of their names in the form, and how they are shown there."""

    prefix: str
    technical: bool
    library: Library


class BlockForm(forms.Form):
    """One block; `key` tells it from the others while the page is open, `was` is what it said before."""

    def __init__(self, data: QueryDict | None, at: Place, *, key: str, was: Block) -> None:
        self.key, self.was, self.technical = key, was, at.technical
        self.kind = str(was.get("kind", ""))
        super().__init__(data, prefix=f"{at.prefix}-{key}", initial={name: self._shown(name) for name in was})
        for one in blocks.fields(self.kind) if self.is_known else ():
            self.fields[one.name] = _field(one, at.library, str(was.get(one.name, "")))
            if one.kind == "picture":
                self.fields["file"] = _upload()
        if self.is_known:
            self.fields["if"] = _guard(str(was.get("if", "")))

    def focused(self) -> "BlockForm":
        """The same form, with the cursor in its first field."""
        for field in list(self.fields.values())[:1]:
            field.widget.attrs["autofocus"] = True
        return self

    @property
    def is_known(self) -> bool:
        """Whether this house has such blocks; of others only what they were is kept."""
        return self.kind in blocks.names()

    @property
    def label(self) -> str:
        """What people call it."""
        return str(capfirst(blocks.label(self.kind)))

    @property
    def main(self) -> list[forms.BoundField]:
        """The fields of the block itself."""
        return [self[name] for name in self.fields if name != "if"]

    @property
    def chosen_picture(self) -> str:
        """The picture that is chosen now."""
        return str(self["picture"].value() or "") if "picture" in self.fields else ""

    @property
    def kept_as(self) -> str:
        """What it was, for the page to bring back."""
        return json.dumps(self.was, ensure_ascii=False)

    def clean(self) -> dict[str, Any]:
        for name in () if self.technical else self.fields:
            for words in plain_text.strangers(str(self.cleaned_data.get(name) or "")):
                self.add_error(name, _("There is no field “%s”. Choose one from the list.") % words)
        return self.cleaned_data

    def block(self) -> Block:
        """The block as the definition has it; a form that was not sent gives what it was."""
        if not self.is_bound or not self.is_known:
            return self.was
        self.is_valid()
        found = {
            name: self._kept(name, str(self.cleaned_data.get(name) or ""))
            for name in self.fields
            if name != "file"
        }
        if found.get("picture") and not found.get("alt"):
            found["alt"] = pictures.words(found["picture"])
        return {"kind": self.kind, **{name: value for name, value in found.items() if value}}

    def _shown(self, name: str) -> str:
        value = str(self.was.get(name, ""))
        return (
            value
            if self.technical or name in ("if", "picture") or merge_fields.only(value)
            else plain_text.friendly(value)
        )

    def _kept(self, name: str, written: str) -> str:
        if name in ("if", "picture") or self.technical or merge_fields.only(written):
            return written.replace("\r\n", "\n").strip()
        return plain_text.liquid(written, str(self.was.get(name, "")))


def opened(found: Any, at: Place) -> list[BlockForm]:
    """Forms of blocks as they are kept, or as a text was taken apart into them."""
    rows = [dict(block) for block in found if isinstance(block, Mapping)] if isinstance(found, list) else []
    return [BlockForm(None, at, key=str(number), was=block) for number, block in enumerate(rows)]


def sent(data: QueryDict, files: Files, at: Place) -> list[BlockForm]:
    """Forms as somebody filled them in, after the deed that a button asked for: add, drop, up or down."""
    asked = [key for key in data.getlist(f"{at.prefix}-blocks") if key.isdecimal()]
    keys = list(dict.fromkeys(asked))[: blocks.MOST + 1]
    data = _with_uploads(data, files, at.prefix, keys)
    rows = [BlockForm(data, at, key=key, was=_was(data, at.prefix, key)) for key in keys]
    for row in rows:
        if trouble := data.get(f"{at.prefix}-{row.key}-trouble"):
            row.add_error("file", trouble)
    return _changed(rows, data, at)


def _changed(rows: list[BlockForm], data: QueryDict, at: Place) -> list[BlockForm]:
    deed, _colon, rest = data.get("do", "").partition(":")
    place, _colon, key = rest.partition(":")
    if place != at.prefix:
        return rows
    if deed == "block-add" and data.get(f"{at.prefix}-add") in blocks.names():
        free = str(max((int(row.key) for row in rows), default=-1) + 1)
        made = BlockForm(None, at, key=free, was={"kind": data[f"{at.prefix}-add"]})
        return [*rows, made.focused()]
    where = next((number for number, row in enumerate(rows) if row.key == key), None)
    if where is None or deed not in MOVES:
        return rows
    row = rows.pop(where)
    if deed != "block-drop":
        rows.insert(max(0, where + MOVES[deed]), row)
    return rows


def _with_uploads(data: QueryDict, files: Files, prefix: str, keys: Sequence[str]) -> QueryDict:
    """What was sent, with each new picture in the library and chosen; why one is none, under `trouble`."""
    found = [(key, files.get(f"{prefix}-{key}-file")) for key in keys]
    given = [(key, file) for key, file in found if isinstance(file, UploadedFile)]
    if not given:
        return data
    data = data.copy()
    for key, file in given:
        alt = (
            str(data.get(f"{prefix}-{key}-alt", "")) if "[" not in data.get(f"{prefix}-{key}-alt", "") else ""
        )
        try:
            row = pictures.add(
                file.read(pictures.LARGEST_UPLOAD + 1), title=file.name or "", alt=alt, now=clock.now()
            )
        except pictures.NoPicture as error:
            data[f"{prefix}-{key}-trouble"] = str(error)
        else:
            data[f"{prefix}-{key}-picture"] = row.name
    return data


def _was(data: QueryDict, prefix: str, key: str) -> Block:
    """What a block was when the page was opened, as the page brings it back."""
    try:
        found = json.loads(data.get(f"{prefix}-{key}-was", "{}"))
    except ValueError:
        found = {}
    return found if isinstance(found, dict) else {}


def _field(one: blocks.Field, library: Library, was: str) -> forms.Field:
    about: dict[str, Any] = {"label": one.label, "help_text": one.help, "required": False}
    if one.kind == "link":
        return Link(was, label=one.label, help_text=one.help)
    if one.kind == "choice":
        return forms.ChoiceField(choices=_choices(one, was), **about)
    if one.kind == "picture":
        return forms.CharField(
            widget=forms.Select(choices=[("", _("Choose …")), *library.choices()]), **about
        )
    rows = 5 if one.name == "answers" else 8
    widget = forms.Textarea(attrs={"rows": rows}) if one.kind == "lines" else forms.TextInput()
    return forms.CharField(widget=widget, max_length=one.longest, strip=one.kind == "line", **about)


def _choices(one: blocks.Field, was: str) -> list[tuple[str, Any]]:
    """What can be chosen; what was chosen before stays, so that the error about it can be read."""
    if one.options is None:
        return list(one.choices)
    known = [("", _("Choose …")), *one.options()]
    return known if was in dict(known) else [*known, (was, was)]


def _upload() -> forms.FileField:
    text = _("PNG, JPEG or WebP, at most 10 MB. It is kept in the library when you save.")
    accepted = forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg,image/webp"})
    return forms.FileField(label=_("Or a new picture"), help_text=text, required=False, widget=accepted)


def _guard(chosen: str) -> forms.Field:
    known = [
        (name, _("only where known: %s") % field_labels.label(name))
        for name in merge_fields.offered()
        if name.split(".")[0] not in ("sender", "business")
    ]
    if chosen and chosen not in dict(known):
        known.append((chosen, chosen))
    return forms.ChoiceField(choices=[("", _("always")), *known], label=_("Shown"), required=False)
