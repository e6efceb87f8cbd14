"""What a restored backup must not undo, outside the database and without saying who: erasures and every no.

One line of JSON per deed, appended and never changed: what, when, and keyed hashes of whom. A line is on disk before
its change is committed: what a crash leaves over is a no that counts all the same. Where it cannot be written, nobody
is erased, and a no waits in the database until it can (`catch_up`): its line then stands later than its time says, so
who reads goes by the times. The file may be rotated under another name that begins alike, also packed with gzip.
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
from django.db import transaction

from api import secrets
from members.models import LedgerLine

Line = dict[str, Any]
MEMBER = "erasure"  # what a member's UUID is hashed for
ERASED, STOPPED, FREED, NO, YES = "erased", "stopped", "freed", "no", "yes"
log = logging.getLogger(__name__)


class Unwritable(OSError):
    """The file cannot be written, so what must not be forgotten was not done; the text says why."""


class Missing(Exception):
    """There is no such file, so nothing can be read from it."""


def path() -> Path:
    """Where it lies."""
    return Path(settings.LEDGER_FILE)


def begin() -> None:
    """Makes the empty file of a house that begins, so that from then on a missing file is a lost one."""
    try:
        _append([])
    except OSError as error:
        log.error("%s cannot be written: %s", path(), error)


def erased(uuids: Iterable[uuid.UUID], now: dt.datetime) -> None:
    """Writes that these rows of one person were erased; on disk when it returns. Raises Unwritable."""
    try:
        _append([_line(ERASED, [_hash(one) for one in uuids], now)])
    except OSError as error:
        raise Unwritable(_why(error)) from error


def stopped(hashes: Sequence[tuple[str, str]], now: dt.datetime) -> None:
    """Writes which hashes of addresses get no letters, each with why."""
    _try([_line(STOPPED, [digest], now, why=why) for digest, why in hashes])


def freed(hashes: Iterable[str], now: dt.datetime) -> None:
    """Writes that letters may go to an address again, by each hash it may be known under."""
    _try([_line(FREED, list(hashes), now)])


def said(member: uuid.UUID, topic: str, granted: bool, at: dt.datetime) -> None:
    """Writes what a member said last about letters of a topic."""
    _try([_line(YES if granted else NO, [_hash(member)], at, topic=topic)])


def trouble() -> str:
    """Why the file cannot be written, as this machine says it; empty where it can and nothing waits. One query."""
    try:
        _try_it()
    except OSError as error:
        return _why(error)
    waits = LedgerLine.objects.order_by("id").first()
    return waits.why if waits else ""


def catch_up(_now: dt.datetime) -> int:
    """Writes the lines that wait in the database, oldest first; how many those were: 0 while it cannot be written.

    A crash between the file and the commit leaves them twice in the file, which says the same as once.
    """
    with transaction.atomic():
        rows = list(LedgerLine.objects.select_for_update(skip_locked=True).order_by("id"))
        if not rows:
            return 0
        try:
            _append([row.line for row in rows])
        except OSError as error:
            log.error("%s still cannot be written, and %d lines wait: %s", path(), len(rows), error)
            return 0
        LedgerLine.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def knows(member: uuid.UUID) -> bool:
    """Whether this member was erased before, whatever the database says."""
    wanted = set(names(member))
    return path().exists() and any(wanted & set(line["who"]) for line in read() if line["what"] == ERASED)


def names(member: uuid.UUID) -> list[str]:
    """What this member may be called here: one hash for each key there was."""
    return secrets.keyed_hashes(MEMBER, str(member))


def in_time(lines: Iterable[Line]) -> list[Line]:
    """The lines by their times; of the same time in the order written."""
    return sorted(lines, key=lambda line: dt.datetime.fromisoformat(line["at"]))


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
        whole = {"what", "at", "who"} <= line.keys() and dt.datetime.fromisoformat(line["at"]).tzinfo
        return line if whole else None
    except (ValueError, TypeError, AttributeError):
        if text.strip():
            log.warning("a line of %s cannot be read and is left out", file)
        return None


def _line(what: str, who: list[str], at: dt.datetime, **more: str) -> Line:
    return {"what": what, "at": at.isoformat(), "who": who, **more}


def _hash(member: uuid.UUID) -> str:
    return secrets.keyed_hash(MEMBER, str(member))


def _try(lines: list[Line]) -> None:
    """A no counts in the database even where the file cannot be written; its line waits there, and staff hear of it."""
    try:
        _append(lines)
    except OSError as error:
        log.error("%s cannot be written, so a restored backup would forget this: %s", path(), error)
        LedgerLine.objects.bulk_create(
            [LedgerLine(line=line, at=line["at"], why=_why(error)) for line in lines]
        )


def _why(error: OSError) -> str:
    return f"{path()}: {error.strerror or error}"[:300]


def _try_it() -> None:
    """Raises OSError where it cannot be written. It is not made here: an empty one would look as if it had survived."""
    try:
        os.close(os.open(path(), os.O_WRONLY | os.O_APPEND))
    except FileNotFoundError:
        folder = next(one for one in path().parents if one.exists())
        if not (folder.is_dir() and os.access(folder, os.W_OK)):
            raise


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
