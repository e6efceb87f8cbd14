"""Asks the workers to look now, not at their next sweep. Only a matter of speed: losing one loses nothing."""

from collections.abc import Callable

from django.db import transaction

_ring: list[Callable[[str], None]] = []


def bind(*ring: Callable[[str], None]) -> None:
    """The hall says how a queue (`engine` or `send`) is woken; without it a nudge does nothing."""
    _ring[:] = ring


def silence() -> list[Callable[[str], None]]:
    """Wakes nobody from now on; returns what was bound, for whoever wants to bind it again."""
    before, _ring[:] = _ring[:], []
    return before


def after_commit(queue: str) -> None:
    """Wakes the workers of `queue` once what was just written can be seen by them."""
    transaction.on_commit(lambda: [ring(queue) for ring in _ring], robust=True)
