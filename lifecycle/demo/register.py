"""Writes lives of the demo club into the register: members, contracts, payments, use. All in bulk, all quiet."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from lifecycle.demo import ladder, lives
from members import cards, identity, merging
from members.models import (
    Account,
    Consent,
    ExternalId,
    Member,
    MemberFacts,
    Payment,
    Plan,
    Subscription,
    Usage,
    UsageDay,
)

SOURCE = "house"
USE = "usage.evening"
Status = Subscription.Status


@dataclass
class Registered:
    """One life with the rows that tell it."""

    life: lives.Life
    moves: list[ladder.Move]
    member: Member
    subscriptions: list[Subscription]
    payments: list[list[Payment]]


def uuid_of(rng: Random) -> uuid.UUID:
    """A UUID that is the same for the same seed."""
    return uuid.UUID(int=rng.getrandbits(128), version=4)


def write(
    rng: Random,
    told: Sequence[tuple[lives.Life, list[ladder.Move]]],
    plans: dict[str, Plan],
    company: Account,
    now: dt.datetime,
) -> list[Registered]:
    """Registers these lives with everything that belongs to a member but events and letters."""
    rows = [Registered(life, moves, _member(rng, life, moves, plans, now), [], []) for life, moves in told]
    for place in range(2, len(rows), max(3, len(rows) // 4)):
        rows[place].member.account = company
    Member.objects.bulk_create(row.member for row in rows)
    MemberFacts.objects.bulk_create(MemberFacts(member=row.member, dirty_at=now) for row in rows)
    _ids(rows)
    _contracts(rng, rows)
    _consents(rng, rows, now)
    _use(rows)
    return rows


def _member(
    rng: Random, life: lives.Life, moves: list[ladder.Move], plans: dict[str, Plan], now: dt.datetime
) -> Member:
    person, last = life.person, moves[-1]
    member = Member(
        uuid=uuid_of(rng),
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        phone=person.phone,
        locale=person.locale,
        time_zone=person.time_zone,
        country=person.country,
        plan=plans[life.plan],
        source=life.source,
        joined_at=life.joined_at,
        joining_reason=life.joining_reason,
        told_by=life.told_by,
        stage=last.to_stage,
        stage_since=last.since,
        circle=_circle(life, now),
        status=_status(life.contracts[-1]),
        created_at=now,
        updated_at=now,
    )
    identity.set_keys(member)
    return member


def _circle(life: lives.Life, now: dt.datetime) -> str:
    if not life.is_here or now - life.joined_at < dt.timedelta(days=90):
        return Member.Circle.NOT_YET
    if life.keen >= 0.5 and life.signs and now - life.joined_at > dt.timedelta(days=180):
        return Member.Circle.INNER
    return Member.Circle.REGULAR if life.keen >= 0.1 else Member.Circle.OUTER


def _status(contract: lives.Contract) -> str:
    if contract.ended_at:
        return Status.ENDED
    if contract.cancelled_at:
        return Status.CANCELLED
    last = contract.payments[-1] if contract.payments else None
    return Status.PAST_DUE if last and last.status == Payment.Status.FAILED else Status.ACTIVE


def _ids(rows: Sequence[Registered]) -> None:
    found = []
    for number, row in enumerate(rows, 1001):
        found.append(ExternalId(member=row.member, source=SOURCE, value=f"hc-{number}"))
        if number % 3 == 0:
            found.append(ExternalId(member=row.member, source=ExternalId.STRIPE, value=f"cus_demo{number}"))
    ExternalId.objects.bulk_create(found)


def _contracts(rng: Random, rows: Sequence[Registered]) -> None:
    for row in rows:
        for number, contract in enumerate(row.life.contracts, 1):
            row.subscriptions.append(_subscription(rng, row, contract, number))
    Subscription.objects.bulk_create(sub for row in rows for sub in row.subscriptions)
    for row in rows:
        for contract, held in zip(row.life.contracts, row.subscriptions, strict=True):
            row.payments.append(
                [_payment(row, held, paid, number) for number, paid in enumerate(contract.payments, 1)]
            )
    Payment.objects.bulk_create(paid for row in rows for paids in row.payments for paid in paids)


def _subscription(rng: Random, row: Registered, contract: lives.Contract, number: int) -> Subscription:
    plan = row.member.plan
    assert plan is not None
    held = Subscription(
        uuid=uuid_of(rng),
        member=row.member,
        source=SOURCE,
        external_id=f"sub-{row.member.pk}-{number}",
        plan=plan,
        status=_status(contract),
        started_at=contract.started_at,
        anchor_at=contract.started_at,
        current_period_end=contract.period_end,
        card_expires_at=_card(contract, row.member.pk),
        ended_at=contract.ended_at,
        amount=plan.amount,
        currency=plan.currency,
        interval=plan.interval,
        interval_count=plan.interval_count,
    )
    if contract.cancelled_at:
        held.cancelled_at, held.cancel_reason = contract.cancelled_at, contract.reason
        held.cancel_effective_at, held.voluntary = contract.period_end, contract.voluntary
        held.access_ends_at = None if contract.ended_at else contract.period_end
    told_at = contract.ended_at or contract.cancelled_at or max([contract.started_at, *contract.renewals])
    stamp = str(merging.Stamp(told_at, 0, "demo"))
    names = (
        "status",
        "plan",
        "started_at",
        "current_period_end",
        "cancelled_at",
        "cancel_effective_at",
        "ended_at",
        "card_expires_at",
    )
    held.versions = {**dict.fromkeys(names, stamp), "status said": held.status}
    return held


def _card(contract: lives.Contract, pk: int) -> dt.datetime | None:
    """Two in three pay by card; its last month lies behind the paid term."""
    if pk % 3 == 0 or contract.ended_at:
        return None
    year, month = contract.period_end.year + pk % 4 // 2, pk % 12 + 1
    return cards.last_day(year + (month < contract.period_end.month), month)


def _payment(row: Registered, held: Subscription, paid: lives.Paid, number: int) -> Payment:
    return Payment(
        member=row.member,
        subscription=held,
        source=SOURCE,
        external_id=f"pay-{held.pk}-{number}",
        amount=held.amount or 0,
        currency=held.currency,
        status=paid.status,
        paid_at=paid.at,
        versions={"status": str(merging.Stamp(paid.at, 0, "demo")), "names": held.external_id},
    )


def _consents(rng: Random, rows: Sequence[Registered], now: dt.datetime) -> None:
    found = []
    for row in rows:
        joined = row.life.joined_at
        found.append(_consent(row, "membership", joined, "joined"))
        if rng.random() < 0.7:
            found.append(_consent(row, "news", joined, "ticked on the form"))
            if rng.random() < 0.15 and now - joined > dt.timedelta(days=60):
                withdrawn = joined + (now - joined) * rng.uniform(0.3, 0.9)
                found.append(_consent(row, "news", withdrawn, "unsubscribe link", granted=False))
    Consent.objects.bulk_create(found)


def _consent(row: Registered, topic: str, at: dt.datetime, proof: str, *, granted: bool = True) -> Consent:
    return Consent(
        member=row.member, topic=topic, granted=granted, at=at, recorded_at=at, proof=proof, source="demo"
    )


def _use(rows: Sequence[Registered]) -> None:
    """One use and one day for each evening: nobody comes twice on one Thursday."""
    came = [(row.member, moment) for row in rows for moment in row.life.evenings]
    Usage.objects.bulk_create(
        Usage(member=who, source=SOURCE, external_id=f"door-{who.pk}", name=USE, occurred_at=moment)
        for who, moment in came
    )
    UsageDay.objects.bulk_create(
        UsageDay(member=who, name=USE, day=moment.date(), count=1, quantity=1) for who, moment in came
    )
