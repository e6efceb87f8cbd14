"""How each member's worth moved, step by step.

A life begins with `new` or `reactivation` and ends with `churn`; what happens within it is expansion or contraction.
https://help.chartmogul.com/hc/en-us/articles/6099302219932 (the five movements)
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.db.models import Q

from members import lifetimes
from members.lifetimes import Life
from members.models import Span

AT_ONCE = 2000
Worth = dict[str, int]


class Kind(StrEnum):
    """The five movements."""

    NEW = "new"
    REACTIVATION = "reactivation"
    EXPANSION = "expansion"
    CONTRACTION = "contraction"
    CHURN = "churn"


class Move(NamedTuple):
    """One movement of one member: `amount` in minor units per month, always positive."""

    member_id: int
    at: dt.datetime
    kind: Kind
    currency: str
    amount: int


class Piece(NamedTuple):
    """A span, as far as movements ask."""

    member_id: int
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    mrr: int
    currency: str


class Step(NamedTuple):
    """What somebody was worth before and after a moment."""

    at: dt.datetime
    before: Worth
    after: Worth
    is_end: bool


def walk(start: dt.datetime, end: dt.datetime) -> Iterator[Move]:
    """The movements after `start` and up to `end` (aware), member by member; memory does not grow with their number."""
    began, over = Q(starts_at__gt=start, starts_at__lte=end), Q(ends_at__gt=start, ends_at__lte=end)
    touched = Span.objects.filter(began | over).values("member_id")
    rows = Span.objects.filter(member__in=touched).order_by("member_id", "starts_at", "pk")
    pieces = (Piece(*row) for row in rows.values_list(*Piece._fields).iterator(AT_ONCE))
    for _member, held in groupby(pieces, attrgetter("member_id")):
        yield from of(list(held), start, end)


def of(held: Sequence[Piece], start: dt.datetime, end: dt.datetime) -> Iterator[Move]:
    """The movements of one member after `start` and up to `end`, from all spans the member ever had."""
    has_paid = False
    for life in lifetimes.joined(Life(piece.starts_at, piece.ends_at) for piece in held):
        within = [piece for piece in held if _is_within(piece, life)]
        first = Kind.REACTIVATION if has_paid else Kind.NEW
        pays = False
        for step in _bridged(_steps(within, life), start, end):
            if start < step.at <= end:
                yield from _moves(held[0].member_id, step, Kind.EXPANSION if pays else first)
            pays = pays or any(step.after.values())
        has_paid = has_paid or pays


def _is_within(piece: Piece, life: Life) -> bool:
    return piece.starts_at >= life.since and (life.until is None or piece.starts_at < life.until)


def _steps(held: Sequence[Piece], life: Life) -> list[Step]:
    changes: dict[dt.datetime, Worth] = defaultdict(lambda: defaultdict(int))
    for piece in held:
        changes[piece.starts_at][piece.currency] += piece.mrr
        if piece.ends_at:
            changes[piece.ends_at][piece.currency] -= piece.mrr
    found, now = [], Worth()
    for at in sorted(changes):
        after = {code: now.get(code, 0) + changes[at].get(code, 0) for code in {*now, *changes[at]}}
        found.append(Step(at, now, after, at == life.until))
        now = after
    return found


def _bridged(steps: Sequence[Step], start: dt.datetime, end: dt.datetime) -> Iterator[Step]:
    """A moment without any worth between two contracts is passed over, where both its sides are looked at.

    Where only one side is, it counts as what it then is: less for a moment, and more again.
    """
    before = None
    for place, step in enumerate(steps):
        following = steps[place + 1] if place + 1 < len(steps) else None
        is_gap = following and not any(step.after.values()) and _is_short(step.at, following)
        if is_gap and following and start < step.at and following.at <= end:
            before = step.before if before is None else before
            continue
        yield step if before is None else step._replace(before=before)
        before = None


def _is_short(at: dt.datetime, following: Step) -> bool:
    return any(following.after.values()) and following.at - at <= lifetimes.back_to_back()


def _moves(member_id: int, step: Step, up: Kind) -> Iterator[Move]:
    for currency in sorted({*step.before, *step.after}):
        gained = step.after.get(currency, 0) - step.before.get(currency, 0)
        down = Kind.CHURN if step.is_end else Kind.CONTRACTION
        if gained:
            yield Move(member_id, step.at, up if gained > 0 else down, currency, abs(gained))
