"""Dates and repetitions that set a flow going, each with its moment: reckoned once, before anything is played."""

import datetime as dt
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from flows import dates, moments, sweeping, triggers
from flows.occasions import Occasion
from flows.simulation import terms_then
from flows.simulation.past import Past
from members import durations
from members.models import Member, Subscription
from members.models.member import Stage

READ_AT_ONCE = 2000


class Date(NamedTuple):
    """One moment (aware) of one date: the n-th repetition, of which row and whom, and the date that it comes from."""

    at: dt.datetime
    number: int
    pk: int
    member_id: int
    value: dt.datetime


class Coming:
    """The moments of (since, until] at which a trigger falls due for anybody, in order; none where nothing is timed."""

    def __init__(self, trigger: Mapping[str, Any], since: dt.datetime, until: dt.datetime) -> None:
        self.trigger, self.is_as_of_today = trigger, False
        self._then = terms_then.Terms({})
        found: list[Date] = []
        if triggers.kind(trigger) in triggers.TIMED:
            self.source = sweeping.source(trigger)
            found = sorted(self._reckoned(since, until))
        self._ahead = deque(found)
        self.members = {one.member_id for one in found}

    def __len__(self) -> int:
        return len(self._ahead)

    def coming(self) -> list[int]:
        """The members whose dates come, in order."""
        return list(dict.fromkeys(one.member_id for one in self._ahead))

    def next_at(self) -> dt.datetime | None:
        """When the next of them falls due; None when there is no more."""
        return self._ahead[0].at if self._ahead else None

    def take(self, until: dt.datetime) -> list[Date]:
        """Those up to and with this moment, in order; each is given once."""
        taken = []
        while self._ahead and self._ahead[0].at <= until:
            taken.append(self._ahead.popleft())
        return taken

    def occasions(self, due: Sequence[Date], past: Past) -> list[Occasion]:
        """What lets somebody in of these: members and contracts as they stood; two queries."""
        members = past.load({one.member_id for one in due})
        held = {} if self.source.of_member else Subscription.objects.in_bulk({one.pk for one in due})
        found = []
        for one in due:
            member, contract = members.get(one.member_id), held.get(one.pk)
            if member is None or one.at < member.created_at:
                continue
            if self.source.of_member and member.stage == Stage.FORMER:
                continue
            refusal = self.source.refusal(past.standing(contract, one.at)) if contract else ""
            row = dates.Row(one.pk, one.value, member, contract, refusal)
            found.append(sweeping.occasion(self.trigger, row, one.number, one.at))
        return found

    def _reckoned(self, since: dt.datetime, until: dt.datetime) -> Iterator[Date]:
        rows = _of_members(since) if self.source.of_member else self._of_contracts(since)
        for pk, member_id, zone, value in rows:
            for number, at in moments.due(self.trigger, value, durations.zone_named(zone), since, until):
                if self._then.stood(pk, value, at):
                    yield Date(at, number, pk, member_id, value)

    def _of_contracts(self, since: dt.datetime) -> Iterator[tuple[int, int, str, dt.datetime]]:
        column = self.source.columns[0]
        self._then = terms_then.told(column, since)
        rows = Subscription.objects.filter(member__merged_into=None, member__erased_at=None)
        value = Coalesce(*self.source.columns) if self.source.columns[1:] else F(column)
        columns = ("pk", "member_id", "member__time_zone", "value")
        for pk, member_id, zone, today in (
            rows.annotate(value=value).values_list(*columns).iterator(READ_AT_ONCE)
        ):
            stood = self._then.values(pk, today)
            self.is_as_of_today |= today is not None and not self._then.knows(pk)
            yield from ((pk, member_id, zone, one) for one in stood)


def _of_members(since: dt.datetime) -> Iterator[tuple[int, int, str, dt.datetime]]:
    """Whoever was with us at any time after `since`: those who left later are there until then."""
    rows = Member.objects.filter(~Q(stage=Stage.FORMER) | Q(stage_since__gt=since), erased_at=None)
    for pk, zone, joined in rows.values_list("pk", "time_zone", "joined_at").iterator(READ_AT_ONCE):
        yield pk, pk, zone, joined
