"""Benefits of a membership: which there are, and which of them somebody has not used yet."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from members.models import Event, Member, UsageDay
from office.models import User
from value.ledger import PREFIX
from value.models import Benefit


def offered() -> QuerySet[Benefit]:
    """Those that members hear of, in the house's order, with their plans and words."""
    rows = Benefit.objects.filter(retired_at=None).exclude(offered_at=None)
    return rows.prefetch_related("plans", "words")


def by_use() -> dict[str, Benefit]:
    """The benefit that each use tells of; also those retired since, whose uses still were worth something."""
    rows = Benefit.objects.exclude(offered_at=None).exclude(shown_by="").prefetch_related("plans", "words")
    found: dict[str, Benefit] = {}
    for row in rows:
        found.setdefault(row.shown_by, row)
    return found


def unused(members: Sequence[Member]) -> dict[int, list[Benefit]]:
    """The benefits of each member's plan of which no use was ever told, in five queries.

    One whose use nobody tells of is not among them: unknown is not unused.
    """
    seen = [row for row in offered() if row.shown_by]
    known = _used([member.pk for member in members], {row.shown_by for row in seen}) if seen else {}
    return {
        member.pk: [
            row
            for row in seen
            if row.is_for(member.plan_id) and row.shown_by not in known.get(member.pk, set())
        ]
        for member in members
    }


def offer(rows: QuerySet[Benefit], user: User | None, now: dt.datetime) -> int:
    """Members hear of these from now on, also of those retired; how many that changed."""
    silent = rows.filter(Q(offered_at=None) | Q(retired_at__isnull=False))
    with transaction.atomic():
        keys = list(silent.values_list("pk", flat=True))
        Benefit.objects.filter(pk__in=keys, offered_at=None).update(offered_at=now, offered_by=user)
        Benefit.objects.filter(pk__in=keys).update(retired_at=None, retired_by=None)
    return len(keys)


def retire(rows: QuerySet[Benefit], user: User | None, now: dt.datetime) -> int:
    """Members hear no more of these; uses that were told stay in statements. How many that changed."""
    return rows.filter(retired_at=None).update(retired_at=now, retired_by=user)


def _used(members: Sequence[int], names: set[str]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    told = [name for name in names if name.startswith(PREFIX)]
    days = UsageDay.objects.filter(member__in=members, name__in=names).order_by()
    events = Event.objects.filter(member__in=members, name__in=told).order_by()
    for rows in (days, events):
        for pk, name in rows.values_list("member_id", "name").distinct():
            found[pk].add(name)
    return found
