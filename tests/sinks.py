"""A real SMTP server on loopback (aiosmtpd) that keeps what it accepts, and can be told to misbehave."""

import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from mail import transports

Answer = Callable[[Envelope], str | None]


@dataclass
class Sink:
    """What arrived, in order. `on_mail`, `on_rcpt` and `on_data` may answer otherwise than 250; `hang_up` names
    the phase (`data` inside, `dot` after the final dot) in which the connection is cut instead."""

    port: int = 0
    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    on_mail: str = ""
    on_rcpt: str = ""
    on_data: str = ""
    hang_up: str = ""

    def transport(self) -> dict[str, Any]:
        """This server as MAIL_TRANSPORT."""
        return {"kind": "smtp", "host": "127.0.0.1", "port": self.port}

    def to(self, address: str) -> list[EmailMessage]:
        """The letters that `address` got, parsed."""
        return [parse(content) for recipient, content in self.accepted if recipient == address]

    def subjects(self, address: str) -> list[str]:
        """Their subjects, in order."""
        return [str(letter["Subject"]) for letter in self.to(address)]


def parse(content: bytes) -> EmailMessage:
    """One raw letter, parsed."""
    letter = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(letter, EmailMessage)
    return letter


class Handler:
    """Aiosmtpd's hooks, which keep letters in a sink or answer what the sink was told to."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if self.sink.on_mail:
            return self.sink.on_mail
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if self.sink.on_rcpt:
            return self.sink.on_rcpt
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.sink.on_data:
            return self.sink.on_data
        if self.sink.hang_up == "before dot":
            server.transport.abort()
            return "451 never read"
        assert isinstance(envelope.content, bytes)
        self.sink.accepted += [(address, envelope.content) for address in envelope.rcpt_tos]
        if self.sink.hang_up == "after dot":
            server.transport.abort()
        return "250 kept"


@contextmanager
def listening() -> Iterator[Sink]:
    """A sink that listens on a free port of loopback."""
    sink = Sink()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        sink.port = free.getsockname()[1]
    controller = Controller(Handler(sink), hostname="127.0.0.1", port=sink.port)
    controller.start()
    transports.forget()
    try:
        yield sink
    finally:
        transports.forget()
        controller.stop()
