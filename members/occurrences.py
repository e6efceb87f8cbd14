"""When something first happened to a member inside a span of time, whichever lane recorded it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from members import events
from members.models import Event, Usage


@dataclass(frozen=True)
class Window:
    """A span for one member, aware times: from `since` (or strictly after it) until and with `until`.

    With a `subscription_id`, what happened to another subscription of the member lies outside.
    """

    member_id: int
    since: dt.datetime
    until: dt.datetime
    after: bool = False
    subscription_id: int | None = None

    def holds(self, moment: dt.datetime, subscription_id: int | None = None) -> bool:
        """Whether `moment` lies in the span."""
        if None not in (self.subscription_id, subscription_id) and self.subscription_id != subscription_id:
            return False
        return (self.since < moment if self.after else self.since <= moment) and moment <= self.until


def first(name: str, windows: Sequence[Window]) -> dict[Window, dt.datetime]:
    """The earliest occurrence of `name` in each window that has one; one query for all windows."""
    if not windows:
        return {}
    is_usage = events.is_usage(name)
    rows: QuerySet[Usage] | QuerySet[Event] = Usage.objects.all() if is_usage else Event.objects.all()
    found = rows.filter(
        name=name,
        member_id__in={window.member_id for window in windows},
        occurred_at__gte=min(window.since for window in windows),
        occurred_at__lte=max(window.until for window in windows),
    ).order_by("occurred_at")
    of_member: dict[int, list[Window]] = {}
    for window in windows:
        of_member.setdefault(window.member_id, []).append(window)
    hits: dict[Window, dt.datetime] = {}
    columns = ("member_id", "occurred_at") if is_usage else ("member_id", "occurred_at", "subscription_id")
    for member_id, *told in found.values_list(*columns):
        for window in of_member[member_id]:
            if window not in hits and window.holds(*told):
                hits[window] = told[0]
    return hits
