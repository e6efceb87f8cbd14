"""What rooms do for letters that are about to leave, before these are written: an offer is made, say."""

import datetime as dt
from collections.abc import Callable, Sequence

from mail.models import Message

Deed = Callable[[Sequence[Message], dt.datetime], None]
_deeds: list[Deed] = []


def bind(deed: Deed) -> None:
    """Adds a room's deed. It takes a batch, and repeating it is harmless: a letter may be put back and come again."""
    _deeds.append(deed)


def prepare(messages: Sequence[Message], now: dt.datetime) -> None:
    """Does what the rooms do for these letters; they were let go by arbitration, and are still claimed."""
    for deed in _deeds if messages else ():
        deed(messages, now)
