"""How many letters a member may get in a while, and how many asks: what was sent, what is leaving, what is left.

Counted are letters of onboarding, value and ask that left, or whose leaving is decided, at-once ones among them;
not those about the membership itself, payment reminders and those about leaving. A letter counts for its duration
by the calendar of the member: sent on Tuesday at 9, `7d` is over the next Tuesday at 9.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import F, Q

from mail import questions
from mail.models import Message
from mail.models.message import Purpose
from mail.sending_rules import COUNTED, Rules
from members import durations, holding

Status = Message.Status
LEFT = (Status.SENT, Status.UNKNOWN, Status.SUBMITTING)
MARGIN = dt.timedelta(days=32)  # a month is counted as 30 days, and a day has 25 hours once a year


class Hindrance(NamedTuple):
    """What keeps a letter from leaving, as `mail.reasons` reads it, and when that is over."""

    why: list[str]
    over_at: dt.datetime


@dataclass
class Ledger:
    """What members of a batch had and are having: when, and whether it was an ask."""

    rules: Rules
    letters: dict[int, list[dt.datetime]] = field(default_factory=lambda: defaultdict(list))
    asks: dict[int, list[dt.datetime]] = field(default_factory=lambda: defaultdict(list))
    asked: questions.Asked = field(default_factory=questions.Asked)

    def note(self, message: Message, at: dt.datetime) -> None:
        """Counts a letter that left, or leaves."""
        if message.purpose in COUNTED:
            self.letters[message.member_id].append(at)
        if message.purpose == Purpose.ASK:
            self.asks[message.member_id].append(at)
        self.asked.note(message, at)

    def hindrance(self, message: Message, at: dt.datetime, zone: ZoneInfo) -> Hindrance | None:
        """The limit that the letter would pass if it left at `at`, and when there is room again."""
        had, budget, found = self.letters[message.member_id], self.rules.asks, []
        if not message.at_once:
            caps = self.rules.caps_on(message.purpose)
            found += [(f"cap {cap.letters}/{cap.within}", had, cap.letters, cap.within) for cap in caps]
        if budget and message.purpose == Purpose.ASK:
            asked = self.asks[message.member_id]
            found += [(f"ask_budget {budget.asks}/{budget.within}", asked, budget.asks, budget.within)]
            found += [(f"asks_apart {budget.apart}", asked, 1, budget.apart)]
        if span := self.asked.span(message, self.rules.surveys_apart):
            found.append((f"surveys_apart {span}", self.asked.moments[message.member_id], 1, span))
        full = [
            Hindrance([why], over_at)
            for why, counted, most, within in found
            if most and within and (over_at := _full(counted, most, within, at, zone))
        ]
        return max(full, key=lambda one: one.over_at, default=None)


def bind(message: Message, rules: Rules) -> bool:
    """Whether some limit may hold this letter back."""
    if message.purpose == Purpose.ASK and rules.asks:
        return True
    return not message.at_once and bool(rules.caps_on(message.purpose))


def lock(messages: Iterable[Message]) -> None:
    """Holds the members until the transaction ends, so that no other worker counts for them at the same time."""
    holding.wait_for(message.member_id for message in messages)


def known(messages: Collection[Message], rules: Rules, now: dt.datetime) -> tuple[Ledger, list[Message]]:
    """What the members of these letters had already, and their other letters that are due at `now`; one query, two more
    where a letter holds a question.

    Those compete for the same room, whether another worker holds them or nobody yet.
    """
    ledger, others = Ledger(rules, asked=questions.known(messages, rules.surveys_apart, now)), []
    mine = {message.pk for message in messages}
    members = {message.member_id: message.member for message in messages}
    for row in _rows(members, rules, now):
        if row.pk in mine:
            continue
        if row.status in LEFT and row.submitted_at:
            ledger.note(row, row.submitted_at)
        elif row.status == Status.CLAIMED and row.slot == row.lease:
            ledger.note(row, now)
        else:
            row.member = members[row.member_id]
            others.append(row)
    return ledger, others


def take(messages: Collection[Message]) -> None:
    """Writes down that these letters are leaving under the lease they are held with, so that others count them.

    A letter that goes back on its way gives up its room: the next claim is another lease.
    """
    if messages:
        held = Message.objects.filter(
            pk__in=[message.pk for message in messages],
            lease__in={message.lease for message in messages},
        )
        held.update(slot=F("lease"))


def _rows(members: Collection[int], rules: Rules, now: dt.datetime) -> list[Message]:
    budget = rules.asks
    spans = [cap.within for cap in rules.caps]
    spans += [text for text in (budget.within, budget.apart) if text] if budget else []
    since = now - max((durations.span(text) for text in spans), default=dt.timedelta()) - MARGIN
    due = Q(status=Status.QUEUED, due_at__lte=now) | Q(status=Status.CLAIMED)
    rows = Message.objects.filter(
        Q(status__in=LEFT, submitted_at__gt=since) | due, member__in=members, purpose__in=COUNTED
    )
    return list(
        rows.only(
            "pk", "member_id", "purpose", "topic", "status", "submitted_at", "due_at", "first_due_at",
            "not_after", "at_once", "lease", "slot", "reason",
        )
    )  # fmt: skip


def _full(
    had: Collection[dt.datetime], most: int, within: str, at: dt.datetime, zone: ZoneInfo
) -> dt.datetime | None:
    """When there is room again, if `most` of these still count at `at`."""
    until = sorted(end for moment in had if (end := durations.add(moment, within, zone)) > at)
    return until[len(until) - most] if len(until) >= most else None
