"""A mail from outside, read once: who says they wrote it, when, which letters it answers, what is new in it."""

import datetime as dt
import email
import email.policy
import hashlib
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from email import utils
from email.message import Message as Mail
from typing import Any

from django.conf import settings

from mail import decoding, quoting

TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc")
TOKEN = re.compile(r"\+([0-9a-f]{32})@", re.IGNORECASE)
MOST_NAMED = 50


@dataclass(frozen=True)
class Received:
    """What the mail says of itself; nothing of it is proved. `letters` of ours that it may answer, surest first."""

    key: str
    message_id: str
    from_name: str
    from_address: str
    subject: str
    written_at: dt.datetime | None
    letters: tuple[uuid.UUID, ...]
    text: str
    whole: str
    files: list[dict[str, Any]]


def parse(raw: bytes) -> Mail:
    """The bytes as a mail, whatever they are."""
    return email.message_from_bytes(raw, policy=email.policy.compat32)


def read(mail: Mail) -> Received:
    """Everything that we need of a mail. `key` is the same for copies of it that came by different ways."""
    name, address = decoding.address(mail, "From")
    whole = decoding.text(mail)
    message_id = decoding.header(mail, "Message-ID", 300)
    told = (message_id, address, decoding.header(mail, "Date")) if message_id else (address, whole)
    return Received(
        key=hashlib.sha256("\0".join(told).encode("utf-8", "replace")).hexdigest(),
        message_id=message_id,
        from_name=name,
        from_address=address,
        subject=decoding.header(mail, "Subject", 400)[:400],
        written_at=_date(mail),
        letters=tuple(dict.fromkeys(_letters(mail))),
        text=quoting.new_text(whole),
        whole=whole,
        files=decoding.files(mail),
    )


def is_ours(one: Received) -> bool:
    """Whether it left here itself: a copy of a letter, or one that went in a circle."""
    ours = settings.MAIL_ADDRESS.lower() == one.from_address.lower()
    return ours or bool(_our_ids().fullmatch(one.message_id))


def _letters(mail: Mail) -> Iterator[uuid.UUID]:
    """What it answers comes before what was written earlier in the talk, latest first; then a token in the address."""
    answered = decoding.all_headers(mail, "In-Reply-To")
    earlier = decoding.all_headers(mail, "References")
    for line in (*answered, *(" ".join(reversed(line.split())) for line in earlier)):
        for found in _our_ids().findall(line)[:MOST_NAMED]:
            yield uuid.UUID(found)
    for line in decoding.all_headers(mail, *TO):
        for found in TOKEN.findall(line)[:MOST_NAMED]:
            yield uuid.UUID(found)


def _our_ids() -> re.Pattern[str]:
    return re.compile(rf"<([0-9a-f]{{32}})@{re.escape(settings.MAIL_DOMAIN)}>", re.IGNORECASE)


def _date(mail: Mail) -> dt.datetime | None:
    try:
        found = utils.parsedate_to_datetime(decoding.header(mail, "Date"))
        found = found if found.tzinfo else found.replace(tzinfo=dt.UTC)
        return found.astimezone(dt.UTC)
    except (ValueError, TypeError, OverflowError):
        return None
