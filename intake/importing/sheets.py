"""Opens what people export: spreadsheets and CSV in any of the usual forms. Nothing is believed of a file's size."""

import codecs
import datetime as dt
import zipfile
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from intake.importing import escaping, limits, no_lists, reading
from intake.importing.reading import FileRefused, Form, Line

SEPARATORS = (";", ",", "\t", "|")
ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")
WORKBOOK = "workbook"
ABOVE = 10  # lines at the start of a file in which its headings are looked for
TITLE = 2  # cells at most of what stands above them


def is_workbook(path: Path) -> bool:
    """Whether the file is a spreadsheet (.xlsx is a zip archive) and no text."""
    with path.open("rb") as file:
        return file.read(len(no_lists.WORKBOOK)) == no_lists.WORKBOOK


def recognised(path: Path) -> Form:
    """The form in which the file seems to be written; `WORKBOOK` as encoding for a spreadsheet.

    FileRefused for what is no list.
    """
    reading.refuse_no_list(path)
    if is_workbook(path):
        return Form(WORKBOOK, "")
    encoding = _encoding(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        start = [file.readline(limits.LINE) for _number in range(ABOVE)]
    # The first line may be a title; whichever separator a line has most of stands between its cells.
    return Form(encoding, max(SEPARATORS, key=lambda mark: max(line.count(mark) for line in start)))


def lines(path: Path, form: Form) -> Iterator[Line]:
    """The records of the file, headings first, titles above them left out. FileRefused, also while reading on."""
    records = _workbook(path) if form.encoding == WORKBOOK else _text_file(path, form)
    start = list(islice(records, ABOVE))
    yield from chain(start[_titles(start) :], records)


def headings(path: Path, form: Form) -> list[str]:
    """The headings as written. FileRefused for an empty file."""
    first = next(lines(path, form), None)
    if first is None:
        raise FileRefused(_("The file is empty."))
    return [heading[:120] for heading in first.cells]


def _titles(start: Sequence[Line]) -> int:
    """How many of the first records stand above the headings: a title, a date, far narrower than the list itself."""
    widths = [sum(map(bool, line.cells)) for line in start]
    widest = max(widths, default=0)
    return next((place for place, width in enumerate(widths) if width > TITLE or width * 2 >= widest), 0)


def _text_file(path: Path, form: Form) -> Iterator[Line]:
    if form.encoding not in ENCODINGS or form.separator not in SEPARATORS:
        raise FileRefused(_("This is no form in which lists are written."))
    for line in reading.lines(path, form):
        yield Line(line.number, [escaping.unescaped(cell.strip()) for cell in line.cells])


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _workbook(path: Path) -> Iterator[Line]:
    _check_archive(path)
    import openpyxl  # type: ignore[import-untyped]

    try:
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what a file says of its own size may be wrong
            yield from _rows(sheet)
    except FileRefused:
        raise
    except Exception as error:  # whatever a damaged archive raises in three libraries
        raise FileRefused(
            _("This spreadsheet cannot be opened: %(why)s") % {"why": str(error)[:200]}
        ) from error


def _rows(sheet: Any) -> Iterator[Line]:
    filled = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if len(row) > limits.COLUMNS and any(cell is not None for cell in islice(row, limits.COLUMNS, None)):
            raise FileRefused(
                _("Line %(line)d has %(columns)d columns; %(most)d are the most.")
                % {"line": number, "columns": len(row), "most": limits.COLUMNS}
            )
        cells = [_text(cell, number) for cell in row[: limits.COLUMNS]]
        if any(cells):
            filled += 1
            if filled > limits.SHEET_ROWS:
                raise FileRefused(_("The file has more than %(most)d lines.") % {"most": limits.SHEET_ROWS})
            yield Line(number, cells)


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise FileRefused(_("This spreadsheet is damaged.")) from error
    unpacked, packed = sum(part.file_size for part in parts), path.stat().st_size
    if any(part.flag_bits & 1 for part in parts):
        raise FileRefused(_("This spreadsheet is locked by a password."))
    if (
        len(parts) > 1_000
        or unpacked > limits.UNPACKED_BYTES
        or unpacked > max(packed, 1 << 15) * limits.UNPACKED_TIMES
    ):
        raise FileRefused(_("This spreadsheet unfolds to far more than it looks like; it is not opened."))


def _text(cell: Any, number: int) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        is_day = cell.time() == dt.time(0)
        return cell.date().isoformat() if is_day else cell.isoformat(timespec="seconds")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    text = str(cell).strip()
    if len(text) > limits.CELL:
        raise FileRefused(
            _("Line %(line)d: a cell is longer than %(most)d characters.")
            % {"line": number, "most": limits.CELL}
        )
    return text
