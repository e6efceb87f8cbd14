"""The lists that were ticked at the demo club's door on its last evenings."""

import datetime as dt
from collections.abc import Sequence

from intake.attending import marking
from intake.models import Occasion, Presence
from lifecycle.demo import calendar
from lifecycle.demo.register import SOURCE, USE, Registered
from members.models import Usage

LISTED = dt.timedelta(days=35)
NAME = "Thursday evening"


def write(rows: Sequence[Registered], now: dt.datetime) -> list[Occasion]:
    """Opens a list for each evening of the last weeks; whoever came that day was ticked on it."""
    lists = Occasion.objects.bulk_create(
        Occasion(name=NAME, usage=USE, on=at.date(), occurred_at=at, opened_at=at)
        for at in calendar.evenings(now - LISTED, now)
    )
    by_day = {one.on: one for one in lists}
    came = [
        (row.member.pk, by_day[moment.date()])
        for row in rows
        for moment in row.life.evenings
        if moment.date() in by_day
    ]
    ticks = Presence.objects.bulk_create(
        Presence(occasion=one, member_id=who, is_here=True, at=one.occurred_at) for who, one in came
    )
    _are_ticks(ticks)
    return lists


def _are_ticks(ticks: Sequence[Presence]) -> None:
    """The uses of these evenings are what the ticks told of, so that a tick can be taken away."""
    by_day = {(tick.member_id, tick.occasion.on): tick for tick in ticks}
    days = {day for _who, day in by_day}
    uses = []
    for use in Usage.objects.filter(source=SOURCE, name=USE, occurred_at__date__in=days):
        if tick := by_day.get((use.member_id, use.occurred_at.astimezone(dt.UTC).date())):
            use.source, use.external_id = marking.SOURCE, tick.key
            use.occurred_at = tick.occasion.occurred_at
            uses.append(use)
    Usage.objects.bulk_update(uses, ["source", "external_id", "occurred_at"], batch_size=200)
