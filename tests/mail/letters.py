"""Letters that are due, written straight into the queue, and what became of them."""

import datetime as dt
import uuid
from typing import Any

from mail import outbox, sending_rules
from mail.models import Letter, LetterVersion, Message, Sender
from mail.models.message import Purpose
from members.models import Member
from office.models import House

TEXT = "{{ member.first_name }} {{ links.unsubscribe }} {{ links.preferences }} {{ business.address }}"
CHRISTMAS = {"from": "12-24", "to": "12-26", "name": "Christmas"}


def version(now: dt.datetime) -> LetterVersion:
    """One plain letter, published."""
    if known := LetterVersion.objects.filter(letter__slug="plain").first():
        return known
    House.objects.get_or_create(defaults={"name": "Club", "postal_address": "Street 1, 1000 Town"})
    sender = Sender.objects.create(slug="anna", name="Anna Bak", email="anna@example.com")
    texts = {"en": {"subject": "Hello", "preheader": "", "html": f"<p>{TEXT}</p>", "text": TEXT}}
    return LetterVersion.objects.create(
        letter=Letter.objects.create(slug="plain"), number=1, sender=sender, language="en", texts=texts,
        source={}, digest="", published_at=now,
    )  # fmt: skip


def due(member: Member, at: dt.datetime, purpose: str = "value", *, valid: int = 5, **said: Any) -> Message:
    """A letter of this purpose, due at `at`, worth sending for `valid` days."""
    key = f"test:{uuid.uuid4()}"
    marketing = purpose != Purpose.TRANSACTIONAL
    draft = outbox.Draft(
        key=key, group=key, member=member, letter_version=version(at), purpose=Purpose(purpose),
        topic="membership" if marketing else "", due_at=at, not_after=at + dt.timedelta(days=valid), **said,
    )  # fmt: skip
    outbox.queue([draft], at)
    return Message.objects.get(key=key)


def send(now: dt.datetime) -> None:
    """Everything that is due."""
    while outbox.send_due(now):
        pass


def again(message: Message) -> Message:
    """The letter as the database has it now."""
    return Message.objects.get(pk=message.pk)


def told(message: Message) -> tuple[str, str]:
    """Where the letter is, and why in words."""
    row = again(message)
    return row.status, row.reason_in_words


def rule(now: dt.datetime, **parts: Any) -> None:
    """Sets parts of the sending rules."""
    sending_rules.save(parts, now)
