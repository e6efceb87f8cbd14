"""A mail server that follows a script: for each phase an answer, a hang-up (`drop`), a byte at a time
without end (`drip`), or nothing at all (`silence`)."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

DROP, SILENCE, DRIP = "drop", "silence", "drip"
USUAL = {
    "connect": "220 hello",
    "EHLO": "250-here\r\n250 8BITMIME",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "dot": "250 kept",
    "RSET": "250 ok",
    "QUIT": "221 bye",
}


class Over(Exception):
    """The conversation ends here."""


@dataclass
class Server:
    """Answers `script[phase]`, one entry after the other, then as usual. `accepted` is what it said 250 to."""

    script: dict[str, list[str]] = field(default_factory=dict)
    accepted: list[bytes] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def transport(self) -> dict[str, Any]:
        """This server as MAIL_TRANSPORT."""
        return {"kind": "smtp", "host": "127.0.0.1", "port": self.port}

    def converse(self, line: socket.socket) -> None:
        """Holds one conversation."""
        self.connections += 1
        with line, line.makefile("rb") as heard:
            try:
                self._say(line, "connect")
                while words := heard.readline():
                    self.heard.append(words.decode("ascii", "replace").strip())
                    self._answer(line, words[:4].decode("ascii", "replace").upper(), heard)
            except (Over, OSError):
                return

    def _answer(self, line: socket.socket, phase: str, heard: Any) -> None:
        if self._next(phase, peek=True) == "drop inside":
            self.script[phase].pop(0)
            line.sendall(b"354 go on\r\n")
            heard.read(20)
            raise Over
        answer = self._say(line, phase)
        if phase == "DATA" and answer.startswith("354"):
            letter = b"".join(iter(heard.readline, b".\r\n"))
            if letter and self._next("dot", peek=True).startswith(("250", "keep")):
                self.accepted.append(letter)
            self._say(line, "dot")
        if phase == "QUIT" or answer.startswith("421"):
            raise Over

    def _say(self, line: socket.socket, phase: str) -> str:
        answer = self._next(phase)
        if answer == SILENCE:
            line.settimeout(5)
            line.recv(1)  # until the other side gives up
            raise Over
        while answer == DRIP:
            line.sendall(b"2")
            time.sleep(0.1)
        if answer in {DROP, "keep, drop"}:
            raise Over
        line.sendall(answer.encode() + b"\r\n")
        return answer

    def _next(self, phase: str, *, peek: bool = False) -> str:
        planned = self.script.get(phase)
        if not planned:
            return USUAL.get(phase, "250 ok")
        return planned[0] if peek else planned.pop(0)


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """The server listens on a free port of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        server.port = door.getsockname()[1]
        thread = threading.Thread(target=_serve, args=(door, server), daemon=True)
        thread.start()
        yield server
        door.shutdown(socket.SHUT_RDWR)


def _serve(door: socket.socket, server: Server) -> None:
    while True:
        try:
            line, _address = door.accept()
        except OSError:
            return
        threading.Thread(target=server.converse, args=(line,), daemon=True).start()
