"""The events and moves of the demo club, stored as already answered: they feed the register and start nothing."""

import datetime as dt
from collections.abc import Iterator, Sequence

from lifecycle.demo import lives
from lifecycle.demo.register import Registered
from members import events
from members.models import Event, Payment, StageChange, Subscription
from members.models.member import Stage

Kind = StageChange.Kind


def write(rows: Sequence[Registered], now: dt.datetime) -> None:
    """Writes what happened to these members and how they moved."""
    drafts = [draft for row in rows for draft in _drafts(row)]
    recorded = events.record_many(drafts, now, quiet=True)
    _moves(rows, recorded, now)


def _moves(rows: Sequence[Registered], recorded: Sequence[Event], now: dt.datetime) -> None:
    known = {(event.member_id, event.name, event.occurred_at): event for event in recorded}
    changes = [
        StageChange(
            member=row.member,
            kind=move.kind,
            from_stage=move.from_stage,
            to_stage=move.to_stage,
            at=move.at,
            rule=move.rule,
            values=move.values,
            event=known.get((row.member.pk, move.because, move.at)),
        )
        for row in rows
        for move in row.moves
    ]
    StageChange.objects.bulk_create(changes)
    told = [change for change in changes if change.kind not in (Kind.JOINED, Kind.PLACED)]
    events.record_many([_entered(change) for change in told], now, quiet=True)


def _entered(change: StageChange) -> events.Draft:
    data = {"stage": change.to_stage, "from": change.from_stage}
    return events.Draft("stage.entered", change.member, change.at, f"stage:{change.pk}", data)


def _drafts(row: Registered) -> Iterator[events.Draft]:
    life, member = row.life, row.member
    data = {"source": life.source, "joining_reason": life.joining_reason}
    yield events.Draft("member.signed_up", member, life.joined_at, f"signup:{member.uuid}", data)
    for contract, held, payments in zip(life.contracts, row.subscriptions, row.payments, strict=True):
        yield from _of_contract(row, contract, held)
        yield from (_of_payment(paid) for paid in payments)
    if life.activated_at:
        key = f"activated:{member.uuid}"
        yield events.Draft("member.activated", member, life.activated_at, key, {"by": "usage.evening"})
    yield from _guide(row)
    for number, sign in enumerate(life.signs):
        yield events.Draft(sign.name, member, sign.at, f"demo:{member.uuid}:{number}", sign.data)
    if became := next((move for move in row.moves if move.to_stage == Stage.AMBASSADOR), None):
        yield events.Draft("ambassador.became", member, became.at, f"ambassador:{member.uuid}")


def _of_contract(row: Registered, contract: lives.Contract, held: Subscription) -> Iterator[events.Draft]:
    told = [("subscription.started", contract.started_at)]
    told += [("subscription.renewed", at) for at in contract.renewals]
    told += [("subscription.cancelled", contract.cancelled_at)] if contract.cancelled_at else []
    told += [("subscription.ended", contract.ended_at)] if contract.ended_at else []
    for name, at in told:
        data = {"cancel_reason": contract.reason} if name == "subscription.cancelled" else {}
        key = f"subscription:{held.pk}:{name}:{at:%Y%m%d}"
        yield events.Draft(name, row.member, at, key, data, held)
    if contract is not row.life.contracts[0]:
        key = f"won back:{held.pk}"
        yield events.Draft("member.won_back", row.member, contract.started_at, key, {}, held)


def _of_payment(paid: Payment) -> events.Draft:
    name = f"payment.{paid.status}"
    data = {"amount": paid.amount, "currency": paid.currency}
    return events.Draft(
        name, paid.member, paid.paid_at, f"payment:{paid.pk}:{name}:demo", data, paid.subscription
    )


def _guide(row: Registered) -> Iterator[events.Draft]:
    """Some read the guide in their first week: three lessons, and then they are through."""
    life, member = row.life, row.member
    end = life.contracts[0].ended_at
    if life.keen < 0.1 or member.pk % 3:
        return
    for lesson in (1, 2, 3):
        at = life.joined_at + dt.timedelta(days=lesson, hours=2)
        if at > row.member.updated_at or (end and at > end):
            return
        data = {"name": f"Lesson {lesson}"}
        yield events.Draft("guide.lesson_done", member, at, f"guide:{member.uuid}:{lesson}", data)
        if lesson == 3:
            yield events.Draft("guide.completed", member, at, f"guide:{member.uuid}:all", {})
