"""When a contract gave access, was on trial, and was paused: read from what was told of it.

What lies behind is read from what was told; how it stands now, the row knows best.
"""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from members import merging, terms
from members.contract_history import ROW, RUNS, Told
from members.models import Subscription

Status = Subscription.Status
CONVERTS = ("subscription.renewed", "subscription.past_due")
TAKES_BACK = ("subscription.started", "subscription.resumed")
PAYS = (Status.ACTIVE, Status.PAST_DUE)


class Stretch(NamedTuple):
    """A time, aware; `until` is exclusive, None while it goes on."""

    since: dt.datetime
    until: dt.datetime | None

    def holds(self, moment: dt.datetime) -> bool:
        """Whether `moment` lies in it."""
        return self.since <= moment and (self.until is None or moment < self.until)


def access(row: Subscription, told: Sequence[Told]) -> list[Stretch]:
    """The times of access, oldest first: each from a start or a return until access was over."""
    walk = _Walk(row)
    for one in told:
        walk.take(one)
    found = walk.finish() or [Stretch(row.started_at or row.member.joined_at, None)]
    return _ending(row, _beginning(row, found), told)


def pauses(told: Sequence[Told]) -> list[Stretch]:
    """The times of pause. Leaving during a pause does not end it: nothing is paid until somebody takes it up again."""
    found: list[Stretch] = []
    since = None
    for one in told:
        if one.status == Status.PAUSED:
            since = since or one.moment("paused_at") or one.at
        elif since and one.status in (*PAYS, Status.TRIALING):
            found.append(Stretch(since, one.at))
            since = None
    return [*found, Stretch(since, None)] if since else found


def trials(row: Subscription, told: Sequence[Told], lives: Sequence[Stretch]) -> list[Stretch]:
    """The trial at the beginning of each life that had one: until its day, or until it was converted before."""
    found = []
    for life in lives:
        within = [one for one in told if life.holds(one.since)]
        ends = _trial_end(row if life is lives[-1] else None, within, life)
        tried = next((one.at for one in within if one.status == Status.TRIALING), life.since)
        is_trial = bool(ends) or any(one.status == Status.TRIALING for one in within)
        if is_trial:
            converted = [one.at for one in within if one.at > tried and _converts(one)]
            found.append(Stretch(life.since, min([*converted, *([ends] if ends else [])], default=None)))
    return found


class _Walk:
    """Follows a contract from one word to the next."""

    def __init__(self, row: Subscription) -> None:
        self.row = row
        self.found: list[Stretch] = []
        self.since: dt.datetime | None = None
        self.leaves_at: dt.datetime | None = None
        self.period_end: dt.datetime | None = None

    def take(self, one: Told) -> None:
        if self.leaves_at and one.at >= self.leaves_at:
            self._close(self.leaves_at)
        if one.status in RUNS or not self.found:
            self._begin(one)
        if one.name in TAKES_BACK:
            self.leaves_at = None
        elif one.status == Status.CANCELLED and self.since:
            self.leaves_at = self._leaving(one)
        elif one.status == Status.ENDED:
            self._close(one.moment("ended_at") or one.at)
        self.period_end = one.moment("current_period_end") or self.period_end

    def finish(self) -> list[Stretch]:
        if self.since:
            self.found.append(Stretch(self.since, None))
        return self.found

    def _begin(self, one: Told) -> None:
        if self.since is None:
            over = self.found[-1].until if self.found else None
            self.since = one.at if over and one.since < over else one.since
            if one.name == ROW and not self.found:
                self.since = self.row.started_at or self.row.member.joined_at

    def _close(self, at: dt.datetime) -> None:
        if self.since and at > self.since:
            self.found.append(Stretch(self.since, at))
        self.since = self.leaves_at = None

    def _leaving(self, one: Told) -> dt.datetime:
        """The day told; else the end of the paid period; else the decision itself."""
        told, row = one.moment("effective_at"), self.row
        if told is None and self.period_end and self.period_end > one.at:
            return self.period_end
        if told is None and row.anchor_at and row.interval:
            return terms.end_after(row.anchor_at, row.interval, row.interval_count, one.at)
        return told or one.at


def _beginning(row: Subscription, lives: list[Stretch]) -> list[Stretch]:
    """The row's own start corrects that of the life it lies in."""
    began = row.started_at
    for place, life in enumerate(lives):
        before = lives[place - 1].until if place else None
        if began and (life.until is None or began < life.until):
            if before is None or before <= began:
                lives[place] = Stretch(began, life.until)
            break
    return lives


def _ending(row: Subscription, lives: list[Stretch], told: Sequence[Told]) -> list[Stretch]:
    """How the row stands says how the last life ends, or that it goes on; nothing told of after its end counts."""
    ends = _end(row, lives, told)
    kept = [life for life in lives if ends is None or life.since < ends]
    return [*kept[:-1], Stretch(kept[-1].since, ends)] if kept else []


def _end(row: Subscription, lives: list[Stretch], told: Sequence[Told]) -> dt.datetime | None:
    if row.status == Status.CANCELLED:
        return row.access_ends_at
    if row.status != Status.ENDED:
        return None
    said = merging.said_at(row.versions.get("status", ""))
    return row.ended_at or lives[-1].until or (told[-1].at if told else said)


def _trial_end(row: Subscription | None, within: Sequence[Told], life: Stretch) -> dt.datetime | None:
    """The row's own word, of its last life; else the latest told in that life."""
    said = [row.trial_ends_at if row else None, *(one.moment("trial_ends_at") for one in reversed(within))]
    return next((moment for moment in said if moment and moment > life.since), None)


def _converts(one: Told) -> bool:
    is_said = one.data.get("status") in PAYS and one.name not in ("subscription.started", ROW)
    return one.name in CONVERTS or is_said
