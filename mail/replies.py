"""What members write back: whose it is, which letter it answers, and that nobody sells to them before it is answered.

Automatic mail, mail that came back, our own mail and that of colleagues is no reply. Nothing here ever sends a mail,
so no two programs can write to each other for ever.
"""

import datetime as dt
from email.message import Message as Mail

from django.db.models import Q
from django.utils.translation import gettext as _

from mail import automatic, bounces, received
from mail.models import Incoming, Message, Reply, Sender
from mail.received import Received
from members import events, identity
from members.models import Member
from office.models import User

LONGEST = 20_000  # characters of what is new
IN_EVENT = 2000
REPLIED = "letter.replied"
Found = Reply.Found


def take(mail: Mail, row: Incoming, now: dt.datetime) -> str:
    """Writes down one mail in the caller's transaction; why not, where it is no reply. Again it changes nothing."""
    one = received.read(mail)
    if received.is_ours(one):
        return _("It left here itself.")
    if not (one.from_address or one.subject or one.whole or one.files):
        return _("There is no mail in it.")
    letter = _letter(one)
    by_member = letter is not None and _same(letter.address, one.from_address)
    if why := automatic.why(mail, one.from_address):
        came_back = None if by_member else _came_back(mail, row, now)
        return why if came_back is None else came_back
    if not by_member and _is_colleague(one.from_address):
        return _("Somebody who works here wrote it.")
    if letter is None and mail.get("X-Spam-Flag", "").strip().upper() == "YES":
        return _("The mail server took it for spam.")
    if Reply.objects.filter(key=one.key).exists():
        return _("It came before.")
    _write(one, letter, row, now)
    return ""


def record(reply: Reply, now: dt.datetime) -> None:
    """Tells the journey that this reply's member wrote; a reply without a member says nothing."""
    if reply.member is not None:
        events.record(told(reply), now)


def told(reply: Reply) -> events.Draft:
    """The event that says this reply's member wrote."""
    assert reply.member is not None
    said = {
        "reply": str(reply.uuid),
        "letter": str(reply.letter.uuid) if reply.letter else "",
        "subject": reply.subject,
        "text": reply.text[:IN_EVENT],
    }
    data = {name: value for name, value in said.items() if value}
    return events.Draft(REPLIED, reply.member, reply.written_at, event_key(reply), data)


def event_key(reply: Reply) -> str:
    """The key of the event that tells of this reply."""
    return f"{REPLIED}:{reply.uuid}"


def _write(one: Received, letter: Message | None, row: Incoming, now: dt.datetime) -> None:
    member, found_by = _member(one, letter)
    written_at = min(one.written_at or row.received_at, row.received_at)
    if letter and letter.submitted_at:  # nobody answers before they were written to
        written_at = max(written_at, min(letter.submitted_at, row.received_at))
    reply = Reply.objects.create(
        key=one.key,
        incoming=None if Reply.objects.filter(incoming=row).exists() else row,
        member=member,
        letter=letter if member else None,
        found_by=found_by,
        from_name=one.from_name,
        from_address=one.from_address,
        message_id=one.message_id,
        subject=one.subject,
        text=one.text[:LONGEST],
        whole=one.whole,
        files=one.files,
        written_at=written_at,
        received_at=row.received_at,
    )
    record(reply, now)


def _letter(one: Received) -> Message | None:
    """The first letter it names that left here."""
    named = {
        row.uuid: row
        for row in Message.objects.filter(uuid__in=one.letters, submitted_at__isnull=False)
        .select_related("member")
        .defer("values")
    }
    return next((named[ident] for ident in one.letters if ident in named), None)


def _member(one: Received, letter: Message | None) -> tuple[Member | None, str]:
    """Who wrote: the member to whom the letter went, else the only one with that address. An erased one is nobody."""
    if letter and not letter.member.erased_at:
        return letter.member, Found.LETTER
    if not one.from_address:
        return None, Found.NOBODY
    key = identity.email_key(one.from_address)
    known = list(Member.objects.filter(email_key=key, erased_at=None)[:2])
    return (known[0], Found.ADDRESS) if len(known) == 1 else (None, Found.NOBODY)


def _came_back(mail: Mail, row: Incoming, now: dt.datetime) -> str | None:
    """What became of a mail that says a letter came back; None when it says nothing of the kind."""
    try:
        raw = bytes(row.body) if row.source == "imap" else mail.as_bytes()
        if bounces.read(raw) is None:
            return None
    except Exception:  # it cannot be read as one, so it is none
        return None
    return bounces.apply(raw, now)


def _is_colleague(address: str) -> bool:
    if not address:
        return False
    writes = Sender.objects.filter(Q(email__iexact=address) | Q(reply_to__iexact=address))
    return writes.exists() or User.objects.filter(email__iexact=address, is_active=True).exists()


def _same(one: str, other: str) -> bool:
    return bool(one) and identity.email_key(one) == identity.email_key(other)
