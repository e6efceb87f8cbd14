"""SMTP with its phases apart: only who knows how far a letter came can tell "not accepted" from "unclear".

Django's backend and `smtplib.sendmail` raise the same error before and after the final dot (RFC 5321 4.2.5, 6.1),
so this speaks the commands itself over smtplib's connection, which stays open between letters.
"""

import contextlib
import smtplib
import time
from collections.abc import Mapping
from typing import Any

from mail import smtp_answers, smtp_lines
from mail.transports import Envelope, Later, OneByOne, Unclear

CONNECT_TIMEOUT = 10.0  # seconds
COMMAND_TIMEOUT = 60.0
LETTER_TIMEOUT = 100.0  # a stalled server frees its worker before the lease of 120 s runs out
IDLE_LIMIT = 20.0  # servers hang up on idle clients; a connection older than this is opened anew
LETTERS_PER_CONNECTION = 100


class Connection(OneByOne):
    """One thread's connection to the mail server of `EMAIL_URL`; no letter takes it longer than `patience` seconds."""

    def __init__(self, way: Mapping[str, Any], patience: float = LETTER_TIMEOUT) -> None:
        self._way, self._patience = way, patience
        self._server: smtp_lines.Server | None = None
        self._letters = 0
        self._used = 0.0
        self._deadline = 0.0

    def submit(self, envelope: Envelope) -> None:
        """Hands one letter over. Raises Later, Refused or Unclear (see `mail.transports`)."""
        self._deadline = time.monotonic() + self._patience
        try:
            self._begin(envelope)
            self._limited().send(_dotted(envelope.content))
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            # The final dot was not sent, so the letter cannot have been accepted.
            self.close()
            raise Later(f"connection lost: {error}", affects_all=isinstance(error, TimeoutError)) from error
        self._conclude()
        self._letters += 1
        self._used = time.monotonic()

    def close(self) -> None:
        """Says goodbye; whatever the server answers to that changes nothing about letters it accepted."""
        server, self._server = self._server, None
        if server is not None:
            with contextlib.suppress(Exception):
                server.patience(time.monotonic() + 2)
                server.quit()
            with contextlib.suppress(Exception):
                server.close()

    def _begin(self, envelope: Envelope) -> None:
        """Up to the server's 354, on the open connection; one that it gave up meanwhile is opened anew."""
        worn = self._letters >= LETTERS_PER_CONNECTION or time.monotonic() - self._used > IDLE_LIMIT
        if self._server is not None and worn:
            self.close()
        if self._server is not None:
            with contextlib.suppress(OSError, smtplib.SMTPServerDisconnected):
                answers = self._announce(envelope)
                if answers[0][0] != 421:
                    self._go_on(answers)
                    return
            self.close()
        self._server, self._letters = self._connect(), 0
        self._go_on(self._announce(envelope))

    def _announce(self, envelope: Envelope) -> list[tuple[int, bytes]]:
        """MAIL, RCPT and DATA, in one go where the server can take that (RFC 2920); its answers until a bad one."""
        lines = [f"MAIL FROM:<{envelope.sender}>", f"RCPT TO:<{envelope.recipient}>", "DATA"]
        at_once = self._limited().has_extn("pipelining")
        if at_once:
            self._limited().send("".join(f"{line}\r\n" for line in lines))
        answers: list[tuple[int, bytes]] = []
        for line in lines:
            answers.append(self._limited().getreply() if at_once else self._limited().docmd(line))
            code = answers[-1][0]
            if code == 421 or (code not in {250, 251} and not at_once):
                break
        return answers

    def _go_on(self, answers: list[tuple[int, bytes]]) -> None:
        """Nothing, if the server now waits for the letter; raises what it objected to first."""
        if answers[-1][0] == 354 and any(code not in {250, 251} for code, _text in answers[:-1]):
            self._limited().docmd(".")  # it waits for a letter to nobody (RFC 2920 3.1)
        for place, answer in enumerate(answers):
            self._expect(answer, *((250,), (250, 251), (354,))[place], recipient=place == 1)

    def _limited(self) -> smtp_lines.Server:
        """The open connection, its patience cut to what is left for this letter."""
        if self._server is None or self._server.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        self._server.patience(self._until(COMMAND_TIMEOUT))
        return self._server

    def _until(self, most: float) -> float:
        """Until when an answer is waited for: `most` seconds, or what is left for this letter; monotonic."""
        return min(time.monotonic() + most, self._deadline)

    def _connect(self) -> smtp_lines.Server:
        way = self._way
        try:
            server = smtp_lines.connect(
                str(way["host"]),
                int(way["port"]),
                min(CONNECT_TIMEOUT, self._patience),
                tls=bool(way.get("tls")),
            )
        except (OSError, smtplib.SMTPException) as error:
            raise smtp_answers.unreachable(error) from error
        try:
            if way.get("starttls"):
                server.patience(self._until(CONNECT_TIMEOUT))
                server.starttls()
            server.patience(self._until(CONNECT_TIMEOUT))
            server.ehlo_or_helo_if_needed()
            if way.get("user"):
                server.patience(self._until(COMMAND_TIMEOUT))
                server.login(str(way["user"]), str(way["password"]))
        except (OSError, smtplib.SMTPException) as error:
            server.close()
            raise smtp_answers.unreachable(error) from error
        return server

    def _conclude(self) -> None:
        try:
            answer = self._limited().getreply()
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            self.close()
            is_silent = isinstance(error, TimeoutError)
            raise Unclear(f"no answer after the letter: {error}", affects_all=is_silent) from error
        self._expect(answer, 250)

    def _expect(self, answer: tuple[int, bytes], *codes: int, recipient: bool = False) -> None:
        code, text = answer
        if code in codes:
            return
        if code == 421 or code < 400 or code >= 600:  # 421: the server is about to hang up (RFC 5321 4.5.2)
            self.close()
        else:
            self._reset()
        raise smtp_answers.meaning(code, text.decode("ascii", "replace"), recipient=recipient)

    def _reset(self) -> None:
        if self._server is not None:
            try:
                self._limited().rset()
            except (OSError, smtplib.SMTPException):
                self.close()


def _dotted(content: bytes) -> bytes:
    """The letter as DATA takes it: leading dots doubled, a lone dot at the end (RFC 5321 4.5.2)."""
    doubled = content.rstrip(b"\r\n").replace(b"\n.", b"\n..")
    return (b"." if doubled.startswith(b".") else b"") + doubled + b"\r\n.\r\n"
