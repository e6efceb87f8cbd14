"""One rendered letter → the bytes that travel: RFC 5322 with headers that machines and people can both read.

Put together by hand: Python's e-mail policy folds long links into encoded words that no machine reads,
and takes several times as long as all the rest of a letter.
"""

from __future__ import annotations

import binascii
import datetime
import functools
import hashlib
import re
from email import header, utils

import email_validator

from mail.rendering import Rendered, one_line

Person = tuple[str, str]
LONGEST_LINE = 998  # RFC 5322 2.1.1, octets without the line end
LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
DOMAIN = re.compile(
    r"(?=.{1,253}\Z)(?:[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
PRINTABLE = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*")
LINE_END = re.compile(r"\r\n|\r|\n")


class Unmailable(Exception):
    """This letter cannot be put into the post; the message says why in plain words."""


def build(
    letter: Rendered,
    *,
    sender: Person,
    to: Person,
    date: datetime.datetime,
    message_id: str,
    reply_to: Person | None = None,
    list_id: str = "",
    feedback_id: str = "",
    unsubscribe_url: str = "",
) -> bytes:
    """The letter as bytes with CRLF line ends, text before HTML (RFC 2046 5.1.4).

    People are (name, address) pairs; `date` is aware; `message_id` is given whole, with its angle brackets.
    `unsubscribe_url` (https, marketing only) becomes one-click unsubscribing after RFC 8058. The same arguments
    give the same bytes. Unmailable when an address or a machine's header cannot be written in ASCII.
    """
    boundary = "=_" + hashlib.sha256(message_id.encode()).hexdigest()[:32]
    lines = [
        _field("From", _person(sender)),
        *([_field("Reply-To", _person(reply_to))] if reply_to else []),
        _field("To", _person(to)),
        _field("Subject", _words(one_line(letter.subject), "Subject")),
        _field("Date", utils.format_datetime(date)),
        _field("Message-ID", machine("Message-ID", message_id)),
        *_machine_lines(unsubscribe_url, list_id, feedback_id),
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"',
    ]
    head = "\r\n".join(lines).encode("ascii")
    parts = _part("plain", letter.text, boundary) + _part("html", letter.html, boundary)
    return head + b"\r\n\r\n" + parts + f"--{boundary}--\r\n".encode("ascii")


def address(written: str) -> str:
    """The address as mail servers take it, an international domain in its ASCII form (IDNA).

    Unmailable when it is none, or has letters before the @ that only servers with SMTPUTF8 understand.
    """
    local, at, domain = written.strip().rpartition("@")
    if not at or not local.isascii():
        raise Unmailable(f"“{one_line(written)}” is not an address that every mail server takes")
    domain = domain if domain.isascii() else _ascii_domain(domain)
    if not LOCAL.fullmatch(local) or len(local) > 64 or not DOMAIN.fullmatch(domain):
        raise Unmailable(f"“{one_line(written)}” is not an e-mail address")
    return f"{local}@{domain}"


def machine(name: str, value: str) -> str:
    """The value of a header that machines read: plain ASCII on one line, never an encoded word (RFC 2047 5)."""
    if not PRINTABLE.fullmatch(value) or "=?" in value:
        raise Unmailable(f"{name} cannot be written: {one_line(value)[:80]!r}")
    return value


def _machine_lines(unsubscribe_url: str, list_id: str, feedback_id: str) -> list[str]:
    found = {"List-Id": list_id, "Feedback-ID": feedback_id}
    if unsubscribe_url:
        if not re.fullmatch(r"https?://[^\s<>]+", unsubscribe_url):
            raise Unmailable("the link to unsubscribe is not a web address")
        found |= {
            "List-Unsubscribe": f"<{unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return [_field(name, machine(name, value)) for name, value in found.items() if value]


def _field(name: str, value: str) -> str:
    line = f"{name}: {value}"
    if max(map(len, line.split("\r\n"))) > LONGEST_LINE:
        raise Unmailable(f"{name} is too long")
    return line


def _person(person: Person) -> str:
    name, where = one_line(person[0]), address(person[1])
    if not name:
        return where
    if PRINTABLE.fullmatch(name) and "=?" not in name and len(name) <= 60:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{where}>'
    return f"{_words(name, 'Reply-To')}\r\n <{where}>"


@functools.lru_cache(maxsize=2048)
def _words(value: str, name: str) -> str:
    """Words for people, RFC 2047 encoded where they are not plain ASCII that fits on a line."""
    if PRINTABLE.fullmatch(value) and "=?" not in value and len(value) + len(name) <= 76:
        return value
    readable = value.encode("utf-8", "replace").decode()
    return header.Header(readable, "utf-8", maxlinelen=75, header_name=name).encode(linesep="\r\n")


@functools.lru_cache(maxsize=2048)
def _ascii_domain(domain: str) -> str:
    try:
        return email_validator.validate_email(
            f"post@{domain}", check_deliverability=False, test_environment=True
        ).ascii_domain
    except email_validator.EmailNotValidError as error:
        raise Unmailable(f"“{one_line(domain)}” is not the name of a mail server") from error


def _part(kind: str, body: str, boundary: str) -> bytes:
    # The line end also tells quoted-printable how to end the lines that it breaks itself.
    data = LINE_END.sub("\r\n", body if "\n" in body else f"{body}\n").encode("utf-8", "replace")
    # Quoted-printable stays readable and small for Latin letters; scripts beyond them are shorter in base64.
    encoding, coded = "quoted-printable", binascii.b2a_qp(data, istext=True)
    if len(coded) > len(data) * 3 // 2:
        encoding, coded = "base64", _base64(data)
    head = (
        f'--{boundary}\r\nContent-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}'
    )
    return head.encode("ascii") + b"\r\n\r\n" + coded + b"\r\n"


def _base64(data: bytes) -> bytes:
    return b"\r\n".join(
        binascii.b2a_base64(data[at : at + 57], newline=False) for at in range(0, len(data), 57)
    )
