"""What a contract cost at any time: each word about its price counts from when it was said until the next."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from members import merging
from members.contract_history import TERMS, Told
from members.models import Interval, Subscription

MONTHS = {
    Interval.DAY: Fraction(12, 365),
    Interval.WEEK: Fraction(12, 52),
    Interval.MONTH: Fraction(1),
    Interval.YEAR: Fraction(12),
}
KINDS = {"amount": int, "interval_count": int}  # the others are texts
LONG_AGO = dt.datetime(1, 1, 2, tzinfo=dt.UTC)
Mark = tuple[dt.datetime, tuple[int, str]]


class Terms(NamedTuple):
    """Minor units of `currency` every `interval_count` × `interval`; None or empty for what nobody said."""

    amount: int | None = None
    currency: str = ""
    interval: str = ""
    interval_count: int = 1
    plan: str = ""

    @property
    def mrr(self) -> int:
        """What this is per month, in minor units; 0 where price or interval are unknown."""
        if not self.amount or self.amount < 0 or self.interval not in MONTHS:
            return 0
        return per_month(self.amount, self.interval, self.interval_count)


def per_month(amount: int, interval: str, count: int) -> int:
    """What `amount` every `count` × `interval` is per month, in whole minor units, halves to the even one.

    A year has 12 months, 52 weeks and 365 days. KeyError: no interval of ours.
    """
    return round(Fraction(amount) / (MONTHS[Interval(interval)] * max(1, count)))


class History:
    """The terms of one contract over time."""

    def __init__(self, row: Subscription, told: Sequence[Told]) -> None:
        self._said = {name: _said(row, told, name) for name in Terms._fields}

    @property
    def changes(self) -> list[dt.datetime]:
        """When something may have changed."""
        return sorted({at for marks, _values in self._said.values() for at, _order in marks})

    def at(self, moment: dt.datetime) -> Terms:
        """The terms at a moment; before the first word about something that word counts already."""
        known = {name: _value(*said, moment) for name, said in self._said.items() if said[0]}
        return Terms(**known)


def _value(marks: list[Mark], values: list[Any], moment: dt.datetime) -> Any:
    place = bisect_right([at for at, _order in marks], moment)
    return values[max(0, place - 1)]


def _said(row: Subscription, told: Sequence[Told], name: str) -> tuple[list[Mark], list[Any]]:
    kind = KINDS.get(name, str)
    found = [((one.since, one.order), one.data[name]) for one in told if type(one.data.get(name)) is kind]
    found += _of_the_row(row, name)
    found.sort(key=lambda said: said[0])
    return [mark for mark, _value in found], [value for _mark, value in found]


def _of_the_row(row: Subscription, name: str) -> list[tuple[Mark, Any]]:
    value = (row.plan.slug if row.plan else "") if name == "plan" else getattr(row, name)
    if value is None or value == "":
        return []
    version = str(row.versions.get(name, ""))
    _at, rank, ident = version.split("|", 2) if version else ("", "0", "")
    return [((merging.said_at(version) or LONG_AGO, (int(rank), ident)), value)]


assert set(TERMS) | {"plan"} == set(Terms._fields)
