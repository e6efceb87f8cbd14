"""The dates that can set a flow going, and where they stand. Each has an index; a range of it costs what lies in it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from members.models import Member, Subscription
from members.models.member import Stage

Status = Subscription.Status
Range = tuple[dt.datetime, dt.datetime]
GOING = (Status.CANCELLED, Status.ENDED)  # there is no next term any more


@dataclass(frozen=True)
class Row:
    """One date of one member, or of one of their subscriptions. `refusal` says why it counts for nothing now."""

    pk: int
    value: dt.datetime
    member: Member
    subscription: Subscription | None = None
    refusal: str = ""


@dataclass(frozen=True)
class Source:
    """A kind of date: its name in a decision, a column of the member or of a subscription, and in which states it
    counts for nothing. A second column stands in where the first is empty.
    """

    words: str
    columns: tuple[str, ...]
    of_member: bool = False
    not_when: tuple[str, ...] = ()

    def earliest(self) -> dt.datetime | None:
        """The earliest of these dates; one query along the index."""
        column = self.columns[0]
        found: dt.datetime | None = self._rows().aggregate(least=Min(column))["least"]
        return found

    def rows(
        self, ranges: Sequence[Range], after: tuple[dt.datetime, int] | None, limit: int
    ) -> Sequence[Row]:
        """Up to `limit` of these dates that lie in one of the ranges (from, up to), in order, after `after`."""
        rows = self._rows().annotate(
            value=Coalesce(*self.columns) if self.columns[1:] else F(self.columns[0])
        )
        rows = rows.filter(self._inside(ranges))
        if after:
            rows = rows.filter(Q(value__gt=after[0]) | Q(value=after[0], pk__gt=after[1]))
        return [self._row(row) for row in rows.order_by("value", "pk")[:limit]]

    def _rows(self) -> "QuerySet[Member] | QuerySet[Subscription]":
        if self.of_member:
            return Member.objects.filter(erased_at=None).exclude(stage=Stage.FORMER)
        whose = Subscription.objects.filter(member__merged_into=None, member__erased_at=None)
        return whose.select_related("member")

    def _inside(self, ranges: Sequence[Range]) -> Q:
        found = Q(pk__in=[])
        for start, end in ranges:
            for place, column in enumerate(self.columns):
                unless = {f"{earlier}": None for earlier in self.columns[:place]}
                found |= Q(**unless, **{f"{column}__gte": start, f"{column}__lt": end})
        return found

    def _row(self, row: "Member | Subscription") -> Row:
        value: dt.datetime = row.value  # type: ignore[union-attr]  # annotated
        if isinstance(row, Member):
            return Row(row.pk, value, row)
        return Row(row.pk, value, row.member, row, self.refusal(row.status))

    def refusal(self, status: str) -> str:
        """Why the date of a contract that stands so counts for nothing; empty when it counts."""
        return f"the subscription is {status}" if status in self.not_when else ""


_PERIOD_END = Source("the end of the paid period", ("current_period_end",), not_when=GOING)
_TRIAL_END = Source("the end of the trial", ("trial_ends_at",), not_when=GOING)
_STARTED = Source("the start of the subscription", ("started_at",), not_when=(Status.ENDED,))
_CARD = Source("the last day of the card", ("card_expires_at",), not_when=GOING)
_OVER = Source("the end of the subscription", ("ended_at", "access_ends_at"))
_JOINED = Source("the day of joining", ("joined_at",), of_member=True)
SOURCES: Mapping[str, Source] = {
    "subscription.current_period_end": _PERIOD_END,
    "subscription.started_at": _STARTED,
    "subscription.trial_ends_at": _TRIAL_END,
    "subscription.card_expires_at": _CARD,
    "subscription.cancelled_at": Source("the day of cancelling", ("cancelled_at",)),
    "subscription.access_ends_at": _OVER,
    "subscription.ended_at": _OVER,
    "member.joined_at": _JOINED,
    "joined_at": _JOINED,
}
ANCHOR = "joined_at"
ANCHORS: Mapping[str, Source] = {
    "joined_at": _JOINED,
    "member.joined_at": _JOINED,
    "subscription.started_at": _STARTED,
    "started_at": _STARTED,
}
