"""What really happened that a flow listens for, in order, read stretch by stretch."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from flows import listening
from flows.models import Flow
from members import events
from members.models import Event, Usage

AT_ONCE = 2000
STRETCHES = 30  # so that a busy house's uses need not all lie in memory at once


class Happening:
    """The events of (since, until] that concern a flow. Of uses each counts, as if told one by one.

    What does not let anybody in concerns those alone who may come in (`members`, and `coming`, whom the trigger names,
    in order), or were in it before.
    """

    def __init__(self, flow: Flow, since: dt.datetime, until: dt.datetime, members: Collection[int]) -> None:
        assert flow.current is not None
        self.names, self.trigger = listening.said(flow.current), flow.current.trigger_event
        self.until, self._read_to = until, since
        self._step = max((until - since) / STRETCHES, dt.timedelta(hours=1))
        self._ahead: list[Event] = []
        letting_in = _rows(self.trigger, since, until).order_by("occurred_at")
        who = letting_in.values_list("member_id", flat=True) if self.trigger else ()
        self.coming = list(dict.fromkeys(who))
        self._concerned = {*members, *self.coming, *flow.enrolments.values_list("member_id", flat=True)}

    def count(self, most: int) -> int:
        """How many there are in all, as far as `most`."""
        found = 0
        for name in self.names:
            rows = _rows(name, self._read_to, self.until).order_by()
            for pk in rows.values_list("member_id", flat=True).iterator(AT_ONCE):
                found += pk in self._concerned
                if found >= most:
                    return found
        return found

    def next_at(self) -> dt.datetime | None:
        """When the next of them happened; None when there is no more."""
        while not self._ahead and self._read_to < self.until:
            self._read(min(self.until, self._read_to + self._step))
        return self._ahead[0].occurred_at if self._ahead else None

    def take(self, until: dt.datetime) -> Sequence[Event]:
        """Those up to and with this moment, in order; each is given once."""
        while self._read_to < min(until, self.until):
            self._read(min(self.until, self._read_to + self._step))
        later = next((place for place, one in enumerate(self._ahead) if one.occurred_at > until), None)
        taken = self._ahead[:later]
        self._ahead = [] if later is None else self._ahead[later:]
        return taken

    def _read(self, until: dt.datetime) -> None:
        found = [event for name in self.names for event in self._of_name(name, until)]
        self._ahead += sorted(found, key=lambda event: (event.occurred_at, event.pk or 0))
        self._read_to = until

    def _of_name(self, name: str, until: dt.datetime) -> Iterator[Event]:
        if not events.is_usage(name):
            own = Event.objects.filter(name=name, **_within(self._read_to, until)).select_related(
                "subscription"
            )
            yield from (event for event in own if event.member_id in self._concerned)
            return
        rows = _rows(name, self._read_to, until).values_list("member_id", "occurred_at")
        for pk, at in rows.iterator(AT_ONCE):
            if pk in self._concerned:
                yield Event(member_id=pk, name=name, occurred_at=at, recorded_at=at, data={})


def _rows(name: str, since: dt.datetime, until: dt.datetime) -> "QuerySet[Event] | QuerySet[Usage]":
    model: type[Event] | type[Usage] = Usage if events.is_usage(name) else Event
    return model._base_manager.filter(name=name, **_within(since, until))


def _within(since: dt.datetime, until: dt.datetime) -> dict[str, Any]:
    return {"occurred_at__gt": since, "occurred_at__lte": until, "member__merged_into": None}
