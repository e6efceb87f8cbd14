"""Members who wait for a word from us: nobody is asked for anything while a complaint or a reply is open, and nothing
but what the membership itself needs is written to somebody whose reply is younger than three working days.

Told by replies (`mail.answering`) and by events of other systems: what opens a conversation stands here beside what
closes it. Rooms that know more (a case, a thread, a task) bind a question of their own in the hall.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils import timezone

from mail import answering
from members.models import Event

COMPLAINT, REPLY = "complaint", "reply"
OPENS: Final = {"mail.complained": COMPLAINT, "complaint.made": COMPLAINT, "letter.replied": REPLY}
CLOSES: Final = {"complaint.closed": COMPLAINT, "letter.answered": REPLY}
AHEAD = dt.timedelta(minutes=5)  # other systems' clocks may go before ours by this much
WORKING_DAYS = 3  # how long a reply that nobody answers holds letters; then it is an alarm
SATURDAY = 5
Question = Callable[[Collection[int]], dict[int, str]]
_questions: list[Question] = []


def bind(questions: Sequence[Question]) -> None:
    """Says which rooms are asked as well; each answers with `complaint` or `reply` by member, for a batch."""
    _questions[:] = questions


@dataclass(frozen=True)
class Talks:
    """What is open with members of a batch: `complaint` or `reply` by member, and until when replies hold letters."""

    open_with: Mapping[int, str] = field(default_factory=dict)
    held_until: Mapping[int, dt.datetime] = field(default_factory=dict)


def of(member_ids: Collection[int], now: dt.datetime) -> Talks:
    """The talks that are open at `now`; two queries, none when nobody is asked for, and the rooms'.

    A complaint weighs more than a reply. None is closed by time alone: somebody has to have answered. But after three
    working days a reply holds no more letters, and is an alarm instead.
    """
    if not member_ids:
        return Talks()
    told, replies = _by_events(member_ids, now), _first_replies(member_ids, now)
    found = dict.fromkeys(replies, REPLY) | {member: min(kinds) for member, kinds in told.items()}
    for question in _questions:
        for member, what in question(member_ids).items():
            found[member] = COMPLAINT if COMPLAINT in (what, found.get(member)) else what
    since = {member: kinds[REPLY] for member, kinds in told.items() if REPLY in kinds}
    since |= {member: min(at, since.get(member, at)) for member, at in replies.items()}
    ends = {member: overdue_at(at) for member, at in since.items()}
    return Talks(found, {member: end for member, end in ends.items() if end > now})


def overdue_at(since: dt.datetime) -> dt.datetime:
    """When a reply that came then has waited for three working days, by the clock of the house; weekends are none."""
    local = timezone.localtime(since)
    days, left = 0, WORKING_DAYS
    while left:
        days += 1
        left -= (local.date() + dt.timedelta(days=days)).weekday() < SATURDAY
    wall = local.replace(tzinfo=None) + dt.timedelta(days=days)
    return timezone.make_aware(wall, local.tzinfo).astimezone(dt.UTC)


def _first_replies(member_ids: Collection[int], now: dt.datetime) -> dict[int, dt.datetime]:
    """When the oldest reply came that nobody answered, by member."""
    rows = answering.waiting().filter(member__in=member_ids, received_at__lte=now + AHEAD)
    found: dict[int, dt.datetime] = {}
    for member, at in rows.values_list("member_id", "received_at"):
        found.setdefault(member, at)
    return found


def _by_events(member_ids: Collection[int], now: dt.datetime) -> dict[int, dict[str, dt.datetime]]:
    """What is open, and since when, by what other systems told of members; our own replies know better themselves."""
    told = Event.objects.filter(
        member__in=member_ids, name__in=[*OPENS, *CLOSES], occurred_at__lte=now + AHEAD
    ).order_by("occurred_at", "pk")
    standing: dict[int, dict[str, dt.datetime]] = defaultdict(dict)
    for member, name, at, data in told.values_list("member_id", "name", "occurred_at", "data"):
        if name in CLOSES:
            standing[member].pop(CLOSES[name], None)
        elif "reply" not in data:
            standing[member].setdefault(OPENS[name], at)
    return {member: kinds for member, kinds in standing.items() if kinds}
