"""The shape of a definition: are the tables tables, the lists lists, and the texts texts that can be kept."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

from mail.models.sender import LONGEST_ROLE

TEXTS = ("slug", "name", "language", "purpose", "topic", "reentry")
TABLES = ("trigger", "entry", "exit", "goal")
LISTS = ("senders", "steps", "letters")
INSIDE = {
    "steps": (
        "uid",
        "kind",
        "letter",
        "then",
        "else",
        "event",
        "for",
        "timeout",
        "at",
        "title",
        "due",
        "not_after",
    ),
    "senders": ("slug", "name", "role", "email", "phone", "picture"),
    "letters": ("slug", "sender", "subject", "preheader", "body", "text"),
}
# Letters that the tables of the database hold.
UP_TO = {
    ("", "name"): 120,
    ("", "topic"): 60,
    ("", "language"): 12,
    ("steps", "uid"): 80,
    ("senders", "name"): 120,
    ("senders", "role"): LONGEST_ROLE,
    ("senders", "email"): 254,
    ("senders", "phone"): 50,
}


def errors(definition: Mapping[str, Any]) -> list[str]:
    """What has another shape than a flow has."""
    found = [
        f"{key}: must be a text, in quotation marks" for key in TEXTS if not _is_text(definition.get(key, ""))
    ]
    for key in TEXTS:
        if isinstance(definition.get(key), str) and (most := UP_TO.get(("", key))):
            found += too_long(definition[key], most, key)
    found += [f"{key}: must be a table" for key in TABLES if not isinstance(definition.get(key, {}), Mapping)]
    if not isinstance(definition.get("hold", False), bool):
        found.append("hold: true or false")
    if not _is_number(definition.get("holdout", 0)):
        found.append("holdout: must be a number")
    for key in LISTS:
        rows = definition.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            found.append(f"{key}: must be a list of tables")
        else:
            found += _texts_inside(rows, key)
    return found + _strange(definition, "")


def is_readable(definition: Mapping[str, Any]) -> bool:
    """Whether the tables are tables and the lists lists, so that more can be said of what stands inside."""
    tables = all(isinstance(definition.get(key, {}), Mapping) for key in TABLES)
    rows = [definition.get(key, []) for key in LISTS]
    return tables and all(
        isinstance(some, list) and all(isinstance(row, Mapping) and not _odd_blocks(row) for row in some)
        for some in rows
    )


def as_texts(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The same with a text wherever one must be, so that the rest can be read beside what is wrong with those."""
    read: dict[str, Any] = {key: _text(value) if key in TEXTS else value for key, value in definition.items()}
    if not _is_number(read.get("holdout", 0)):
        del read["holdout"]
    for key in LISTS:
        if key in read:
            read[key] = [_row(row, INSIDE[key], key == "letters") for row in read[key]]
    return read


def too_long(text: str, most: int, place: str) -> list[str]:
    """Why a text of this length cannot be kept."""
    return [f"{place}: is too long: {len(text)} letters, at most {most}"] if len(text) > most else []


def _texts_inside(rows: Sequence[Mapping[str, Any]], key: str) -> list[str]:
    found = []
    for number, row in enumerate(rows, 1):
        place = f"{key}[{row.get('uid') or row.get('slug') or number}]"
        texts = [(name, row[name]) for name in INSIDE[key] if name in row]
        if key != "steps":  # other languages are tables of the same texts
            tables = ((code, table) for code, table in row.items() if isinstance(table, Mapping))
            texts += [
                (f"{code}.{name}", text)
                for code, table in tables
                for name, text in table.items()
                if name != "blocks"
            ]
        found += [
            f"{place}.{name}: must be a text, in quotation marks"
            for name, text in texts
            if not _is_text(text)
        ]
        for name, text in texts:
            if isinstance(text, str) and (most := UP_TO.get((key, name.rpartition(".")[2]))):
                found += too_long(text, most, f"{place}.{name}")
        found += [f"{place}.{where}: must be a list of tables" for where in _odd_blocks(row)]
    return found


def _odd_blocks(letter: Mapping[str, Any]) -> list[str]:
    """The places where a letter's blocks should be and something else is."""
    own = [("blocks", letter.get("blocks", []))]
    tables = ((code, table) for code, table in letter.items() if isinstance(table, Mapping))
    own += [(f"{code}.blocks", table.get("blocks", [])) for code, table in tables]
    return [
        where
        for where, rows in own
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows)
    ]


def _strange(value: Any, place: str) -> list[str]:
    """What no flow can keep, wherever it stands: dates without quotation marks, numbers without end, the letter NUL."""
    if isinstance(value, Mapping):
        return [
            error
            for key, one in value.items()
            for error in _strange(one, f"{place}.{key}" if place else str(key))
        ]
    if isinstance(value, list):
        named = [row.get("uid") or row.get("slug") if isinstance(row, Mapping) else "" for row in value]
        return [
            error
            for number, (name, one) in enumerate(zip(named, value, strict=True), 1)
            for error in _strange(one, f"{place}[{name or number}]")
        ]
    if isinstance(value, dt.date | dt.time):
        return [f"{place}: “{value}” is a date or time; write it in quotation marks"]
    if isinstance(value, float) and not math.isfinite(value):
        return [f"{place}: “{value}” is no number"]
    return (
        [f"{place}: holds a letter that nobody can read (NUL)"]
        if isinstance(value, str) and "\0" in value
        else []
    )


def _is_text(value: Any) -> bool:
    """Whether it is one, or a date, of which more is said elsewhere."""
    return isinstance(value, str | dt.date | dt.time)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _row(row: Mapping[str, Any], names: Sequence[str], has_languages: bool) -> dict[str, Any]:
    read = {key: _text(value) if key in names else value for key, value in row.items()}
    for code, table in row.items() if has_languages else ():
        if isinstance(table, Mapping) and code not in names:
            read[code] = {key: one if key == "blocks" else _text(one) for key, one in table.items()}
    return read
