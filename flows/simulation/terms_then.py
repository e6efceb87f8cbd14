"""When terms and trials of contracts ended, as it was known at a time: what billing told, message by message."""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping

from django.utils.dateparse import parse_datetime

from members import contract_history, terms
from members.models import Event, Subscription

BACK = dt.timedelta(days=800)  # a term that was told longer ago than this is over
TOLD_OF = ("current_period_end", "trial_ends_at")  # the dates that messages carry
Known = Mapping[int, list[tuple[dt.datetime, dt.datetime]]]  # by contract: from when it was known, which date


class Terms:
    """The dates of contracts over time. Of a contract of which nothing was told, today's date stands for all time."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def knows(self, pk: int) -> bool:
        """Whether it is known how this contract's date stood before."""
        return pk in self._known

    def values(self, pk: int, today: dt.datetime | None) -> set[dt.datetime]:
        """Every date that stood at any time, today's among them."""
        told = {value for _at, value in self._known.get(pk, ())}
        return told | {today} if today and not self.knows(pk) else told

    def stood(self, pk: int, value: dt.datetime, at: dt.datetime) -> bool:
        """Whether this was the contract's date at that moment."""
        told = self._known.get(pk)
        if not told:
            return True
        place = bisect_right(told, at, key=lambda one: one[0])
        return bool(place) and told[place - 1][1] == value


def told(column: str, since: dt.datetime) -> Terms:
    """What was told of this date of contracts, as far as it may matter after `since`."""
    if column not in TOLD_OF:
        return Terms({})
    found: dict[int, list[tuple[dt.datetime, dt.datetime]]] = defaultdict(list)
    rows = Event.objects.filter(name__in=contract_history.NAMES, occurred_at__gt=since - BACK)
    rows = rows.exclude(subscription=None).order_by("occurred_at", "pk")
    contracts = _contracts() if column == "current_period_end" else {}
    for pk, name, at, data in rows.values_list("subscription_id", "name", "occurred_at", "data").iterator(
        2000
    ):
        said = data.get(column)
        value = parse_datetime(said) if isinstance(said, str) else None
        if value is None and name in RECKONED and pk in contracts:
            value = _reckoned(contracts[pk], name, at)
        if value:
            found[pk].append((at, value))
    return Terms(dict(found))


RECKONED = ("subscription.started", "subscription.renewed")
Anchored = tuple[dt.datetime, str, int, dt.datetime | None]


def _contracts() -> dict[int, Anchored]:
    """The anchor, the interval and the start of those contracts whose terms follow from them."""
    rows = Subscription.objects.exclude(anchor_at=None).exclude(interval="")
    columns = ("anchor_at", "interval", "interval_count", "started_at")
    return {
        pk: (anchor, interval, count, began)
        for pk, anchor, interval, count, began in rows.values_list("pk", *columns)
    }


def _reckoned(contract: Anchored, name: str, at: dt.datetime) -> dt.datetime:
    """The end of the term where a message gave no date, by the anchor (`members.subscriptions`)."""
    anchor, interval, count, began = contract
    renewed = name == "subscription.renewed"
    since = at + terms.early(interval) if renewed else began or anchor
    return terms.end_after(anchor, interval, count, since)
