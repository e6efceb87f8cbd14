"""What a member's contracts and payments say: price, worth per month, how long, how it ended, what was paid."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import BigIntegerField, Case, F, Sum, When

from members import contract_terms, lifetimes
from members.lifetimes import Life
from members.models import Payment, Subscription

ORDER = (
    "active",
    "trialing",
    "past_due",
    "paused",
    "cancelled",
    "ended",
)  # which of several speaks for a member
WORTH = ("active", "past_due", "cancelled")  # what brings money now; a trial and a pause do not
LONG_AGO = dt.datetime(1, 1, 2, tzinfo=dt.UTC)
UNTOLD = "1000-"  # of a payment that only its refund told of


class Contract(NamedTuple):
    """One subscription, as far as facts ask."""

    member_id: int
    status: str
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    cancelled_at: dt.datetime | None
    cancel_reason: str
    amount: int | None
    currency: str
    interval: str
    interval_count: int
    card_expires_at: dt.datetime | None = None


@dataclass(frozen=True)
class Terms:
    """What all contracts of a member say together; amounts in minor units of `currency`."""

    is_live: bool = False
    currency: str | None = None
    price: int | None = None
    mrr: int | None = None
    life_since: dt.datetime | None = None
    cancel_reason: str | None = None
    card_expires_at: dt.datetime | None = None


def of(member_ids: Collection[int]) -> dict[int, Terms]:
    """The terms of those of these members who ever had a contract, in one query."""
    rows = Subscription.objects.filter(member_id__in=member_ids).values_list(*Contract._fields)
    held: dict[int, list[Contract]] = defaultdict(list)
    for row in rows:
        held[row[0]].append(Contract(*row))
    return {member_id: terms(contracts) for member_id, contracts in held.items()}


def paid(member_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """What these members paid in all, per currency, less what was paid back; one query."""
    rows = Payment.objects.filter(member_id__in=member_ids).order_by().values("member_id", "currency")
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for member_id, currency, total in rows.annotate(total=Sum(counted())).values_list(
        "member_id", "currency", "total"
    ):
        found[member_id][currency] = max(0, total)
    return found


def counted() -> Case:
    """What a payment adds to what was paid: gone back nothing; one of which only that was told is taken off."""
    alone = {"status": Payment.Status.REFUNDED, "versions__amount__startswith": UNTOLD}
    return Case(
        When(status=Payment.Status.SUCCEEDED, then=F("amount")),
        When(**alone, then=-F("amount")),
        default=0,
        output_field=BigIntegerField(),
    )


def per_month(amount: int, interval: str, count: int) -> int:
    """What `amount` every `count` × `interval` is worth per month, as spans count it, in whole minor units."""
    return contract_terms.per_month(amount, interval, count)


def terms(held: Sequence[Contract]) -> Terms:
    """What these contracts of one member say together."""
    ordered = sorted(held, key=precedence)
    main, live = ordered[0], [row for row in ordered if row.status != "ended"]
    worth = [row for row in live if row.status in WORTH and row.currency == main.currency]
    return Terms(
        is_live=bool(live),
        currency=main.currency or None,
        price=main.amount if live else None,
        mrr=sum(map(_worth, worth)),
        life_since=_unbroken_since(held) if live else None,
        cancel_reason=_reason(ordered, live),
        card_expires_at=min(
            (row.card_expires_at for row in live if row.card_expires_at and row.status != "cancelled"),
            default=None,
        ),
    )


def _worth(row: Contract) -> int:
    if row.amount is None or row.interval not in contract_terms.MONTHS:
        return 0
    return per_month(row.amount, row.interval, row.interval_count)


def precedence(row: Contract) -> tuple[int, float]:
    """By which of several contracts the one that speaks for a member comes first."""
    return ORDER.index(row.status), -(row.started_at or LONG_AGO).timestamp()


def _reason(ordered: Sequence[Contract], live: Sequence[Contract]) -> str | None:
    """Why the member left, or is leaving; nothing of somebody with a contract that goes on."""
    if any(row.status != "cancelled" for row in live):
        return None
    said = [row for row in ordered if row.cancel_reason]
    last = max(said, key=lambda row: row.cancelled_at or row.ended_at or LONG_AGO, default=None)
    return last.cancel_reason if last else None


def _unbroken_since(held: Sequence[Contract]) -> dt.datetime | None:
    """When the present life under contract began: contracts that overlap or follow each other are one."""
    over = [row for row in held if row.status == "ended" and row.ended_at]
    live = [row for row in held if row.status != "ended"]
    times = [Life(row.started_at, row.ended_at) for row in over if row.started_at]
    times += [Life(row.started_at, None) for row in live if row.started_at]
    last = lifetimes.joined(times)[-1:]
    return last[0].since if last and last[0].until is None else None
