"""What a member allows, topic by topic with its proof, and a line that staff add to the ledger."""

import datetime as dt
import re
from dataclasses import dataclass

from django.db import transaction

from mail import topics as known
from members import consent
from members.models import Consent, Member
from office import audit
from office.models import User

TOPIC = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}", re.ASCII)


@dataclass(frozen=True)
class Topic:
    """One kind of letters: its words, what counts, and all that was said before, latest first."""

    words: str
    line: Consent
    earlier: list[Consent]


def topics(member: Member) -> list[Topic]:
    """What the member was asked, or said, about each kind of letters; one query."""
    lines: dict[str, list[Consent]] = {}
    for line in member.consents.order_by("-at", "-id"):
        lines.setdefault(line.topic, []).append(line)
    return [Topic(known.words(topic), said[0], said[1:]) for topic, said in sorted(lines.items())]


def choices(said: list[Topic]) -> list[tuple[str, str]]:
    """The kinds of letters that staff may write a line about: those known here and those somebody spoke of."""
    names = set(known.known()) | {topic.line.topic for topic in said}
    return [(name, known.words(name)) for name in sorted(names)]


def is_topic(text: str) -> bool:
    """Whether this can be the name of a kind of letters."""
    return bool(TOPIC.fullmatch(text))


def write(member: Member, topic: str, granted: bool, proof: str, by: User, now: dt.datetime) -> None:
    """Adds what the member said to staff, with its proof; the log of changes keeps who wrote it, not the words."""
    with transaction.atomic():
        say = consent.grant if granted else consent.withdraw
        say(member, topic, now, now, proof=proof[:500], source="staff")
        deed = "consent.granted" if granted else "consent.withdrawn"
        audit.record(by, deed, member, now, member=member.uuid, topic=topic)
