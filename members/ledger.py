"""What a restored backup must not undo, outside the database and without saying who: erasures and every no.

One line of JSON per deed, appended and never changed: what, when, and keyed hashes of whom. A line is on disk before
its change is committed: what a crash leaves over is a no that counts all the same. The file may be rotated under
another name that begins alike, also packed with gzip.
"""

import datetime as dt
import fcntl
import gzip
import json
import logging
import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from api import secrets

Line = dict[str, Any]
MEMBER = "erasure"  # what a member's UUID is hashed for
ERASED, STOPPED, FREED, NO, YES = "erased", "stopped", "freed", "no", "yes"
log = logging.getLogger(__name__)


class Missing(Exception):
    """There is no such file, so nothing can be read from it."""


def path() -> Path:
    """Where it lies."""
    return Path(settings.LEDGER_FILE)


def erased(uuids: Iterable[uuid.UUID], now: dt.datetime) -> None:
    """Writes that these rows of one person were erased; on disk when it returns, else OSError."""
    _append([_line(ERASED, [_hash(one) for one in uuids], now)])


def stopped(hashes: Sequence[tuple[str, str]], now: dt.datetime) -> None:
    """Writes which hashes of addresses get no letters, each with why."""
    _try([_line(STOPPED, [digest], now, why=why) for digest, why in hashes])


def freed(hashes: Iterable[str], now: dt.datetime) -> None:
    """Writes that letters may go to an address again, by each hash it may be known under."""
    _try([_line(FREED, list(hashes), now)])


def said(member: uuid.UUID, topic: str, granted: bool, at: dt.datetime) -> None:
    """Writes what a member said last about letters of a topic."""
    _try([_line(YES if granted else NO, [_hash(member)], at, topic=topic)])


def knows(member: uuid.UUID) -> bool:
    """Whether this member was erased before, whatever the database says."""
    wanted = set(names(member))
    return path().exists() and any(wanted & set(line["who"]) for line in read() if line["what"] == ERASED)


def names(member: uuid.UUID) -> list[str]:
    """What this member may be called here: one hash for each key there was."""
    return secrets.keyed_hashes(MEMBER, str(member))


def read(files: Sequence[Path] = ()) -> Iterator[Line]:
    """Every line in the order written, of these files or of ours with its older parts. Raises Missing.

    A line that cannot be read, as one cut off by a full disk, is left out and logged.
    """
    for file in files or _parts():
        if not file.exists():
            raise Missing(str(file))
        opened = gzip.open if file.suffix == ".gz" else open
        with opened(file, "rt", encoding="utf-8", errors="replace") as lines:
            yield from filter(None, (_read(text, file) for text in lines))


def _parts() -> list[Path]:
    own = path()
    older = [one for one in own.parent.glob(f"{own.name}?*") if one.is_file()]
    if not older and not own.exists():
        raise Missing(str(own))
    return [*sorted(older, key=lambda one: one.stat().st_mtime), *([own] if own.exists() else [])]


def _read(text: str, file: Path) -> Line | None:
    try:
        line = json.loads(text)
        return line if {"what", "at", "who"} <= line.keys() else None
    except (ValueError, AttributeError):
        if text.strip():
            log.warning("a line of %s cannot be read and is left out", file)
        return None


def _line(what: str, who: list[str], at: dt.datetime, **more: str) -> Line:
    return {"what": what, "at": at.isoformat(), "who": who, **more}


def _hash(member: uuid.UUID) -> str:
    return secrets.keyed_hash(MEMBER, str(member))


def _try(lines: list[Line]) -> None:
    """A no counts in the database even where the file cannot be written; somebody has to hear of it."""
    try:
        _append(lines)
    except OSError as error:
        log.error("%s cannot be written, so a restored backup would forget this: %s", path(), error)


def _append(lines: list[Line]) -> None:
    text = "".join(json.dumps(line) + "\n" for line in lines).encode()
    path().parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path(), os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        text = (b"\n" if _is_torn(file) else b"") + text
        while text:
            text = text[os.write(file, text) :]
        os.fsync(file)
    finally:
        os.close(file)


def _is_torn(file: int) -> bool:
    """Whether a crash cut the last line off."""
    end = os.lseek(file, 0, os.SEEK_END)
    return end > 0 and os.pread(file, 1, end - 1) != b"\n"
