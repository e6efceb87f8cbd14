"""Who was erased, outside the database and without saying who: a restored backup has them again, and this file knows.

One line of JSON per person, appended and never changed: when, and the keyed hashes of their UUIDs.
"""

import datetime as dt
import json
import os
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

from api import secrets

PURPOSE = "erasure"


def path() -> Path:
    """Where the log lies."""
    return Path(settings.VAR_DIR) / "erasures.log"


def append(uuids: Iterable[uuid.UUID], now: dt.datetime) -> None:
    """Writes that these rows of one person were erased at `now`; on disk when it returns, else OSError."""
    hashes = [secrets.keyed_hash(PURPOSE, str(one)) for one in uuids]
    line = json.dumps({"at": now.isoformat(), "who": hashes}) + "\n"
    file = os.open(path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, line.encode())
        os.fsync(file)
    finally:
        os.close(file)


def knows(member: uuid.UUID) -> bool:
    """Whether this member was erased before, whatever the database says."""
    wanted = set(secrets.keyed_hashes(PURPOSE, str(member)))
    return any(wanted & set(line["who"]) for line in _lines())


def _lines() -> Iterator[dict[str, list[str]]]:
    if path().exists():
        with path().open(encoding="utf-8") as file:
            yield from (json.loads(line) for line in file if line.strip())
