"""The lines of a spreadsheet in the columns of the contract, as its draft says."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from django.core import validators

from intake.importing import forms, meanings, sheets
from intake.importing.models import Import
from intake.importing.reading import Form, Line
from intake.importing.taking import Cells
from members import identity, plans

WITHOUT_NUMBER = "list-"
GROWN = 18  # years
ADDRESS = re.compile(r"[^@\s;,]+@[^@\s;,]+\.[^@\s;,]+")  # a line with another one stays out
NAMING = ("email", "first_name", "last_name", "phone")


def form(batch: Import) -> Form:
    """How the file is written, as recognised or as staff said."""
    return Form(batch.reading["encoding"], batch.reading["separator"])


def lines(batch: Import, heard: dict[str, str] | None = None) -> Iterator[tuple[Line, Cells]]:
    """Every line below the headings with its cells by meaning, in the contract's form. FileRefused while reading.

    `heard` gets what the list calls plans that nobody knows yet, by their slugs.
    """
    chosen: Sequence[str] = batch.choices["meanings"]
    homes, readers = set(batch.choices.get("homes", ())), batch.choices.get("readers", {})
    where = meanings.addresses(batch.choices["headings"])
    called = plans.slugs_by_name() if "plan" in chosen else {}
    for line in islice(sheets.lines(Path(batch.upload), form(batch)), 1, None):
        cells = _cells(line, chosen, batch.reading)
        if plan := cells.get("plan", "").strip():
            cells["plan"] = called.get(plan.casefold()) or _slug(plan)
            is_new = plan.casefold() not in called and validators.slug_re.match(cells["plan"])
            if heard is not None and is_new:
                heard.setdefault(cells["plan"], plan)
        if batch.kind == Import.Kind.USES and not cells.get("use"):
            cells["use"] = batch.choices.get("regular", {}).get("word", "")
        if batch.kind == Import.Kind.MEMBERS:
            _complete(cells)
            mark = home(line, where, cells)
            _at_home(cells, mark, homes)
            _read_for(cells, readers.get(mark, ""))
            cells["external_id"] = _same(batch, cells["external_id"])
            if cells.get("guardian"):
                cells["guardian"] = _same(batch, cells["guardian"])
                if cells["guardian"] == cells["external_id"] == readers.get(mark, ""):
                    del cells["guardian"]  # the same person's other line: nobody reads for themselves
        yield line, cells


def home(line: Line, where: Sequence[int], cells: Cells) -> str:
    """A short mark of where somebody lives: the address, or a shared e-mail and family name; empty where unknown."""
    address = [
        line.cells[place].casefold() for place in where if place < len(line.cells) and line.cells[place]
    ]
    if not address and cells.get("email") and cells.get("last_name"):
        address = [identity.email_key(cells["email"]), cells["last_name"].casefold()]
    text = " ".join(" ".join(address).split())
    return "home-" + hashlib.blake2b(text.encode(), digest_size=6).hexdigest() if text else ""


def families(batch: Import) -> dict[str, list[str]]:
    """The homes in which two or more of the list live, with their names."""
    where = meanings.addresses(batch.choices["headings"])
    names: dict[str, dict[str, str]] = {}
    for line, cells in lines(batch):
        if cells.get(meanings.LEFT):
            continue
        if (mark := home(line, where, cells)) and not cells.get("household"):
            names.setdefault(mark, {})[cells["external_id"]] = name(cells)  # one person may have two lines
    # Two lines of one name are more likely one person twice than a family.
    return {mark: list(found.values()) for mark, found in names.items() if len(set(found.values())) > 1}


def readers(batch: Import, this_year: int) -> dict[str, str]:
    """Who reads the letters of a home for those there without an address: its first grown-up who has one, by number."""
    where = meanings.addresses(batch.choices["headings"])
    found: dict[str, str] = {}
    for line, cells in lines(batch):
        is_grown = this_year - int(year) >= GROWN if (year := cells.get("birth_year", "")).isdigit() else True
        has_address = ADDRESS.fullmatch(cells.get("email", ""))
        if has_address and not cells.get("guardian") and not cells.get(meanings.LEFT) and is_grown:
            found.setdefault(home(line, where, cells), cells["external_id"])
    return {mark: ident for mark, ident in found.items() if mark}


def name(cells: Cells) -> str:
    """How a line's member is called on a page."""
    return f"{cells.get('first_name', '')} {cells.get('last_name', '')}".strip() or cells.get("email", "")


def read_aloud(batch: Import, place: int, text: str) -> str:
    """A cell as it is understood, where that is not as it stands: a spreadsheet's number of days as a day."""
    meaning = batch.choices["meanings"][place]
    if meaning not in forms.DATES or not text.isdigit() or len(text) != forms.DIGITS:
        return text
    return f"{text} = {forms.date(text, batch.reading.get('dates', ''))}"


def samples(batch: Import, number: int) -> list[list[str]]:
    """The first lines as they stand in the file, each as wide as the headings."""
    width = len(batch.choices["headings"])
    found = islice(sheets.lines(Path(batch.upload), form(batch)), 1, number + 1)
    return [(line.cells + [""] * width)[:width] for line in found]


def _cells(line: Line, chosen: Sequence[str], reading: Mapping[str, str]) -> dict[str, str]:
    cells: dict[str, str] = {}
    for meaning, text in zip(chosen, line.cells, strict=False):
        if not meaning or not text:
            continue
        if meaning == meanings.FULL_NAME:
            cells |= _split(text)
        else:
            cells[meaning] = forms.plain(meaning, text, reading)
        if meaning == "birth_year" and forms.is_day(day := forms.date(text, reading.get("dates", ""))):
            cells[meanings.BORN] = day
    return cells


def _slug(plan: str) -> str:
    """What people call a plan, as the slug by which the house will know it."""
    return plan if validators.slug_re.match(plan) else plans.as_slug(plan) or plan


def _split(text: str) -> dict[str, str]:
    """`Anna Marie Holm` and `Holm, Anna Marie` in two parts."""
    if "," in text:
        last, _comma, first = text.partition(",")
    else:
        first, _space, last = text.strip().rpartition(" ")
        if not first:
            first, last = last, ""
    return {"first_name": first.strip(), "last_name": last.strip()}


def _complete(cells: dict[str, str]) -> None:
    """Who has no number gets one that is the same next time: made of how somebody is called."""
    if not cells.get("external_id"):
        said = "|".join(cells.get(part, "").casefold() for part in NAMING[:3])
        said = said if said.strip("|") else cells.get("phone", "")
        digest = hashlib.blake2b(said.encode(), digest_size=8).hexdigest()
        cells["external_id"] = f"{WITHOUT_NUMBER}{digest}"


def _at_home(cells: dict[str, str], mark: str, homes: set[str]) -> None:
    if mark in homes and not cells.get("household"):
        cells["household"] = mark


def _read_for(cells: dict[str, str], reader: str) -> None:
    if reader and not cells.get("email") and not cells.get("guardian") and cells["external_id"] != reader:
        cells["guardian"] = reader


def _same(batch: Import, ident: str) -> str:
    return str(batch.choices.get("same_line", {}).get(ident, ident))
