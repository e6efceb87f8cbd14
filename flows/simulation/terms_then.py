"""When terms, trials and cards of contracts ended, as it was known at a time: what billing told, message by message."""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime

from members import cards, contract_history, terms
from members.models import Event, Subscription

AT_ONCE = 2000
BACK = dt.timedelta(days=800)  # a term that was told longer ago than this is over
ALWAYS = dt.datetime(1, 1, 2, tzinfo=dt.UTC)
PERIOD, TRIAL, CARD = "current_period_end", "trial_ends_at", "card_expires_at"
RECKONED = ("subscription.started", "subscription.renewed")
Known = Mapping[int, list[tuple[dt.datetime, dt.datetime]]]  # by contract: from when it was known, which date
Anchored = tuple[dt.datetime, str, int, dt.datetime | None]


class Terms:
    """The dates of contracts over time. Of a contract of which nothing was told, today's date stands for all time."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def knows(self, pk: int) -> bool:
        """Whether it is known how this contract's date stood before."""
        return pk in self._known

    def values(self, pk: int, today: dt.datetime | None) -> set[dt.datetime]:
        """Every date that stood at any time."""
        if pk in self._known:
            return {value for _at, value in self._known[pk]}
        return {today} if today else set()

    def stood(self, pk: int, value: dt.datetime, at: dt.datetime) -> bool:
        """Whether this was the contract's date at that moment."""
        told = self._known.get(pk)
        if not told:
            return True
        place = bisect_right(told, at, key=lambda one: one[0])
        return bool(place) and told[place - 1][1] == value


def told(column: str, since: dt.datetime) -> Terms:
    """What was told of this date of contracts, as far as it may matter after `since`."""
    found: dict[int, list[tuple[dt.datetime, dt.datetime]]] = defaultdict(list)
    lines: Iterator[tuple[int, dt.datetime, dt.datetime]] = iter(())
    if column in (PERIOD, TRIAL):
        lines = _by_messages(column, since)
    elif column == CARD:
        lines = _by_cards()
    for pk, at, value in lines:
        found[pk].append((at, value))
    return Terms(dict(found))


def _by_messages(column: str, since: dt.datetime) -> Iterator[tuple[int, dt.datetime, dt.datetime]]:
    contracts = _contracts() if column == PERIOD else {}
    rows = Event.objects.filter(name__in=contract_history.NAMES, occurred_at__gt=since - BACK)
    rows = rows.exclude(subscription=None).order_by("occurred_at", "pk")
    columns = ("subscription_id", "name", "occurred_at", "data")
    for pk, name, at, data in rows.values_list(*columns).iterator(AT_ONCE):
        said = data.get(column)
        value = parse_datetime(said) if isinstance(said, str) else None
        if value is None and name in RECKONED and pk in contracts:
            value = _reckoned(contracts[pk], name, at)
        if value:
            yield pk, at, value


def _by_cards() -> Iterator[tuple[int, dt.datetime, dt.datetime]]:
    """Each card that replaced another one, and the first of them."""
    rows = Event.objects.filter(name=cards.REPLACED).exclude(subscription=None).order_by("occurred_at", "pk")
    seen = set()
    for pk, at, data in rows.values_list("subscription_id", "occurred_at", "data").iterator(AT_ONCE):
        if pk not in seen and (before := _noon(data.get("before"))):
            yield pk, ALWAYS, before
        seen.add(pk)
        if until := _noon(data.get("expires")):
            yield pk, at, until


def _noon(said: Any) -> dt.datetime | None:
    day = parse_date(said) if isinstance(said, str) else None
    return dt.datetime.combine(day, cards.NOON) if day else None


def _contracts() -> dict[int, Anchored]:
    """The anchor, the interval and the start of those contracts whose terms follow from them."""
    rows = Subscription.objects.exclude(anchor_at=None).exclude(interval="")
    columns = ("pk", "anchor_at", "interval", "interval_count", "started_at")
    return {
        pk: (anchor, interval, count, began)
        for pk, anchor, interval, count, began in rows.values_list(*columns)
    }


def _reckoned(contract: Anchored, name: str, at: dt.datetime) -> dt.datetime:
    """The end of the term where a message gave no date, by the anchor (`members.subscriptions`)."""
    anchor, interval, count, began = contract
    renewed = name == "subscription.renewed"
    since = at + terms.early(interval) if renewed else began or anchor
    return terms.end_after(anchor, interval, count, since)
