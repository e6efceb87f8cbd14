"""The facts that the ledger tells: `value_saved_total`, `value_28d` and `perks`.

Money is of the currency of the member's contract (the fact `currency`), as it was told; what the house says that uses
are worth is not in it. Of whom the ledger tells nothing, nothing is known.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q

from members.models import Event, MemberFacts
from value import ledger
from value.ledger import Gain, Kind

WINDOW = dt.timedelta(days=28)
COLUMNS = ("value_saved_total", "value_28d", "perks")
TOLD = Q(value_saved_total__isnull=False) | Q(value_28d__isnull=False) | Q(perks__isnull=False)
Told = list[tuple[dt.datetime, str, dict[str, Any]]]


def fill(member_ids: Collection[int], now: dt.datetime) -> None:
    """Writes the columns of these members, in three queries, mostly two."""
    told = _told(member_ids, now)
    changed = []
    rows = MemberFacts.objects.filter(Q(pk__in=told) | (TOLD & Q(pk__in=member_ids))).order_by("pk")
    for row in rows.only("currency", *COLUMNS):
        said = _said(told.get(row.pk, []), row.currency or "", now)
        if said != tuple(getattr(row, name) for name in COLUMNS):
            for name, value in zip(COLUMNS, said, strict=True):
                setattr(row, name, value)
            changed.append(row)
    MemberFacts.objects.bulk_update(changed, COLUMNS, batch_size=500)


def moved(since: dt.datetime, now: dt.datetime) -> Iterable[int]:
    """Members of whom something left the last 28 days after `since`, up to `now`."""
    left = Event.objects.filter(
        name__startswith=ledger.PREFIX,
        occurred_at__gt=since - WINDOW,
        occurred_at__lte=now - WINDOW,
        member__facts__value_28d__isnull=False,
    )
    return left.order_by().values_list("member_id", flat=True).distinct()


def _told(member_ids: Collection[int], now: dt.datetime) -> dict[int, Told]:
    rows = Event.objects.filter(
        member__in=member_ids, name__startswith=ledger.PREFIX, occurred_at__lte=now
    ).order_by()
    found: dict[int, Told] = defaultdict(list)
    for pk, at, name, data in rows.values_list("member_id", "occurred_at", "name", "data"):
        found[pk].append((at, name, data))
    return found


def _said(told: Told, currency: str, now: dt.datetime) -> tuple[int | None, int | None, int | None]:
    if not told:
        return None, None, None
    gains = [(at, ledger.read(name, data, currency)) for at, name, data in told]
    lately = [gain for at, gain in gains if at > now - WINDOW]
    perks = int(sum(gain.amount for _at, gain in gains if gain.kind == Kind.PERK))
    return _saved([gain for _at, gain in gains], currency), _saved(lately, currency), max(0, perks)


def _saved(gains: Iterable[Gain], currency: str) -> int:
    return sum(gain.saved for gain in gains if gain.saved is not None and gain.currency == currency)
