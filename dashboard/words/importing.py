"""How a list that is brought is put into words: its columns, how it is written, and why a line stayed out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from intake.importing import forms, meanings, people, sheets
from intake.models import Import

FIELDS = {
    "external_id": gettext_lazy("Number"),
    "email": gettext_lazy("E-mail"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    meanings.FULL_NAME: gettext_lazy("Whole name"),
    "phone": gettext_lazy("Phone"),
    "locale": gettext_lazy("Language"),
    "time_zone": gettext_lazy("Time zone"),
    "country": gettext_lazy("Country"),
    "joined_at": gettext_lazy("Joined on"),
    "plan": gettext_lazy("Plan"),
    "source": gettext_lazy("Came by"),
    "birth_year": gettext_lazy("Year of birth"),
    "household": gettext_lazy("Household"),
    "guardian": gettext_lazy("Number of the guardian"),
    "preferred_channel": gettext_lazy("Prefers"),
    meanings.LEFT: gettext_lazy("Left on"),
    "member": gettext_lazy("Number of the member"),
    "status": gettext_lazy("Status"),
    "started_at": gettext_lazy("Began on"),
    "ended_at": gettext_lazy("Ended on"),
    "cancelled_at": gettext_lazy("Cancelled on"),
    "cancel_reason": gettext_lazy("Reason for leaving"),
    "amount": gettext_lazy("Amount"),
    "currency": gettext_lazy("Currency"),
    "interval": gettext_lazy("Paid every"),
    "subscription": gettext_lazy("Number of the contract"),
    "paid_at": gettext_lazy("Paid on"),
    "id": gettext_lazy("Number of the happening"),
    "name": gettext_lazy("What happened"),
    "occurred_at": gettext_lazy("When"),
    "data": gettext_lazy("Details"),
    "use": gettext_lazy("What for"),
}
DATES = {
    forms.DAY_FIRST: gettext_lazy("31-12-2026, day first"),
    forms.MONTH_FIRST: gettext_lazy("12/31/2026, month first"),
    forms.YEAR_FIRST: gettext_lazy("2026-12-31, year first"),
}
DECIMALS = {",": gettext_lazy("49,50 with a comma"), ".": gettext_lazy("49.50 with a point")}
SEPARATORS = {
    ";": gettext_lazy("semicolon ;"),
    ",": gettext_lazy("comma ,"),
    "\t": gettext_lazy("tab"),
    "|": gettext_lazy("bar |"),
}
ENCODINGS = {
    "utf-8-sig": gettext_lazy("Unicode (UTF-8)"),
    "utf-16": gettext_lazy("Unicode (UTF-16)"),
    "cp1252": gettext_lazy("Windows, Western European"),
}
OWN, LEFT_OUT = "own", ""
SAMPLES = 3


@dataclass(frozen=True)
class Choice:
    """One line of a menu."""

    value: str
    name: str
    is_chosen: bool


@dataclass(frozen=True)
class Column:
    """One column of the file: heading, first values as they stand and as they are read, and what it may mean."""

    place: int
    heading: str
    samples: list[str]
    choices: list[Choice]


@dataclass(frozen=True)
class Menu:
    """One thing that was recognised, and what else it could be."""

    field: str
    label: str
    choices: list[Choice]


def columns(
    kind: str, headings: Sequence[str], chosen: Sequence[str], samples: Sequence[Sequence[str]]
) -> list[Column]:
    """The columns of a draft, in the order of the file."""
    return [
        Column(
            place,
            heading or _("Column %d") % (place + 1),
            [row[place] for row in samples if row[place]][:SAMPLES],
            _meanings(kind, meaning),
        )
        for place, (heading, meaning) in enumerate(zip(headings, chosen, strict=True))
    ]


def reading(batch: Import) -> list[Menu]:
    """How the file is written, as recognised; spreadsheets leave less open, and so do lists without amounts."""
    said = batch.reading
    menus = [Menu("dates", _("Days are written"), _choices(DATES, said["dates"]))]
    if "amount" in meanings.fields(batch.kind):
        menus.append(Menu("decimal", _("Amounts are written"), _choices(DECIMALS, said["decimal"])))
    if said["encoding"] != sheets.WORKBOOK:
        menus.append(Menu("separator", _("Cells are parted by"), _choices(SEPARATORS, said["separator"])))
        menus.append(Menu("encoding", _("Letters are written in"), _choices(ENCODINGS, said["encoding"])))
    return menus


def named(columns: Sequence[str]) -> str:
    """Columns by their names for people: “E-mail or First name”."""
    groups = [[str(FIELDS.get(name, name)) for name in group.split(" / ")] for group in columns]
    return ", ".join(_(" or ").join(group) for group in groups)


def reason(text: str) -> str:
    """Why a line stayed out, its columns called as on the page."""
    return re.sub(r"(^|; )([a-z_]+): ", lambda found: f"{found[1]}{FIELDS.get(found[2], found[2])}: ", text)


def _meanings(kind: str, meaning: str) -> list[Choice]:
    rows = [Choice(LEFT_OUT, _("Leave out"), meaning == LEFT_OUT)]
    if kind == Import.Kind.MEMBERS:
        rows.append(Choice(OWN, _("Keep as a field of our own"), meaning.startswith(people.OWN)))
    return rows + [Choice(name, str(FIELDS[name]), name == meaning) for name in meanings.fields(kind)]


def _choices(names: Mapping[str, object], chosen: str) -> list[Choice]:
    return [Choice(value, str(name), value == chosen) for value, name in names.items()]
