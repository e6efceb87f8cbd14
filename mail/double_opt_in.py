"""A yes that needs a second one: the letter that asks for it, and how often it may be sent.

The letter is about nothing but the question, so that it may be sent without the permission it asks for.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence

from django.conf import settings

from mail import compiling, outbox
from mail.models import Letter, LetterVersion, Message, Sender
from mail.models.message import Purpose
from mail.values import CONFIRMING
from members import consent
from members.models import Consent, Event, Member
from office.models import House

SLUG = "second-yes"
VALID = dt.timedelta(days=3)
MOST, APART = 3, dt.timedelta(days=1)
TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "subject": "Do you want letters from {{ business.name }}?",
        "preheader": "One click, and you get them.",
        "body": (
            "Hi{% if member.first_name %} {{ member.first_name }}{% endif %},\n\nsomebody, probably you, asked us to "
            "send letters to this address. Is that right?\n\n[Yes, send them]({{ links.confirm }})\n\nIf it was not "
            "you, do nothing: none will come. The link works for two weeks."
        ),
    },
    "da": {
        "subject": "Vil du have breve fra {{ business.name }}?",
        "preheader": "Ét klik, så får du dem.",
        "body": (
            "Hej{% if member.first_name %} {{ member.first_name }}{% endif %},\n\nnogen, nok dig, har bedt os "
            "sende breve til denne adresse. Er det rigtigt?\n\n[Ja, send dem]({{ links.confirm }})\n\nVar det ikke "
            "dig, skal du ikke gøre noget: så kommer der ingen. Linket virker i to uger."
        ),
    },
}


def ask(events: Sequence[Event], now: dt.datetime) -> None:
    """Answers `consent.asked`: a letter to each member whose yes still waits for a second one."""
    lines = {event.data["line"]: event for event in events}
    waiting = Consent.objects.filter(pk__in=lines, pending=True).select_related("member")
    outbox.queue([_draft(line, 1, now) for line in waiting if _still_waits(line)], now)


def ask_again(member: Member, topic: str, now: dt.datetime) -> bool:
    """Sends the letter once more; False when that was done lately or often enough, or nothing is waited for."""
    line = consent.standing([member.pk], [topic]).get((member.pk, topic))
    if line is None or not line.pending:
        return False
    sent = Message.objects.filter(member=member, key__startswith=f"{CONFIRMING}{line.pk}:")
    if sent.count() >= MOST or sent.filter(created_at__gt=now - APART).exists():
        return False
    outbox.queue([_draft(line, sent.count() + 1, now)], now)
    return True


def _still_waits(line: Consent) -> bool:
    key = (line.member_id, line.topic)
    return consent.standing([line.member_id], [line.topic])[key] == line and line.member.erased_at is None


def _draft(line: Consent, time: int, now: dt.datetime) -> outbox.Draft:
    return outbox.Draft(
        key=f"{CONFIRMING}{line.pk}:{time}",
        group="",
        member=line.member,
        letter_version=_letter(now),
        purpose=Purpose.TRANSACTIONAL,
        topic=line.topic,
        due_at=now,
        not_after=now + VALID,
        at_once=True,
    )


def _letter(now: dt.datetime) -> LetterVersion:
    """The letter in every language it has, published when it is first needed, and again when its words change."""
    digest = hashlib.sha256(json.dumps(TEXTS, sort_keys=True).encode()).hexdigest()
    letter, _is_new = Letter.objects.get_or_create(slug=SLUG)
    newest = letter.versions.order_by("-number").first()
    if newest and newest.digest == digest:
        return newest
    compiled = {
        language: compiling.compile_letter(dict(source), language=language, marketing=False).texts()
        for language, source in TEXTS.items()
    }
    house = House.current()
    return LetterVersion.objects.create(
        letter=letter,
        number=newest.number + 1 if newest else 1,
        sender=_sender(house),
        language=house.language if house.language in TEXTS else "en",
        texts=compiled,
        source=TEXTS,
        digest=digest,
        published_at=now,
    )


def _sender(house: House) -> Sender:
    named = {"name": house.name[:120], "email": house.email or settings.MAIL_ADDRESS}
    return Sender.objects.get_or_create(slug="house", defaults=named)[0]
