"""What is coming for the members of a plan."""

import datetime as dt
from collections.abc import Sequence

from members.models import Member
from value.models import Upcoming

SHOWN = 3
LOOKED_AT = 100  # of everything that is coming, the nearest


def coming(members: Sequence[Member], now: dt.datetime, most: int = SHOWN) -> dict[int, list[Upcoming]]:
    """The next things for each member's plan that have not begun at `now`, the nearest first; three queries."""
    rows = Upcoming.objects.filter(called_off_at=None, starts_at__gt=now).prefetch_related("plans", "words")
    nearest = list(rows.order_by("starts_at", "pk")[:LOOKED_AT])
    return {member.pk: [row for row in nearest if row.is_for(member.plan_id)][:most] for member in members}
