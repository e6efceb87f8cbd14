"""One worker at a time holds a member: two never act for the same person at once."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from members.models import Member

_instead: ContextVar[Callable[[set[int]], dict[int, Member]] | None] = ContextVar("instead", default=None)


def hold(member_ids: Iterable[int]) -> dict[int, Member]:
    """Locks those of these members that nobody else holds, until the transaction ends, and returns them.

    PostgreSQL skips rows that another worker holds (`FOR NO KEY UPDATE SKIP LOCKED`, which lets others record
    events meanwhile). On SQLite the transaction already is the only writer (`BEGIN IMMEDIATE`).
    """
    wanted = set(member_ids)
    if load := _instead.get():
        return load(wanted)
    if not wanted:
        return {}
    rows = Member.everybody.filter(pk__in=wanted).order_by("pk")
    return {member.pk: member for member in rows.select_for_update(skip_locked=True, no_key=True)}


def wait_for(member_ids: Iterable[int]) -> None:
    """Locks these members until the transaction ends, and waits for those whom somebody else holds."""
    if not _instead.get():
        rows = Member.everybody.filter(pk__in=set(member_ids)).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


@contextmanager
def instead(load: Callable[[set[int]], dict[int, Member]]) -> Iterator[None]:
    """Inside, members come from `load` and nobody is locked: for what is never committed (simulation)."""
    token = _instead.set(load)
    try:
        yield
    finally:
        _instead.reset(token)
