"""Somebody who had left is here again: `member.won_back`, once per return."""

import datetime as dt
from collections.abc import Sequence

from members import events
from members.models import Event, StageChange
from members.models.member import Stage

NAME = "member.won_back"


def note(entered: Sequence[Event], now: dt.datetime) -> None:
    """Answers `stage.entered` out of `former`. A business that told of the return itself is believed."""
    back = [event for event in entered if event.data.get("from") == Stage.FORMER]
    if not back:
        return
    left, told = _left([event.member_id for event in back]), _told([event.member_id for event in back])
    drafts = [
        events.Draft(NAME, event.member, event.occurred_at, f"won_back:{event.key}", {})
        for event in back
        if (since := left.get(event.member_id))
        and since <= event.occurred_at
        and told.get(event.member_id, since) <= since
    ]
    events.record_many(drafts, now)


def _left(members: Sequence[int]) -> dict[int, dt.datetime]:
    """When each of them left last; of somebody who was never away a return lies before that."""
    rows = StageChange.objects.filter(member__in=members, kind=StageChange.Kind.LEFT).order_by("pk")
    return dict(rows.values_list("member_id", "at"))


def _told(members: Sequence[int]) -> dict[int, dt.datetime]:
    rows = Event.objects.filter(member__in=members, name=NAME).order_by("occurred_at")
    return dict(rows.values_list("member_id", "occurred_at"))
