"""How many of a group a letter would reach, and why not the others, before anybody gets it.

What `mail.arbitration` would say of each letter, for a group of any size: a constant number of queries, read as a
stream. It knows what stops a letter for good, and who has had their share for now; the hours come on top.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, DateTimeField, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from api import secrets
from mail import sending_rules, suppressions
from mail.limits import LEFT
from mail.models import Message, Suppression
from mail.models.message import Purpose
from mail.sending_rules import COUNTED
from members import durations, identity
from members.models import Consent, LetterPause, Member

GETS, PAPER, LATER = "gets", "paper", "later"
NAMED = 200  # people named behind a number
CHUNK = 2000


@dataclass
class Reach:
    """How many get it, are on the list to print, or may have to wait; and the others, by the reason code of a letter.

    `asked` has the keys of the first who are in the part that was asked for.
    """

    numbers: Counter[str] = field(default_factory=Counter)
    asked: list[int] = field(default_factory=list)

    @property
    def gets(self) -> int:
        """To how many it leaves."""
        return self.numbers[GETS]

    @property
    def paper(self) -> int:
        """Who has no e-mail address."""
        return self.numbers[PAPER]

    @property
    def later(self) -> int:
        """Who has had so many letters, or asked for a rest, that it has to wait."""
        return self.numbers[LATER]

    @property
    def stays(self) -> list[tuple[str, int]]:
        """Why it goes to the others not at all: reason and number, the commonest first."""
        return [(why, many) for why, many in self.numbers.most_common() if why not in (GETS, PAPER, LATER)]


def foresee(
    people: QuerySet[Member], topic: str, now: dt.datetime, part: str = "", *, most: int = NAMED
) -> Reach:
    """What would become of a letter to each of these members; `topic` is empty for a notice. Three queries.

    `asked` gets the first `most` keys of the part that is asked for.
    """
    found, stops = Reach(), _Stops(topic)
    for row in _rows(people, topic, now):
        fate = stops.fate(row)
        found.numbers[fate] += 1
        if fate == part and len(found.asked) < most:
            found.asked.append(row["pk"])
    return found


class _Stops:
    """The stopped addresses of the house, as hashes; read once for the whole group."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        rows = Suppression.objects.values_list("address_hash", "reason", "at")
        self.stopped = {digest: (reason, at) for digest, reason, at in rows.iterator(CHUNK)}

    def fate(self, row: dict[str, Any]) -> str:
        """What would become of the letter, in the order in which arbitration asks."""
        address = row["guardian__email"] if row["guardian"] else row["email"]
        if stop := self._stop("suppression", address):
            return f"suppressed: {stop[0]}"
        if self.topic:
            # arbitration asks for the member's own address here: it is the one that was remembered
            no = self._stop(suppressions.refusal(self.topic), row["email"])
            if not row["granted"] or (no and row["recorded_at"] >= no[1]):
                return f"no_consent: {self.topic}"
        if not address:
            return PAPER
        return LATER if row["is_full"] else GETS

    def _stop(self, purpose: str, address: str) -> tuple[str, dt.datetime] | None:
        if not self.stopped or not address:
            return None
        hashes = secrets.keyed_hashes(purpose, identity.email_key(address))
        return next((self.stopped[digest] for digest in hashes if digest in self.stopped), None)


def _rows(people: QuerySet[Member], topic: str, now: dt.datetime) -> Iterator[dict[str, Any]]:
    fields = ["pk", "email", "guardian", "guardian__email"]
    if not topic:
        for row in people.values(*fields).order_by().iterator(CHUNK):
            yield {**row, "is_full": False}
        return
    said = Consent.objects.filter(member=OuterRef("pk"), topic=topic).order_by("-at", "-id")
    rest = LetterPause.objects.filter(member=OuterRef("pk")).order_by("-at", "-id")
    rows = people.annotate(
        granted=Subquery(said.values("granted")[:1]),
        recorded_at=Subquery(said.values("recorded_at")[:1]),
        rests_until=Subquery(rest.values("until")[:1], output_field=DateTimeField()),
    )
    caps = [cap for cap in sending_rules.current().caps_on(Purpose.VALUE) if cap.letters]
    for place, cap in enumerate(caps):
        rows = rows.annotate(**{f"had_{place}": _had(now - durations.span(cap.within))})
    more = ["granted", "recorded_at", "rests_until", *(f"had_{place}" for place in range(len(caps)))]
    for row in rows.values(*fields, *more).order_by().iterator(CHUNK):
        rests = row["rests_until"] is not None and row["rests_until"] > now
        full = any(row[f"had_{place}"] >= cap.letters for place, cap in enumerate(caps))
        yield {**row, "is_full": rests or full}


def _had(since: dt.datetime) -> Coalesce:
    letters = Message.objects.filter(
        member=OuterRef("pk"), status__in=LEFT, submitted_at__gt=since, purpose__in=COUNTED
    )
    counted = letters.order_by().values("member").annotate(many=Count("pk")).values("many")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
