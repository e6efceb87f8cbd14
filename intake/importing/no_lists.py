"""What people bring that is no list: recognised by its first bytes, whatever it is called, and told in plain words."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

FIRST = 4096  # bytes
WORKBOOK = b"PK\x03\x04"
# The container of Microsoft's compound files: [MS-CFB] 2.2.
OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")
PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")
PACKED = (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!\x1a", b"\xfd7zXZ")
MARKS_OF_UNICODE = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


def said_of(path: Path) -> str:
    """Why this file is no list, with the way out; empty for text, and for a spreadsheet that can be opened."""
    with path.open("rb") as file:
        start = file.read(FIRST)
    if start.startswith(WORKBOOK):
        return _of_archive(path)
    return next(filter(None, (*_of_documents(start), *_of_text(start))), "")


def _of_documents(start: bytes) -> Iterator[str]:
    if start.startswith(OLD_EXCEL):
        yield _(
            "This is an old Excel file (.xls), or one with a password, and cannot be read here. Open it in Excel, "
            "LibreOffice or Google Sheets, choose “Save as”, and save it as .xlsx or CSV without a password."
        )
    if start.startswith(b"%PDF"):
        yield _(
            "This is a PDF: it shows a list, but its columns cannot be read. Let the old system export Excel or CSV "
            "instead; most have it beside “print”."
        )
    if start.startswith(PICTURES) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP"):
        yield _("This is a picture. Bring the list itself, as Excel or CSV.")
    if start[4:8] == b"ftyp":
        yield _("This is a photo or a film. Bring the list itself, as Excel or CSV.")
    if start.startswith(PACKED):
        yield _("This file is packed. Unpack it, and bring the list that is in it.")


def _of_archive(path: Path) -> str:
    """What lies in an archive that is no workbook of Excel; a damaged one is for whoever opens it to say."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return ""
    if any(name.startswith("xl/") for name in names):
        return ""
    if any(name.startswith("word/") for name in names):
        return _("This is a Word document. Copy its table into Excel, and save that as .xlsx or CSV.")
    if any(name.startswith("Index/") for name in names):
        return _("This is a Numbers file. In Numbers, choose “Export to”, and then Excel or CSV.")
    if "content.xml" in names:
        return _("This is a file of LibreOffice. Choose “Save as” there, and save it as .xlsx or CSV.")
    return _("This is an archive with files in it. Unpack it, and bring the list that is in it.")


def _of_text(start: bytes) -> Iterator[str]:
    if start.startswith(MARKS_OF_UNICODE[:2]):
        return
    if b"\0" in start.partition(b"\n")[0]:  # further down the reader names the line
        yield _("This is no text, and no spreadsheet that is known here. Bring the list as Excel or CSV.")
    begins = start.removeprefix(MARKS_OF_UNICODE[2]).lstrip().lower()
    if begins.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml", b"<meta")):
        yield _(
            "This is a web page, even where it is called .xls. Open it in Excel, choose “Save as”, and save it as "
            ".xlsx or CSV."
        )
    if b"".join(begins.split()).startswith((b'{"', b"[{")):
        yield _("This is JSON, which programs exchange. Bring the list as Excel or CSV.")
    if begins.startswith((b"begin:vcard", b"begin:vcalendar")):
        yield _("These are contact cards or dates of a calendar. Bring the list as Excel or CSV.")
