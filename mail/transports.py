"""Where letters are handed over: kept to be read here, a mail server, or a mail provider.

A transport's `submit` returns when the letter was accepted, and otherwise raises what the outbox must know:
Later (certainly not accepted, try again), Refused (certainly not accepted, never will be), Unclear (may have been).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings


class Later(Exception):
    """Not accepted; worth trying again. `affects_all`: the mail server itself is out of reach."""

    def __init__(self, reason: str, *, affects_all: bool = False) -> None:
        super().__init__(reason)
        self.affects_all = affects_all


class Refused(Exception):
    """Not accepted and never will be. `dead_address`: because the address does not exist."""

    def __init__(self, reason: str, *, dead_address: bool = False) -> None:
        super().__init__(reason)
        self.dead_address = dead_address


class Unclear(Exception):
    """Nobody can say whether it was accepted. `affects_all`: the mail server has fallen silent."""

    def __init__(self, reason: str, *, affects_all: bool = False) -> None:
        super().__init__(reason)
        self.affects_all = affects_all


@dataclass(frozen=True)
class Envelope:
    """One letter ready to hand over: bare addresses, the whole letter as bytes, our own id of it."""

    sender: str
    recipient: str
    content: bytes
    ident: str


class Transport(Protocol):
    """A way out of the house."""

    def submit(self, envelope: Envelope) -> None: ...

    def close(self) -> None: ...


class Kept:
    """Hands nothing over: the letter stays readable in the product's own pages."""

    def submit(self, _envelope: Envelope) -> None:
        """Accepts every letter."""

    def close(self) -> None:
        """Nothing is open."""


class Counted(Kept):
    """For letters that nobody will read: they are counted as sent, and need not be written."""


_mine = threading.local()


def current() -> Transport:
    """This thread's transport, as `EMAIL_URL` says; connections stay open between letters."""
    if getattr(_mine, "transport", None) is None:
        _mine.transport = _open(settings.MAIL_TRANSPORT)
    transport: Transport = _mine.transport
    return transport


@contextmanager
def hurried(patience: float) -> Iterator[Transport]:
    """A way out for who waits at a screen: a mail server gets `patience` seconds, on a connection of its own."""
    transport = _open(settings.MAIL_TRANSPORT, patience)
    try:
        yield transport
    finally:
        transport.close()


@contextmanager
def using(transport: Transport) -> Iterator[None]:
    """Inside, this thread's letters are handed to `transport`."""
    before, _mine.transport = getattr(_mine, "transport", None), transport
    try:
        yield
    finally:
        _mine.transport = before


def forget() -> None:
    """Closes this thread's transport; the next letter opens it anew, as the settings say then."""
    transport, _mine.transport = getattr(_mine, "transport", None), None
    if transport is not None:
        transport.close()


def _open(way: dict[str, object], patience: float | None = None) -> Transport:
    if way["kind"] == "smtp":
        from mail import smtp

        return smtp.Connection(way, patience or smtp.LETTER_TIMEOUT)
    if way["kind"] == "anymail":
        from mail import providers

        return providers.Provider(str(way["backend"]))
    return Kept()
