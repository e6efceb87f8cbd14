"""Where letters are handed over: kept to be read here, a mail server, or a mail provider.

A transport's `submit` returns when the letter was accepted, and otherwise raises what the outbox must know:
Later (certainly not accepted, try again), Refused (certainly not accepted, never will be), Unclear (may have been).
"""

import datetime as dt
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings


class Later(Exception):
    """Not accepted; worth trying again, not before `after` has passed where the other side says so.

    `affects_all`: nothing can leave now. `is_ours`: because of us (the password, too many letters, a block list), so
    that a person here has to do something.
    """

    def __init__(
        self,
        reason: str,
        *,
        affects_all: bool = False,
        is_ours: bool = False,
        after: dt.timedelta | None = None,
    ) -> None:
        super().__init__(reason)
        self.affects_all, self.is_ours, self.after = affects_all or is_ours, is_ours, after


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


Trouble = Later | Refused | Unclear


class Transport(Protocol):
    """A way out of the house.

    `at_once`: all letters of a batch are asked about in one go, so that each of them has an answer. `repeats`: a
    batch can be handed over again under its key, and leaves only once. `finds`: it can be asked for a letter.
    """

    at_once: bool
    repeats: bool
    finds: bool

    def submit(self, envelope: Envelope) -> None: ...

    def submit_all(self, envelopes: Sequence[Envelope], key: str) -> Iterator[Trouble | None]: ...

    def knows(self, ident: str) -> bool: ...

    def close(self) -> None: ...


class OneByOne:
    """What a way out does that takes letters one at a time and cannot be asked about them."""

    at_once = False
    repeats = False
    finds = False

    def submit(self, envelope: Envelope) -> None:
        """Hands one letter over. Raises Later, Refused or Unclear."""
        raise NotImplementedError

    def submit_all(self, envelopes: Sequence[Envelope], _key: str) -> Iterator[Trouble | None]:
        """What became of each letter, as it becomes known; ends early where the rest cannot leave now."""
        for envelope in envelopes:
            try:
                self.submit(envelope)
            except (Later, Refused, Unclear) as error:
                yield error
            else:
                yield None

    def knows(self, _ident: str) -> bool:
        """Whether the other side has this letter. Raises Later."""
        raise Later("it cannot be asked")

    def close(self) -> None:
        """Nothing is open."""


class Kept(OneByOne):
    """Hands nothing over: the letter stays readable in the product's own pages."""

    def submit(self, envelope: Envelope) -> None:
        """Accepts every letter."""


_mine = threading.local()


def current() -> Transport:
    """This thread's transport, as `EMAIL_URL` says; connections stay open between letters."""
    way = getattr(_mine, "way", None)
    if way is not None and way is not settings.MAIL_TRANSPORT:
        forget()  # another mailbox was connected meanwhile
    if getattr(_mine, "transport", None) is None:
        _mine.transport, _mine.way = _open(settings.MAIL_TRANSPORT), settings.MAIL_TRANSPORT
    transport: Transport = _mine.transport
    return transport


@contextmanager
def hurried(patience: float, way: dict[str, object] | None = None) -> Iterator[Transport]:
    """A way out for who waits at a screen: a mail server gets `patience` seconds, on a connection of its own.

    `way`: another than the house's, to try it before it is kept.
    """
    transport = _open(way or settings.MAIL_TRANSPORT, patience)
    try:
        yield transport
    finally:
        transport.close()


@contextmanager
def using(transport: Transport) -> Iterator[None]:
    """Inside, this thread's letters are handed to `transport`."""
    before = getattr(_mine, "transport", None), getattr(_mine, "way", None)
    _mine.transport, _mine.way = transport, None
    try:
        yield
    finally:
        _mine.transport, _mine.way = before


def forget() -> None:
    """Closes this thread's transport; the next letter opens it anew, as the settings say then."""
    transport, _mine.transport, _mine.way = getattr(_mine, "transport", None), None, None
    if transport is not None:
        transport.close()


def _open(way: dict[str, object], patience: float | None = None) -> Transport:
    if way["kind"] == "smtp":
        from mail import smtp

        return smtp.Connection(way, patience or smtp.LETTER_TIMEOUT)
    if way["kind"] == "anymail":
        from mail import providers

        return providers.of(str(way["backend"]))
    return Kept()
