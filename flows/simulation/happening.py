"""What really happened that a flow listens for, in order, read stretch by stretch."""

import datetime as dt
from collections.abc import Sequence

from flows import listening
from flows.models import Flow
from members import events
from members.models import Event, Usage

STRETCHES = 30  # so that a busy house's uses need not all lie in memory at once


class Happening:
    """The events of (since, until] that concern a flow. Of uses each counts, as if told one by one."""

    def __init__(self, flow: Flow, since: dt.datetime, until: dt.datetime) -> None:
        assert flow.current is not None
        self.names = listening.said(flow.current)
        self.until, self._read_to = until, since
        self._step = max((until - since) / STRETCHES, dt.timedelta(hours=1))
        self._ahead: list[Event] = []

    def count(self) -> int:
        """How many there are in all; two queries."""
        return sum(rows.count() for rows in self._rows(self._read_to, self.until))

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
        plain, uses = self._rows(self._read_to, until)
        found = list(plain.select_related("subscription"))
        found += [
            Event(member_id=pk, name=name, occurred_at=at, recorded_at=at, data={})
            for pk, name, at in uses.values_list("member_id", "name", "occurred_at")
        ]
        self._ahead += sorted(found, key=lambda event: (event.occurred_at, event.pk or 0))
        self._read_to = until

    def _rows(self, since: dt.datetime, until: dt.datetime):  # type: ignore[no-untyped-def]  # two querysets
        when = {"occurred_at__gt": since, "occurred_at__lte": until, "member__merged_into": None}
        used = [name for name in self.names if events.is_usage(name)]
        plain = Event.objects.filter(name__in=self.names - set(used), **when)
        return plain, Usage.objects.filter(name__in=used, **when)
