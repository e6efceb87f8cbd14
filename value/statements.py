"""What a membership gave somebody in a period, and what was paid for it. Every figure can be recounted by hand.

Counted are `value.*` events (`value.ledger`), uses of benefits from the table of days, and payments less what was
paid back (`members.contract_facts`), all by the days of the period. Money that the ledger tells is what was saved; a
use of which it tells no money is worth what the house says of the benefit. Different currencies are never added up.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.db.models import prefetch_related_objects

from members import signs
from members.models import Member
from value import benefits, counting, ledger, periods
from value.ledger import Gain, Kind
from value.models import Benefit
from value.periods import Period

Money = dict[str, int]
EARLY = dt.timedelta(days=90)  # after joining


@dataclass(frozen=True)
class Line:
    """How often or how much somebody got of one thing; `worth` is what the house says each is worth, by currency."""

    kind: Kind
    unit: str
    amount: Decimal
    benefit: Benefit | None = None
    worth: int | None = None

    @property
    def total(self) -> int | None:
        """What these uses come to in minor units; None where no money is put on them."""
        return None if self.worth is None else self.worth * int(self.amount)


@dataclass(frozen=True)
class Statement:
    """One member's figures; money by currency in minor units. `saved` is told by the ledger, `worth` by the house.

    `attended` and `perks` count as the facts `events_attended` and `perks` do.
    """

    member: Member
    period: Period
    lines: tuple[Line, ...] = ()
    saved: Money = field(default_factory=dict)
    worth: Money = field(default_factory=dict)
    paid: Money = field(default_factory=dict)
    attended: int = 0
    perks: int = 0

    @property
    def is_known(self) -> bool:
        """Whether the ledger tells of anything; where it does not, nothing is claimed, not even zero."""
        return bool(self.lines or any(self.saved.values()))

    @property
    def value(self) -> Money:
        """What can be counted in money, by currency."""
        codes = sorted({*self.saved, *self.worth})
        return {code: self.saved.get(code, 0) + self.worth.get(code, 0) for code in codes}

    @property
    def net(self) -> tuple[str, int] | None:
        """Value less price, signed, with its currency; None unless both are known in one and the same currency.

        Of a newcomer there is none: a year's fee would stand against a few weeks.
        """
        if self.period.until - self.member.joined_at < EARLY:
            return None
        codes = {*self.value, *self.paid}
        if not self.value or not self.paid or len(codes) != 1:
            return None
        code = codes.pop()
        return code, self.value[code] - self.paid[code]

    @property
    def is_negative(self) -> bool:
        """Whether more was paid than was got, as far as both are known."""
        return self.net is not None and self.net[1] < 0


def of(members: Sequence[Member], now: dt.datetime) -> dict[int, Statement]:
    """The statement of each of these members over the usual period, in a constant number of queries."""
    return over({member.pk: (member, periods.usual(member, now)) for member in members})


def over(asked: Mapping[int, tuple[Member, Period]]) -> dict[int, Statement]:
    """The statement of each member over a period of their own, in a constant number of queries."""
    if not asked:
        return {}
    prefetch_related_objects([member for member, _period in asked.values()], "plan")
    counted = benefits.by_use()
    spans = {pk: period for pk, (_member, period) in asked.items()}
    told, used = counting.told(spans), counting.used(spans, counted)
    paid = counting.paid(spans)
    return {
        pk: _statement(member, period, told.get(pk, []), used.get(pk, {}), paid.get(pk, {}), counted)
        for pk, (member, period) in asked.items()
    }


def _statement(
    member: Member,
    period: Period,
    told: Sequence[counting.Told],
    used: Mapping[str, int],
    paid: Money,
    counted: Mapping[str, Benefit],
) -> Statement:
    theirs = {name: one for name, one in counted.items() if one.is_for(member.plan_id)}
    home = member.plan.currency if member.plan else ""
    gains = [(name, ledger.read(name, data, home)) for name, data in told]
    saved: Money = defaultdict(int)
    for _name, gain in gains:
        if gain.saved is not None:
            saved[gain.currency] += gain.saved
    found = [_told(gain, theirs.get(name)) for name, gain in gains]
    found += [_used(name, times, theirs.get(name)) for name, times in used.items()]
    lines = _together(line for line in found if line)
    return Statement(
        member=member,
        period=period,
        lines=lines,
        saved={code: amount for code, amount in saved.items() if amount},
        worth=_worth(lines),
        paid=paid,
        attended=int(sum(gain.amount for _name, gain in gains if gain.kind == Kind.ATTENDED))
        + sum(times for name, times in used.items() if signs.is_attendance(name)),
        perks=int(sum(gain.amount for _name, gain in gains if gain.kind == Kind.PERK)),
    )


def _told(gain: Gain, benefit: Benefit | None) -> Line | None:
    if benefit:
        worth = benefit.worth if gain.saved is None else None
        return Line(Kind.USE, "", Decimal(-1 if gain.amount < 0 else 1), benefit, worth)
    return None if gain.kind == Kind.MONEY else Line(gain.kind, gain.unit, gain.amount)


def _used(name: str, times: int, benefit: Benefit | None) -> Line | None:
    if benefit:
        return Line(Kind.USE, "", Decimal(times), benefit, benefit.worth)
    return Line(Kind.ATTENDED, "", Decimal(times)) if signs.is_attendance(name) else None


def _together(found: Iterable[Line]) -> tuple[Line, ...]:
    """One line for each thing: benefits in their order, then the kinds in theirs."""
    sums: dict[tuple[object, ...], Line] = {}
    for line in found:
        key = (line.kind, line.unit.casefold(), line.benefit and line.benefit.pk, line.worth)
        known = sums.get(key)
        sums[key] = replace(known, amount=known.amount + line.amount) if known else line
    return tuple(sorted((line for line in sums.values() if line.amount > 0), key=_place))


def _place(line: Line) -> tuple[int, int, int, str]:
    benefit = line.benefit
    return (benefit is None, benefit.order if benefit else 0, list(Kind).index(line.kind), line.unit)


def _worth(lines: Iterable[Line]) -> Money:
    found: Money = defaultdict(int)
    for line in lines:
        if line.benefit and line.total is not None:
            found[line.benefit.currency] += line.total
    return dict(found)
