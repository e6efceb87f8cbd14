"""Messages of one thing may come in any order and any number: the last word about each field wins.

Each row remembers, per field, the stamp of the message that set it (a last-writer-wins register per field),
so a late older message fills what is still open and disturbs nothing newer, and every order ends the same.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Stamp:
    """How new a message is: the provider's time (aware), then a rank for ties, then its id.

    A rank above zero is for what wins a tie of the same second, as the end of a subscription does.
    """

    at: dt.datetime
    rank: int = 0
    ident: str = ""

    def __str__(self) -> str:
        return f"{self.at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%f}|{self.rank}|{self.ident}"


class Versioned(Protocol):
    """A row that knows which message set which field."""

    versions: dict[str, Any]


class NotTheirs(ValueError):
    """The message names something that belongs to another member; its text says so in plain words."""


def merge(row: Versioned, fields: dict[str, Any], stamp: Stamp | str) -> list[str]:
    """Sets those fields of which `stamp` is the newest word; returns the names of those that it set."""
    version = str(stamp)
    won = [name for name in fields if version > row.versions.get(name, "")]
    for name in won:
        setattr(row, name, fields[name])
    row.versions = {**row.versions, **dict.fromkeys(won, version)}
    return won


def said_at(version: str) -> dt.datetime | None:
    """The provider's time inside a stored stamp; None for a field that no message has set."""
    return dt.datetime.fromisoformat(version.partition("|")[0]).replace(tzinfo=dt.UTC) if version else None
