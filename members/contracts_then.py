"""How contracts stood at a moment in the past: their status, their terms and what they say together.

Read from what was told of them (`contract_history`) and from their spans; what nobody told, the row says.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q, Sum

from members import contract_facts, contract_history
from members.contract_facts import Contract
from members.contract_history import Recorded, Told
from members.models import Event, Payment, Span, Subscription

Status = Subscription.Status
OF_SPANS: Mapping[str, str] = {
    Span.Kind.TRIAL: Status.TRIALING,
    Span.Kind.PAUSED: Status.PAUSED,
    Span.Kind.PAID: Status.ACTIVE,
}
LEAVES, STAYS = "subscription.cancelled", ("subscription.started", "subscription.resumed")
GOES_ON = (Status.ACTIVE, Status.TRIALING, Status.PAST_DUE)


class Stretch(NamedTuple):
    """One span: what was agreed from when until when (aware, exclusive)."""

    starts_at: dt.datetime
    ends_at: dt.datetime | None
    kind: str
    plan_id: int | None
    amount: int | None
    currency: str
    interval: str
    interval_count: int


class Standing(NamedTuple):
    """A contract at a moment: its status, since when it gave access without a break, why and when it is left."""

    status: str
    since: dt.datetime | None
    until: dt.datetime | None
    span: Stretch
    cancelled_at: dt.datetime | None
    reason: str


@dataclass
class History:
    """One contract, what was told of it, oldest first, and its spans in order."""

    row: Subscription
    told: Sequence[Told]
    spans: Sequence[Stretch]

    def at(self, now: dt.datetime) -> Standing | None:
        """How it stood; None before it began."""
        begun = [span for span in self.spans if span.starts_at <= now]
        if not begun:
            return None
        span = begun[-1]
        if span.ends_at is not None and span.ends_at <= now:
            decided, reason = self._decision(now)
            return Standing(str(Status.ENDED), self._since(begun), span.ends_at, span, decided, reason)
        status, decided, reason = self._status(span, now)
        return Standing(status, self._since(begun), None, span, decided, reason)

    def _status(self, span: Stretch, now: dt.datetime) -> tuple[str, dt.datetime | None, str]:
        said = [one for one in self.told if one.since <= now and one.status]
        status = said[-1].status if said else str(OF_SPANS[span.kind])
        decided, reason = self._decision(now)
        is_left = decided is not None and (
            not said or status == Status.CANCELLED or self._outlasts(said[-1], now)
        )
        return (Status.CANCELLED, decided, reason) if is_left else (status, None, "")

    def _decision(self, now: dt.datetime) -> tuple[dt.datetime | None, str]:
        """When somebody decided to leave in the life that goes on, and why; None where nobody did, or took it back."""
        words = [one for one in self.told if one.since <= now and one.name in (LEAVES, *STAYS)]
        if words:
            last = words[-1]
            return (last.at, self._reason(last)) if last.name == LEAVES else (None, "")
        row = self.row
        at = row.cancelled_at or (row.ended_at if row.status == Status.ENDED else None)
        return (at, row.cancel_reason) if at and at <= now else (None, "")

    def _reason(self, leaving: Told) -> str:
        said = leaving.data.get("reason") or leaving.data.get("cancel_reason")
        return str(said) if said else self.row.cancel_reason

    def _outlasts(self, last: Told, now: dt.datetime) -> bool:
        """Whether a decision to leave holds although something else was told since: its day is still to come."""
        leaving = next((one for one in reversed(self.told) if one.name == LEAVES and one.at <= now), None)
        ends = leaving.moment("effective_at") if leaving else None
        return bool(ends and ends > last.at and last.status in GOES_ON)

    def _since(self, begun: Sequence[Stretch]) -> dt.datetime:
        """When the life began that the last of these spans belongs to."""
        since = begun[-1].starts_at
        for span in reversed(begun[:-1]):
            if span.ends_at != since:
                break
            since = span.starts_at
        return since


class Contracts:
    """The contracts of members, read once for each of them: three queries for those who are new."""

    def __init__(self) -> None:
        self._held: dict[int, list[History]] = {}
        self._expected: set[int] = set()

    def expect(self, member_ids: Iterable[int]) -> None:
        """Says who may be asked for as well: they are read together with the next who are."""
        self._expected.update(member_ids)

    def read(self, member_ids: Iterable[int]) -> None:
        """Reads those of these members who were not read before."""
        fresh = set(member_ids) - self._held.keys()
        if not fresh:
            return
        fresh |= self._expected - self._held.keys()
        self._expected.clear()
        recorded, spans = _recorded(fresh), _spans(fresh)
        self._held |= {pk: [] for pk in fresh}
        for row in Subscription.objects.filter(member__in=fresh).order_by("pk"):
            told = contract_history.read(row, recorded[row.pk])
            self._held[row.member_id].append(History(row, told, spans[row.pk]))

    def any(self, member_id: int) -> bool:
        """Whether the member ever had a contract."""
        return bool(self._held[member_id])

    def status(self, contract: Subscription, now: dt.datetime) -> str:
        """How this contract stood; empty before it began."""
        history = next(one for one in self._held[contract.member_id] if one.row.pk == contract.pk)
        found = history.at(now)
        return found.status if found else ""

    def of(self, member_id: int, now: dt.datetime) -> tuple[list[Contract], list[Stretch]]:
        """The contracts of a member that had begun, the one that speaks for them first; each with its span of then."""
        found = [
            (_contract(one, stands), stands.span) for one in self._held[member_id] if (stands := one.at(now))
        ]
        found.sort(key=lambda one: contract_facts.precedence(one[0]))
        return [contract for contract, _span in found], [span for _contract, span in found]


def paid(member_ids: Collection[int], now: dt.datetime) -> dict[int, dict[str, int]]:
    """What these members had paid, per currency; one query. What went back at any time counts as never paid."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Payment.objects.filter(member__in=member_ids, paid_at__lte=now).order_by()
    counted = Sum("amount", filter=Q(status=Payment.Status.SUCCEEDED))
    for pk, currency, total in rows.values_list("member_id", "currency").annotate(total=counted):
        found[pk][currency] = total or 0
    return found


def _contract(history: History, stands: Standing) -> Contract:
    span, row = stands.span, history.row
    return Contract(
        member_id=row.member_id,
        status=stands.status,
        started_at=stands.since,
        ended_at=stands.until,
        cancelled_at=stands.cancelled_at,
        cancel_reason=stands.reason,
        amount=span.amount,
        currency=span.currency,
        interval=span.interval,
        interval_count=span.interval_count,
        card_expires_at=row.card_expires_at,
    )


def _recorded(member_ids: Collection[int]) -> dict[int, list[Recorded]]:
    found: dict[int, list[Recorded]] = defaultdict(list)
    rows = Event.objects.filter(member__in=member_ids, name__in=contract_history.NAMES).exclude(
        subscription=None
    )
    for pk, *event in rows.values_list("subscription_id", *Recorded._fields):
        found[pk].append(Recorded(*event))
    return found


def _spans(member_ids: Collection[int]) -> dict[int, list[Stretch]]:
    found: dict[int, list[Stretch]] = defaultdict(list)
    rows = Span.objects.filter(member__in=member_ids).order_by("starts_at")
    for pk, *columns in rows.values_list("subscription_id", *Stretch._fields):
        found[pk].append(Stretch(*columns))
    return found
