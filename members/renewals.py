"""How often a membership was renewed in this life: whole terms paid for, whether or not billing told of each.

A list that is imported says since when somebody pays and how often, and seldom tells of every renewal. So terms are
counted by the calendar, from the first paid day on; a trial and a pause put the next one off. What billing told of
can only be more than that, never on top of it (decision 11).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from members import terms
from members.models import Span

NONE = dt.timedelta()


class Terms(NamedTuple):
    """Whole terms by the calendar, and when the next one is over; None where nothing goes on to be renewed."""

    number: int = 0
    next_at: dt.datetime | None = None


class Stretch(NamedTuple):
    """One span, as far as counting asks; the interval is the plan's where the contract says none."""

    member_id: int
    subscription_id: int
    kind: str
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    interval: str
    interval_count: int


def of(lives: Mapping[int, dt.datetime], now: dt.datetime, overdue: Collection[int] = ()) -> dict[int, Terms]:
    """The terms of members whose present life began at these moments (by member), up to `now`; one query.

    Of those who are `overdue` the last term is not counted: it was not paid for yet.
    """
    held: dict[int, list[Stretch]] = defaultdict(list)
    for stretch in _stretches(lives):
        if stretch.ends_at is None or stretch.ends_at > lives[stretch.member_id]:
            held[stretch.member_id].append(stretch)
    found = {pk: count(stretches, now) for pk, stretches in held.items()}
    return found | {
        pk: found[pk]._replace(number=max(0, found[pk].number - 1)) for pk in overdue if pk in found
    }


def count(stretches: Iterable[Stretch], now: dt.datetime) -> Terms:
    """The terms of one life. Of contracts at the same time the one that began first counts, and then the others."""
    walk = _Walk(now)
    for contract in _contracts(stretches):
        for stretch in contract:
            walk.take(stretch)
    return walk.finish()


class _Walk:
    """Follows a life from one stretch to the next; time that two contracts share counts once."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self.over: dt.datetime | None = None  # up to where time was counted
        self.anchor: dt.datetime | None = None
        self.term = ("", 1)
        self.counted = self.running = 0
        self.next_at: dt.datetime | None = None

    def take(self, stretch: Stretch) -> None:
        since = max(stretch.starts_at, self.over or stretch.starts_at)
        until = min(stretch.ends_at or self.now, self.now)
        if since >= until:
            self._await(stretch, since)
            return
        self.over, self.next_at = until, None
        if stretch.kind == Span.Kind.PAID:
            self._pay(stretch, since, until)
        elif self.anchor:
            self.anchor += until - since  # nothing is paid meanwhile: the term is over so much later

    def finish(self) -> Terms:
        return Terms(self.counted + self.running, self.next_at)

    def _await(self, stretch: Stretch, since: dt.datetime) -> None:
        """What is paid for from a day ahead, such as the end of a trial, is renewed a term after it."""
        if stretch.kind == Span.Kind.PAID and stretch.interval and self.next_at is None:
            self.next_at = terms.due(since, stretch.interval, stretch.interval_count, 1)

    def _pay(self, stretch: Stretch, since: dt.datetime, until: dt.datetime) -> None:
        term = (stretch.interval, stretch.interval_count)
        if self.anchor is None or term != self.term:
            self.counted, self.running = self.counted + self.running, 0
            self.anchor, self.term = since, term
        if not stretch.interval:
            return
        self.running = terms.elapsed(self.anchor, *term, until)
        if stretch.ends_at is None or stretch.ends_at > self.now:
            self.next_at = terms.due(self.anchor, *term, self.running + 1)


def _contracts(stretches: Iterable[Stretch]) -> Iterable[Sequence[Stretch]]:
    """The stretches by contract, each in order, the contract that began first before the others."""
    by_contract: dict[int, list[Stretch]] = defaultdict(list)
    for stretch in sorted(stretches, key=lambda one: (one.starts_at, one.subscription_id)):
        by_contract[stretch.subscription_id].append(stretch)
    return by_contract.values()


def _stretches(member_ids: Collection[int]) -> Iterable[Stretch]:
    rows = Span.objects.filter(member_id__in=member_ids) if member_ids else Span.objects.none()
    said = ("plan__interval", "plan__interval_count")
    for *columns, interval, number in rows.values_list(*Stretch._fields, *said).iterator(5000):
        stretch = Stretch(*columns)
        yield (
            stretch
            if stretch.interval
            else stretch._replace(interval=interval or "", interval_count=number or 1)
        )
