"""Letters of which nobody knows whether they arrived: what happened, what is known since, what can be done."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from dashboard.questions import versions
from dashboard.words import events, held, times
from dashboard.words import unknown as words
from flows import reconciling
from mail import arbitration, claiming
from mail.arbitration import Verdict
from mail.models import Message
from members.models import Event

SENT = "mail.sent"


@dataclass(frozen=True)
class Card:
    """One letter: what happened, what speaks for its arrival, and when it is sent once more by itself, if it is."""

    message: Message
    what: str
    known: list[str]
    again_at: dt.datetime | None


@dataclass(frozen=True)
class Second:
    """A letter that somebody wants to send once more: what would come of it."""

    message: Message
    outlook: str
    leaves: bool


def letters() -> QuerySet[Message]:
    """All of them, with their members."""
    rows = Message.objects.filter(status=Message.Status.UNKNOWN).defer("values")
    return rows.select_related("member__plan", "member__guardian")


def cards(messages: Sequence[Message], now: dt.datetime) -> list[Card]:
    """What is known of these letters, in a constant number of queries."""
    rows = versions.attach(messages)
    told = _told(rows, now)
    return [Card(row, words.what(row, now), told[str(row.uuid)], _again_at(row)) for row in rows]


def seconds(messages: Sequence[Message], now: dt.datetime) -> list[Second]:
    """What would come of sending these letters once more at `now`."""
    rows = versions.attach(messages)
    verdicts, left = arbitration.foresee(rows, now), reconciling.left_early(rows)
    return [_second(row, verdicts[row.pk], row.group in left) for row in rows]


def _second(row: Message, verdict: Verdict, is_left: bool) -> Second:
    if is_left:
        return Second(row, words.left(), leaves=False)
    if verdict.until:
        return Second(row, words.later(held.why(verdict)), leaves=True)
    if verdict.reason:
        return Second(row, words.never(held.why(verdict)), leaves=False)
    return Second(row, words.at_once(), leaves=True)


def _again_at(row: Message) -> dt.datetime | None:
    """When the engine sends it once more: letters about the membership itself, once."""
    if row.is_marketing or row.resent_at or row.unknown_at is None:
        return None
    return row.unknown_at + claiming.RESEND_AFTER


def _told(rows: Sequence[Message], now: dt.datetime) -> dict[str, list[str]]:
    """What was heard of each letter (by its id) since: delivered, opened, answered."""
    found: dict[str, list[str]] = defaultdict(list)
    named = [str(row.uuid) for row in rows]
    members = {row.member_id for row in rows}
    heard = Event.objects.filter(member__in=members, data__letter__in=named).exclude(name=SENT)
    for event in heard.order_by("occurred_at", "pk"):
        said = {"what": events.sentence(event), "when": times.near(event.occurred_at, now)}
        found[event.data["letter"]].append("{what}, {when}".format(**said))
    return found
