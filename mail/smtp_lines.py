"""smtplib's connection with patience that ends: a server that speaks a byte a minute is as dead as a silent one.

smtplib's own timeout begins anew with every byte that arrives.
"""

import smtplib
import time
from typing import Any, Protocol

CHUNK = 4096


class Server(Protocol):
    """What of smtplib's connection is used here."""

    sock: Any

    def patience(self, until: float) -> None: ...
    def send(self, text: bytes | str) -> None: ...
    def getreply(self) -> tuple[int, bytes]: ...
    def docmd(self, cmd: str) -> tuple[int, bytes]: ...
    def has_extn(self, opt: str) -> bool: ...
    def ehlo_or_helo_if_needed(self) -> None: ...
    def starttls(self) -> Any: ...
    def login(self, user: str, password: str) -> Any: ...
    def rset(self) -> Any: ...
    def quit(self) -> Any: ...
    def close(self) -> None: ...


def connect(host: str, port: int, timeout: float, *, tls: bool) -> Server:
    """A connection that was greeted within `timeout` seconds. Raises OSError or SMTPException."""
    return (_Secret if tls else _Plain)(host, port, timeout)


class _Patient(smtplib.SMTP):
    def __init__(self, host: str, port: int, timeout: float) -> None:
        self._until = time.monotonic() + 2 * timeout  # the line, then its greeting
        super().__init__(host, port, timeout=timeout)

    def patience(self, until: float) -> None:
        """Everything that is said from here on must be answered by then (monotonic seconds)."""
        self._until = until
        if self.sock is not None:
            self.sock.settimeout(self.left())

    def left(self) -> float:
        """Seconds of patience, never none: a socket without a timeout waits for ever."""
        return max(0.1, self._until - time.monotonic())

    def getreply(self) -> tuple[int, bytes]:
        """The next answer. TimeoutError when it is not whole in time."""
        if self.file is None and self.sock is not None:
            self.file = _Lines(self)
        try:
            return super().getreply()
        except smtplib.SMTPServerDisconnected as error:  # smtplib calls silence a hang-up
            if isinstance(error.__context__, TimeoutError):
                raise TimeoutError("timed out") from error
            raise


class _Plain(_Patient):
    pass


class _Secret(_Patient, smtplib.SMTP_SSL):
    pass


class _Lines:
    """The file that smtplib reads answers from."""

    def __init__(self, server: _Patient) -> None:
        self._server, self._kept = server, b""

    def readline(self, longest: int) -> bytes:
        """One line with its end; what there is of it when the other side hung up."""
        while (end := self._kept.find(b"\n")) < 0 and len(self._kept) < longest:
            if time.monotonic() >= self._server._until:
                raise TimeoutError("timed out")
            assert self._server.sock is not None
            self._server.sock.settimeout(self._server.left())
            if not (heard := self._server.sock.recv(CHUNK)):
                break
            self._kept += heard
        size = min(end + 1 or len(self._kept), longest)
        line, self._kept = self._kept[:size], self._kept[size:]
        return line

    def close(self) -> None:
        """Nothing is open besides the socket."""
