"""Broken rows in words: a check yields one line per row that breaks its rule."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db.models import QuerySet

CHUNK = 2000
LATE = dt.timedelta(seconds=150)  # a killed worker's lease, and the sweep after it


@dataclass(frozen=True)
class Moment:
    """When the question is asked: `now` as the house counts time, and from when on something is late."""

    now: dt.datetime
    late: dt.timedelta = LATE

    @property
    def deadline(self) -> dt.datetime:
        """What was due before this is late."""
        return self.now - self.late


Check = Callable[[Moment], Iterable[str]]


@dataclass
class Found:
    """How many lines there were, and the first of them."""

    count: int = 0
    rows: list[str] = field(default_factory=list)


def first(lines: Iterable[str], shown: int) -> Found:
    """Counts the lines and keeps the first `shown`."""
    found = Found()
    for line in lines:
        found.count += 1
        if found.count <= shown:
            found.rows.append(line)
    return found


def chunks(rows: QuerySet[Any, Any]) -> Iterator[list[Any]]:
    """The rows in pieces that fit into memory."""
    stream = iter(rows.order_by("pk").iterator(CHUNK))
    while piece := list(islice(stream, CHUNK)):
        yield piece
