"""The one place that knows what time it is. Doors (views, tasks, commands) ask here; engine verbs are told."""

import datetime as dt
from pathlib import Path

from django.conf import settings


class ClockUnreadable(Exception):
    """The test clock's file does not hold an ISO time; the message names the file and what it must hold."""


def now() -> dt.datetime:
    """The time every door of this installation goes by: aware, UTC.

    In the sandbox (`TEST_CLOCK`) it is what the clock's file says, so that months can be tried in minutes.
    Leases, signature ages and link expiry do not use it: they stay on real time.
    Raises ClockUnreadable when the sandbox's file is missing or malformed.
    """
    return read(settings.TEST_CLOCK) if settings.TEST_CLOCK else real_now()


def real_now() -> dt.datetime:
    """The machine's real time, aware, UTC, whatever the sandbox's clock says."""
    return dt.datetime.now(dt.UTC)


def is_sandbox() -> bool:
    """Whether this installation goes by a test clock."""
    return bool(settings.TEST_CLOCK)


def read(file: Path) -> dt.datetime:
    """The time a test clock's file holds."""
    try:
        return parse(file.read_text())
    except (OSError, ValueError) as error:
        raise ClockUnreadable(f"TEST_CLOCK {file}: {error}; it must hold an ISO 8601 time") from error


def write(file: Path, moment: dt.datetime) -> None:
    """Sets a test clock; the file is replaced whole, so no reader sees half a time."""
    beside = file.with_name(f"{file.name}.new")
    beside.write_text(moment.isoformat() + "\n")
    beside.replace(file)


def parse(text: str) -> dt.datetime:
    """An ISO 8601 time as aware UTC; without a zone it is read as UTC. Raises ValueError."""
    moment = dt.datetime.fromisoformat(text.strip())
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
