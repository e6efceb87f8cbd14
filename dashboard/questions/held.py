"""Letters that wait for a yes: what would come of it, and what has changed since they were written."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Max, Q

from dashboard.questions import versions
from dashboard.words import events, held
from flows import letting_run
from flows.models import Enrolment, Flow
from mail import approving, arbitration
from mail.arbitration import Verdict
from mail.models import LetterVersion, Message
from members.models import Event

LOOKED_AT = 500
SOON = dt.timedelta(hours=24)
TOLD = 3
# What the house does by itself, and what says nothing about whether the letter still fits.
UNIMPORTANT = Q(name__startswith="mail.") | Q(name__startswith="usage.") | Q(name__startswith="segment.")


@dataclass(frozen=True)
class Card:
    """One letter as it is decided about: `seen` marks what it says now, `doubts` are reasons to look twice."""

    message: Message
    seen: str
    outlook: str
    leaves: bool
    doubts: list[str]


@dataclass(frozen=True)
class Outlook:
    """What a yes to all would come to: of those looked at so many leave at once, later, never. `upto`: the last key."""

    of: int
    looked_at: int
    at_once: int
    later: int
    never: int
    upto: int

    @property
    def said(self) -> str:
        """The numbers in words."""
        return held.numbers(self.at_once, self.later, self.never)


def cards(letters: Sequence[Message], now: dt.datetime) -> list[Card]:
    """These letters with what would come of a yes at `now`, in a constant number of queries."""
    rows = versions.attach(letters)
    verdicts, marks = arbitration.foresee(rows, now), approving.seen(rows, now)
    happened, newest = _happened(rows), _newest(rows)
    return [
        Card(
            row,
            marks[row.pk],
            held.outlook(verdicts[row.pk], row, now),
            verdicts[row.pk].until is not None or not verdicts[row.pk].reason,
            _doubts(row, verdicts[row.pk], happened[row.pk], newest, now),
        )
        for row in rows
    ]


def outlook(flow: Flow, now: dt.datetime) -> Outlook:
    """What a yes to all letters of the flow would come to; of more than five hundred the first are looked at."""
    rows = letting_run.held(flow)
    of, upto = rows.count(), rows.aggregate(last=Max("pk"))["last"] or 0
    looked_at = list(rows.select_related("member__guardian")[:LOOKED_AT])
    verdicts = list(arbitration.foresee(looked_at, now).values()) if looked_at else []
    later = sum(verdict.until is not None for verdict in verdicts)
    at_once = sum(verdict == Verdict() for verdict in verdicts)
    return Outlook(of, len(looked_at), at_once, later, len(verdicts) - later - at_once, upto)


def resting(flow: Flow) -> int:
    """How many members came to a letter after the first ones, and wait there for a yes to the flow."""
    return flow.enrolments.filter(status=Enrolment.Status.ACTIVE, awaits=letting_run.YES).count()


def _doubts(
    row: Message, verdict: Verdict, happened: Sequence[str], newest: Mapping[int, int], now: dt.datetime
) -> list[str]:
    found = []
    if verdict.until or not verdict.reason:
        if row.not_after - now < SOON:
            found.append(held.nearly_late(row, now))
        if happened:
            found.append(held.happened(happened))
    if newest.get(row.letter_version.letter_id, 0) > row.letter_version.number:
        found.append(held.newer_text())
    return found


def _happened(rows: Sequence[Message]) -> dict[int, list[str]]:
    """What happened to the members of these letters since each was written, in words, the latest first."""
    found: dict[int, list[str]] = defaultdict(list)
    if not rows:
        return found
    first = min(row.created_at for row in rows)
    members = {row.member_id for row in rows}
    told = Event.objects.filter(member__in=members, recorded_at__gt=first).exclude(UNIMPORTANT)
    for event in told.order_by("-recorded_at", "-pk"):
        for row in rows:
            if row.member_id == event.member_id and event.recorded_at > row.created_at:
                said = events.sentence(event)
                if said not in found[row.pk] and len(found[row.pk]) < TOLD:
                    found[row.pk].append(said)
    return found


def _newest(rows: Sequence[Message]) -> dict[int, int]:
    """The number of the newest version of each letter."""
    letters = {row.letter_version.letter_id for row in rows}
    found = LetterVersion.objects.filter(letter__in=letters).order_by().values_list("letter")
    return dict(found.annotate(Max("number")))
