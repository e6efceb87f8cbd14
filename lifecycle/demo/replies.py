"""What members of the demo club wrote back: two wait, one of them too long, one is answered, one is nobody's."""

import datetime as dt
import hashlib
from collections.abc import Sequence

from mail import replies
from mail.models import Message, Reply
from members import events
from office.models import User

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
# How long ago, what they wrote, and whether somebody answered.
WRITTEN = (
    (
        6 * DAY,
        "Hi Anna,\n\nThank you, how nice to hear from a person. Is there room for a pram in the hall?",
        False,
    ),
    (3 * HOUR, "I would like to come on Thursday, but I know nobody. Is that all right?", False),
    (9 * DAY, "Company, mostly! My neighbour is here every week.", True),
)
QUOTED = "\n\nOn Monday, Anna Bak wrote:\n> What made you join? Just write back, a person reads it."
STRANGER = (
    "Harald Brink",
    "h.brink@post.example",
    "Is the hall for hire on the 14th? We are about forty people.",
)


def write(letters: Sequence[Message], now: dt.datetime) -> list[Reply]:
    """Writes them to the latest letters that were sent to people with addresses, as history: they start nothing."""
    sent = sorted((row for row in letters if row.submitted_at and row.address), key=lambda row: row.pk)
    found: list[Reply] = []
    for ago, text, is_answered in WRITTEN:
        taken = {reply.member_id for reply in found}
        fitting = [row for row in sent if row.submitted_at and row.submitted_at < now - ago]
        letter = next((row for row in reversed(fitting) if row.member_id not in taken), None)
        if letter:
            found.append(
                _reply(letter, text, now - ago, answered_at=now - ago + 5 * HOUR if is_answered else None)
            )
    return [*found, _stranger(now - DAY)]


def _reply(letter: Message, text: str, at: dt.datetime, answered_at: dt.datetime | None) -> Reply:
    member = letter.member
    reply = Reply.objects.create(
        key=_key(text),
        member=member,
        letter=letter,
        found_by=Reply.Found.LETTER,
        from_name=member.name,
        from_address=letter.address,
        subject=f"Re: {letter.subject}"[:400],
        text=text,
        whole=text + QUOTED,
        written_at=at,
        received_at=at,
        answered_at=answered_at,
        answered_by=User.objects.filter(username="karen").first() if answered_at else None,
    )
    events.record(replies.told(reply), at, quiet=True)
    return reply


def _stranger(at: dt.datetime) -> Reply:
    name, address, text = STRANGER
    return Reply.objects.create(
        key=_key(text), from_name=name, from_address=address, subject="The hall", text=text, whole=text,
        written_at=at, received_at=at,
    )  # fmt: skip


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
