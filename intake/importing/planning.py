"""What a line would change, decided before anything is written: a dry run and the import decide alike."""

import datetime as dt
import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol

from intake.importing.reading import Line

State = dict[str, Any]
_MOMENT = "\0at"  # no file holds a NUL


@dataclass
class Change:
    """One row of the register: as it was (None: not there), and as the list wants it."""

    ident: str
    before: State | None
    after: State
    line: int


@dataclass(frozen=True)
class Said:
    """One understood line: which row it is about, and what it says of it."""

    line: int
    ident: str
    values: State


@dataclass
class Written:
    """Rows just written, for the undo: the columns before (None: made), and the digest after."""

    rows: dict[int, tuple[State | None, str]] = field(default_factory=dict)


class Register(Protocol):
    """What the house knows of the rows that one chunk of lines is about."""

    states: dict[str, State]

    def judge(self, before: State | None, said: Said) -> State:
        """The row as the line wants it. NotUnderstood when the line cannot be followed."""
        ...

    def write(self, changes: Collection[Change], now: dt.datetime, note: "Note") -> Written:
        """Writes the changes in the caller's transaction, quietly: nothing follows from them."""
        ...

    def tell(self, change: Change, now: dt.datetime, note: "Note") -> None:
        """Writes one change by the ordinary verbs, as if it happened now."""
        ...


@dataclass(frozen=True)
class Note:
    """Which list this is, for proofs and traces."""

    file_name: str
    batch: int | None


class Kind(Protocol):
    """One kind of list: its columns, and how its lines are read."""

    COLUMNS: tuple[str, ...]
    NEEDED: tuple[tuple[str, ...], ...]

    def checked(self, cells: Mapping[str, str], now: dt.datetime) -> Said:
        """What the cells say; `line` is 0. NotUnderstood names what is wrong."""
        ...

    def look_up(self, said: Collection[Said], now: dt.datetime) -> Register:
        """What is known of all these, in a constant number of queries."""
        ...


class Refuses(Protocol):
    """Somewhere to put lines that could not be taken."""

    def refuse(self, line: Line, reason: str) -> None:
        """Keeps the line with its reason."""
        ...


class Memory:
    """What a dry run would have written so far, on disk and gone when closed, so that memory stays bounded."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("")  # a nameless temporary file
        self._db.execute("CREATE TABLE kept (ident TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID")

    def __enter__(self) -> "Memory":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def recall(self, idents: Collection[str]) -> dict[str, State]:
        """The states kept under these ids."""
        places = ", ".join("?" * len(idents))
        rows = self._db.execute(f"SELECT ident, state FROM kept WHERE ident IN ({places})", list(idents))  # noqa: S608
        return {ident: json.loads(state, object_hook=_thaw) for ident, state in rows}

    def keep(self, changes: Iterable[Change]) -> None:
        """Keeps how these rows would stand."""
        rows = [(change.ident, json.dumps(change.after, default=_freeze)) for change in changes]
        self._db.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", rows)


def digest(state: Mapping[str, Any], leave_out: Collection[str] = ()) -> str:
    """A short mark of a state; two states that read alike have the same."""
    told = {name: value for name, value in state.items() if name not in leave_out}
    text = json.dumps(told, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=16).hexdigest()


def _freeze(value: Any) -> Any:
    return {_MOMENT: value.isoformat()}


def _thaw(found: dict[str, Any]) -> Any:
    return dt.datetime.fromisoformat(found[_MOMENT]) if _MOMENT in found else found
