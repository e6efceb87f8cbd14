"""Notes to people who work here. They are no letters to members: no consent is asked and no ledger kept, but they take
the same way out."""

import datetime as dt
import email.policy
import logging
import uuid
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from django.conf import settings

from mail import rendering, transports
from office.models import House, User

log = logging.getLogger(__name__)


def send(people: Sequence[User], subject: str, text: str, now: dt.datetime) -> int:
    """Hands a note to each of these people who have an address; to how many it was accepted. Uses the network."""
    return sum(_send(person, subject, text, now) for person in people if person.email)


def _send(person: User, subject: str, text: str, now: dt.datetime) -> bool:
    ident = uuid.uuid4().hex
    try:
        note = _note(person, subject, text, now, ident)
        envelope = transports.Envelope(settings.MAIL_ADDRESS, person.email, note, ident)
        transports.current().submit(envelope)
    except (transports.Later, transports.Refused, transports.Unclear, ValueError) as error:
        log.warning("a note to %s did not leave: %s", person.username, error)
        return False
    return True


def _note(person: User, subject: str, text: str, now: dt.datetime, ident: str) -> bytes:
    note = EmailMessage(policy=email.policy.SMTP)
    note["From"] = Address(rendering.one_line(House.current().name), addr_spec=settings.MAIL_ADDRESS)
    note["To"] = Address(rendering.one_line(person.get_full_name()), addr_spec=person.email)
    note["Subject"] = rendering.one_line(subject)
    note["Date"] = format_datetime(now)
    note["Message-ID"] = f"<{ident}@{settings.MAIL_DOMAIN}>"
    note["Auto-Submitted"] = "auto-generated"
    note.set_content(text)
    return note.as_bytes()
