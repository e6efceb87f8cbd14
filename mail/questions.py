"""How far apart questions come: a letter that holds one (`LetterVersion.holds`) waits until the last lies far back.

The house says it for all (`surveys_apart` of the sending rules); the room that keeps the questions may say it of one.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q, QuerySet

from mail.models import Message
from members import durations

HELD = "survey"
LEFT = (Message.Status.SENT, Message.Status.UNKNOWN, Message.Status.SUBMITTING)
Apart = Callable[[Collection[str]], Mapping[str, str]]
_own: list[Apart] = []


def bind(own: Apart) -> None:
    """Says who knows of a span of a question's own: from names to durations, left out where it has none."""
    _own[:] = [own]


def named(message: Message) -> str:
    """The question that a letter holds, where its version was read with it; else empty."""
    version = message._state.fields_cache.get("letter_version")
    return str(version.holds.get(HELD, "")) if version else ""


@dataclass
class Asked:
    """When members of a batch were asked, which of the letters ask, and how far apart each has to come."""

    moments: dict[int, list[dt.datetime]] = field(default_factory=lambda: defaultdict(list))
    letters: dict[int, str] = field(default_factory=dict)
    apart: Mapping[str, str] = field(default_factory=dict)

    def note(self, message: Message, at: dt.datetime) -> None:
        """Counts a letter that leaves."""
        if message.pk in self.letters:
            self.moments[message.member_id].append(at)

    def span(self, message: Message, usual: str) -> str:
        """How far from the last question this letter has to come; empty where it asks nothing."""
        slug = self.letters.get(message.pk)
        return self.apart.get(slug, usual) if slug else ""


def known(messages: Collection[Message], usual: str, now: dt.datetime) -> Asked:
    """What the members of these letters were asked, and which of their letters ask; nothing is read where none does.

    A letter that another worker is about to hand over counts as leaving at `now`.
    """
    asking = {message.pk: slug for message in messages if (slug := named(message))}
    if not asking:
        return Asked()
    own = {slug: span for ask in _own for slug, span in ask(set(asking.values())).items()}
    asked = Asked(letters=asking, apart=own)
    longest = max(durations.span(span) for span in (usual, *own.values()))
    members = {message.member_id for message in messages if message.pk in asking}
    for row in _rows(members, now - longest - dt.timedelta(days=32), now).exclude(pk__in=asking):
        if row.status in LEFT and row.submitted_at:
            asked.moments[row.member_id].append(row.submitted_at)
        elif row.slot and row.slot == row.lease:
            asked.moments[row.member_id].append(now)
        else:
            asked.letters[row.pk] = row.slug
    return asked


def _rows(members: Collection[int], since: dt.datetime, now: dt.datetime) -> QuerySet[Any]:
    due = Q(status=Message.Status.QUEUED, due_at__lte=now) | Q(status=Message.Status.CLAIMED)
    rows = Message.objects.filter(Q(status__in=LEFT, submitted_at__gt=since) | due, member__in=members)
    rows = rows.filter(letter_version__holds__has_key=HELD).annotate(slug=F(f"letter_version__holds__{HELD}"))
    return rows.only("pk", "member_id", "status", "submitted_at", "lease", "slot")
