"""Reads a CSV file line by line, in bounded memory, and refuses what no honest export contains."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from django.utils.translation import gettext as _

from intake.importing import limits, no_lists

csv.field_size_limit(limits.CELL)


class FileRefused(Exception):
    """The file as a whole cannot be taken; its text says why, and where."""


@dataclass(frozen=True)
class Line:
    """One record: `number` is the line of the file it begins on, counted from 1."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Form:
    """How a file is written. The contract's form is UTF-8 with commas."""

    encoding: str = "utf-8-sig"
    separator: str = ","


def lines(path: Path, form: Form = Form()) -> Iterator[Line]:
    """The records of the file, the header first, empty lines left out. FileRefused, also while reading on."""
    _check_size(path)
    refuse_no_list(path)
    with path.open(encoding=form.encoding, newline="") as file:
        reader = csv.reader(_physical(file), strict=True, delimiter=form.separator)
        yield from _records(reader, form)


def refuse_no_list(path: Path) -> None:
    """FileRefused, with the way out, for a PDF, a picture, an old workbook, and whatever else is no list."""
    if why := no_lists.said_of(path):
        raise FileRefused(why)


def _check_size(path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise FileRefused(str(error)) from error
    if not path.is_file():
        raise FileRefused(_("%(name)s is no file.") % {"name": path.name})
    if size > limits.BYTES:
        raise FileRefused(_("The file is larger than %(most)d MB.") % {"most": limits.BYTES // 1024**2})


def _records(reader: Any, form: Form) -> Iterator[Line]:
    begins, number = 1, 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise FileRefused(_("Line %(line)d: %(why)s.") % {"line": begins, "why": _why(error)}) from error
        except UnicodeError as error:
            said = {"line": reader.line_num + 1, "encoding": form.encoding.removesuffix("-sig").upper()}
            raise FileRefused(_("About line %(line)d: this is not %(encoding)s.") % said) from error
        if cells is None:
            return
        if any(cells):
            number += 1
            _check_record(cells, begins, number)
            yield Line(begins, cells)
        begins = reader.line_num + 1


def _check_record(cells: list[str], at: int, number: int) -> None:
    if len(cells) > limits.COLUMNS:
        said = {"line": at, "columns": len(cells), "most": limits.COLUMNS}
        raise FileRefused(_("Line %(line)d has %(columns)d columns; %(most)d are the most.") % said)
    if number > limits.ROWS + 1:
        raise FileRefused(_("The file has more than %(most)d lines.") % {"most": limits.ROWS})


def _physical(file: TextIO) -> Iterator[str]:
    number = 0
    while text := file.readline(limits.LINE):
        number += 1
        if len(text) == limits.LINE:
            raise FileRefused(_("Line %(line)d is too long.") % {"line": number})
        if "\0" in text:
            raise FileRefused(_("Line %(line)d holds a NUL: this is no text file.") % {"line": number})
        yield text


def _why(error: csv.Error) -> str:
    text = str(error)
    if "field limit" in text:
        return _("a cell is longer than %(most)d characters, or a quotation mark is not closed") % {
            "most": limits.CELL
        }
    if "unexpected end" in text:
        return _("a quotation mark is not closed")
    return text
