"""Letters that came back by mail, for houses without a mail provider: read, and applied like a provider's report.

Which addresses failed is found by flufl.bounce, in any of the forms that mail servers write. Anybody can send a mail
that looks like one: it acts only if it names a letter of ours, by our Message-ID in what came back or by the address
it came to (VERP, `bounces+<letter>@…`), that left here for an address that it says failed.
"""

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

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from flufl.bounce import all_failures

from mail import bounce_kinds, tracking
from mail.models import Message
from members import identity

LARGEST = 5 * 1024 * 1024  # bytes; one that brings a larger letter back is not looked into
PLACES = ("Delivered-To", "X-Original-To", "Envelope-To", "To")  # where a mail says which address it came to
NAMING = ("Message-ID", "References", "In-Reply-To", "X-Failed-Message-ID")
VERP = re.compile(r"\+([0-9a-f]{32})@", re.IGNORECASE)
LONGEST = 300


@dataclass(frozen=True)
class Returned:
    """What a bounce mail says: the addresses that failed, for good or for now, why, and the letters it may mean."""

    lasting: frozenset[str]
    passing: frozenset[str]
    why: str
    letters: tuple[uuid.UUID, ...]
    at: dt.datetime | None
    ident: str


def read(raw: bytes) -> Returned | None:
    """What a mail says came back; None when it names no address, as an answer or a note of absence does."""
    if len(raw) > LARGEST:
        return None
    mail = email.message_from_bytes(raw, policy=email.policy.compat32)
    passing, lasting = (_addresses(found) for found in all_failures(mail))
    if not passing and not lasting:
        return None
    named = tuple(dict.fromkeys(_letters(mail)))
    ident = hashlib.sha256(_plain(mail.get("Message-ID")).encode() or raw).hexdigest()[:32]
    return Returned(lasting, passing - lasting, _why(mail), named, _date(mail), ident)


def apply(raw: bytes, now: dt.datetime) -> str:
    """Writes down that a letter came back; why not, where nothing was written. The same mail again changes nothing."""
    try:
        returned = read(raw)
    except Exception as error:  # mail from anywhere breaks parsers in ways that nobody lists
        return _("This mail cannot be read (%(why)s).") % {"why": type(error).__name__}
    if returned is None:
        return _("This mail does not say that a letter came back.")
    message = _letter(returned)
    if message is None:
        return _("It names no letter that left here for an address that failed.")
    with transaction.atomic():
        return tracking.apply(_told(returned, message, now), now)


def _letter(returned: Returned) -> Message | None:
    failed = {identity.email_key(address) for address in returned.lasting | returned.passing}
    letters = {row.uuid: row for row in Message.objects.filter(uuid__in=returned.letters)}
    named = (letters[one] for one in returned.letters if one in letters)
    return next((letter for letter in named if identity.email_key(letter.address) in failed), None)


def _told(returned: Returned, message: Message, now: dt.datetime) -> tracking.Told:
    lasts = identity.email_key(message.address) in {identity.email_key(one) for one in returned.lasting}
    kind = bounce_kinds.of_text(returned.why, bounce_kinds.HARD) if lasts else bounce_kinds.SOFT
    at = max(filter(None, (returned.at, message.submitted_at)), default=now)
    return tracking.Told(kind, message.uuid, message.address, min(at, now), returned.ident, returned.why)


def _addresses(found: object) -> frozenset[str]:
    rows = list(found) if isinstance(found, set | frozenset | list | tuple) else []
    texts = (one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in rows)
    return frozenset(text.strip().strip("<>") for text in texts if text.strip())


def _letters(mail: Mail) -> Iterator[uuid.UUID]:
    """The letters a mail may mean, the surest sign first."""
    for name in PLACES:
        for text in mail.get_all(name, []):
            if found := VERP.search(_plain(text)):
                yield uuid.UUID(found[1])
    ours = re.compile(rf"<([0-9a-f]{{32}})@{re.escape(settings.MAIL_DOMAIN)}>", re.IGNORECASE)
    for part in mail.walk():
        texts = [_plain(text) for name in NAMING for text in part.get_all(name, [])]
        if part.get_content_maintype() == "text":
            texts.append(_body(part))
        for text in texts:
            yield from (uuid.UUID(found) for found in ours.findall(text))


def _why(mail: Mail) -> str:
    """The status and the words of the mail server that refused it; else the first status anywhere in the text."""
    for part in mail.walk():
        if part.get("Status") or part.get("Diagnostic-Code"):
            said = f"{_plain(part.get('Status'))} {_plain(part.get('Diagnostic-Code'))}"
            return " ".join(said.split())[:LONGEST]
    for part in mail.walk():
        text = _body(part) if part.get_content_maintype() == "text" else ""
        if found := bounce_kinds.CODE.search(text):
            return " ".join(text[found.start() : found.start() + LONGEST].split())
    return ""


def _body(part: Mail) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _date(mail: Mail) -> dt.datetime | None:
    try:
        found = utils.parsedate_to_datetime(_plain(mail.get("Date")))
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _plain(value: object) -> str:
    return str(value or "")
