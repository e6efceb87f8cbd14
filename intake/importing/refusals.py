"""Lines that could not be taken, kept in a file as they came, each with its reason, to be corrected and sent again."""

import csv
import itertools
import os
import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from django.conf import settings

from intake.importing import escaping, limits
from intake.importing.reading import Line

REASON = "reason"


class Refusals:
    """The refused lines of one list. The file is made with the first of them; `append` goes on in one of before."""

    def __init__(self, kind: str, header: Sequence[str], now_as_name: str, path: str = "") -> None:
        self.header, self.path = list(header), Path(path) if path else None
        self._name = f"{kind}-{now_as_name}-{uuid.uuid4().hex[:8]}.csv"
        self._file: Any = None
        self.count = 0
        self.told: list[tuple[int, str]] = []

    def __enter__(self) -> "Refusals":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def refuse(self, line: Line, reason: str) -> None:
        """Writes the line down with its reason; the first of them are also told one by one."""
        self.count += 1
        if len(self.told) < limits.REASONS:
            self.told.append((line.number, reason))
        csv.writer(self._open()).writerow([*map(escaping.escaped, line.cells), reason])

    def flush(self) -> None:
        """Nothing that was refused is lost when the machine stops after this."""
        if self._file:
            self._file.flush()

    def _open(self) -> Any:
        if self._file is None:
            is_new = self.path is None or not self.path.exists()
            if self.path is None:
                self.path = folder() / self._name
            self._file = open(  # noqa: SIM115 (closed by __exit__)
                self.path, "a", newline="", encoding="utf-8", opener=_private
            )
            if is_new:
                csv.writer(self._file).writerow([*self.header, REASON])
        return self._file


def folder() -> Path:
    """Where files of refused lines lie."""
    place = settings.VAR_DIR / "refused"
    place.mkdir(parents=True, exist_ok=True)
    return Path(place)


def shown(path: Path) -> str:
    """The path as people at a terminal use it: from the project's root on, where it lies below."""
    return str(path.relative_to(settings.BASE_DIR) if path.is_relative_to(settings.BASE_DIR) else path)


def first(path: str, number: int) -> Iterator[tuple[list[str], str]]:
    """The first refused lines of a file with their reasons; nothing when it is gone."""
    if not path or not Path(path).is_file():
        return
    with Path(path).open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        next(reader, None)
        for cells, _place in zip(reader, range(number), strict=False):
            yield [escaping.unescaped(cell) for cell in cells[:-1]], cells[-1]


@dataclass(frozen=True)
class Wanted:
    """Whose refused lines are looked for; everything casefolded.

    `words` (addresses, ids) are whole cells, `telling` stand anywhere in a line. Of `names`, each a whole name, every
    part stands somewhere in the line: what was refused may have come without an id, and with a broken address.
    """

    words: frozenset[str]
    telling: frozenset[str] = frozenset()
    names: frozenset[frozenset[str]] = frozenset()

    def is_in(self, cells: Sequence[str]) -> bool:
        """Whether this line tells of them."""
        folded = [escaping.unescaped(cell).strip().casefold() for cell in cells]
        if not self.words.isdisjoint(folded):
            return True
        text = "\n".join(folded)
        if any(word in text for word in self.telling):
            return True
        said = set(text.split())
        return any(name <= said for name in self.names)


def forget(words: Collection[str], telling: Collection[str] = (), names: Collection[str] = ()) -> int:
    """Takes every refused line out that tells of somebody: `Wanted` says by what. For erasures.

    Returns how many lines went. Letter case does not matter.
    """
    folded = {word.strip().casefold() for word in words if word.strip()}
    parts = {frozenset(name.casefold().split()) for name in names if name.strip()}
    wanted = Wanted(frozenset(folded), frozenset(map(str.casefold, telling)), frozenset(parts))
    return sum(_forget(path, wanted) for path in folder().glob("*.csv")) if folded or parts else 0


def _forget(path: Path, wanted: Wanted) -> int:
    beside, gone = path.with_suffix(".new"), 0
    with (
        path.open(newline="", encoding="utf-8") as old,
        open(beside, "w", newline="", encoding="utf-8", opener=_private) as new,
    ):
        writer = csv.writer(new)
        reader = csv.reader(old)
        writer.writerows(itertools.islice(reader, 1))  # the header names nobody
        for cells in reader:
            if wanted.is_in(cells):
                gone += 1
            else:
                writer.writerow(cells)
    beside.replace(path) if gone else beside.unlink()
    return gone


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
