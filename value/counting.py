"""What the tables say of members in periods of their own: one query for each table, whatever their number."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from members import contract_facts, signs
from members.models import Event, Payment, UsageDay
from value import ledger
from value.periods import Period

Told = tuple[str, dict[str, Any]]
Periods = Mapping[int, Period]


def told(asked: Periods) -> dict[int, list[Told]]:
    """The ledger's events of each member, name and data, oldest first."""
    first, last = _span(asked)
    rows = Event.objects.filter(
        member__in=asked, name__startswith=ledger.PREFIX, occurred_at__gte=first, occurred_at__lte=last
    ).order_by("occurred_at", "pk")
    found: dict[int, list[Told]] = defaultdict(list)
    for pk, name, at, data in rows.values_list("member_id", "name", "occurred_at", "data"):
        if asked[pk].since <= at <= asked[pk].until:
            found[pk].append((name, data))
    return found


def used(asked: Periods, names: Collection[str]) -> dict[int, dict[str, int]]:
    """How often each member used what has one of these names, or attended something, by name; days are UTC's."""
    first, last = min(one.first for one in asked.values()), max(one.last for one in asked.values())
    wanted = {*names, *signs.GATHERINGS, *signs.VISITS}
    rows = UsageDay.objects.filter(member__in=asked, name__in=wanted, day__gte=first, day__lte=last)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for pk, name, day, times in rows.order_by("pk").values_list("member_id", "name", "day", "count"):
        if asked[pk].first <= day <= asked[pk].last:
            found[pk][name] = found[pk].get(name, 0) + times
    return found


def paid(asked: Periods) -> dict[int, dict[str, int]]:
    """What each member paid, by currency in minor units, less what was paid back; absent where no payment is known."""
    first, last = _span(asked)
    rows = Payment.objects.exclude(status=Payment.Status.FAILED).filter(
        member__in=asked, paid_at__gte=first, paid_at__lte=last
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    counted = rows.order_by("pk").annotate(counted=contract_facts.counted())
    for pk, currency, at, amount in counted.values_list("member_id", "currency", "paid_at", "counted"):
        if asked[pk].since <= at <= asked[pk].until:
            found[pk][currency] = found[pk].get(currency, 0) + amount
    return {pk: {code: max(0, total) for code, total in sums.items()} for pk, sums in found.items()}


def _span(asked: Periods) -> tuple[dt.datetime, dt.datetime]:
    return min(one.since for one in asked.values()), max(one.until for one in asked.values())
