"""MRR: what members are worth per month, in minor units, at any moment; currencies are never added up.

Movements between two moments are the five of ChartMogul's definitions; what was there at the beginning, and they,
make what is there at the end, to the cent.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction

from django.db import connection, transaction
from django.db.models import Q, QuerySet, Sum

from members import mrr_moves
from members.models import Member, Span
from members.models.plan import Interval
from members.mrr_moves import Kind

Money = dict[str, int]
A_YEAR = {Interval.YEAR: 1, Interval.MONTH: 12}


@dataclass
class Movements:
    """One currency between two moments, minor units per month; contraction and churn are what was lost, positive."""

    opening: int = 0
    new: int = 0
    reactivation: int = 0
    expansion: int = 0
    contraction: int = 0
    churn: int = 0
    closing: int = 0

    @property
    def is_balanced(self) -> bool:
        """Whether the movements lead from the beginning to the end."""
        gained = self.new + self.reactivation + self.expansion
        return self.opening + gained - self.contraction - self.churn == self.closing


def of(member: Member, at: dt.datetime) -> Money:
    """What one member is worth per month at `at` (aware), per currency; empty for nothing."""
    return _sums(paying(at).filter(member=member))


def total(at: dt.datetime) -> Money:
    """What all members together are worth per month at `at` (aware), per currency."""
    return _sums(paying(at))


def by_member(
    at: dt.datetime, members: Collection[int] | None = None
) -> "QuerySet[Span, tuple[int, str, int]]":
    """(member, currency, minor units) of everybody who is worth something at `at`; iterate it for large houses."""
    spans = paying(at) if members is None else paying(at).filter(member__in=members)
    worth = spans.order_by("member_id", "currency").values("member_id", "currency").annotate(worth=Sum("mrr"))
    return worth.values_list("member_id", "currency", "worth")


def paying(at: dt.datetime) -> QuerySet[Span]:
    """The spans that bring money at `at` (aware)."""
    lasts = Q(ends_at=None) | Q(ends_at__gt=at)
    return Span.objects.filter(lasts, starts_at__lte=at, mrr__gt=0)


def yearly(spans: QuerySet[Span]) -> Money:
    """What is paid in a year for these spans by what was agreed, per currency; one query."""
    groups = spans.order_by().values_list("currency", "interval", "interval_count")
    found: Counter[str] = Counter()
    for currency, interval, number, amount, monthly in groups.annotate(a=Sum("amount"), m=Sum("mrr")):
        found[currency] += _year(amount, monthly, interval, number)
    return dict(found)


def year_of(span: Span) -> Money:
    """What is paid in a year for one span."""
    return {span.currency: _year(span.amount, span.mrr, span.interval, span.interval_count)}


def movements(start: dt.datetime, end: dt.datetime) -> dict[str, Movements]:
    """What moved after `start` and up to `end` (aware), per currency; it always balances, and adjoining times add up.

    A plan changed back-to-back is expansion or contraction; so is a pause, and the end of one of two contracts.
    """
    found: dict[str, Movements] = defaultdict(Movements)
    with _one_moment():
        for currency, amount in total(start).items():
            found[currency].opening = amount
        for move in mrr_moves.walk(start, end):
            ledger = found[move.currency]
            setattr(ledger, move.kind, getattr(ledger, move.kind) + move.amount)
        for currency, amount in total(end).items():
            found[currency].closing = amount
    assert all(ledger.is_balanced for ledger in found.values()), dict(found)
    return dict(found)


def moves(start: dt.datetime, end: dt.datetime) -> Iterator[mrr_moves.Move]:
    """The same member by member, streamed in the order of members and time."""
    return mrr_moves.walk(start, end)


def _sums(spans: QuerySet[Span]) -> Money:
    return dict(
        spans.order_by().values("currency").annotate(worth=Sum("mrr")).values_list("currency", "worth")
    )


@contextmanager
def _one_moment() -> Iterator[None]:
    """All queries see the same rows, also while others write (where nobody began a transaction before)."""
    is_first = not connection.in_atomic_block
    with transaction.atomic():
        if is_first and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


assert {str(kind) for kind in Kind} <= set(Movements.__dataclass_fields__)


def _year(amount: int | None, monthly: int, interval: str, number: int) -> int:
    """Minor units in a year: exact for what is paid by months or years, else twelve months' worth."""
    if amount is None or interval not in A_YEAR:
        return 12 * monthly
    return round(Fraction(amount * A_YEAR[Interval(interval)], number))
