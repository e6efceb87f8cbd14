"""What members write back, as their mail programs send it, and a letter for it to answer."""

import base64
import datetime as dt
from typing import Any

from mail import incoming
from mail.models import Incoming, Message
from members import answering
from tests.mail import letters

WHO = "provider:opensesame"
PROOF = {"Authorization": "Basic " + base64.b64encode(WHO.encode()).decode()}


def sent(member: Any, now: dt.datetime, purpose: str = "value") -> Message:
    """A letter that left for this member at `now`."""
    message = letters.due(member, now, purpose)
    message.status, message.submitted_at, message.finished_at = "sent", now, now
    message.address, message.subject = member.email, "Welcome"
    message.save()
    return message


def mail(letter: Message | None = None, text: str = "I come on Thursday.", **headers: str) -> bytes:
    """A mail as somebody's program writes it; headers may be changed (`_` for `-`) and, empty, left out."""
    known = {
        "From": "Ingrid <ingrid@example.com>",
        "To": "Anna Bak <anna@example.com>",
        "Subject": "Re: Welcome",
        "Message-ID": "<reply-1@phone.example>",
        "Date": "Mon, 02 Mar 2026 22:00:00 +0000",
        "In-Reply-To": letter.message_id if letter else "",
        "Content-Type": "text/plain; charset=utf-8",
    }
    known |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in known.items() if value]
    return ("\r\n".join(lines) + "\r\n\r\n" + text).encode()


def arrive(raw: bytes, now: dt.datetime) -> Incoming:
    """Has a mail come in by the mailbox and read; what became of it."""
    incoming.store(incoming.IMAP, [raw], now)
    while incoming.apply_waiting(now):
        pass
    while answering.answer(lambda _name: (), now):
        pass  # nothing is sent to whom something happened that is not answered
    return Incoming.objects.latest("pk")
