"""Contracts of a list, written down: many at once and quietly, or one by one as if billing told of them now."""

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Any

from intake.importing import placing, planning
from intake.importing.planning import Change, State
from members import contract_history, events, merging, payments, plans, subscriptions
from members.models import ExternalId, Member, Payment, Subscription
from office import bulk, pouring

Status = Subscription.Status
COLUMNS = (
    "status",
    "started_at",
    "ended_at",
    "cancelled_at",
    "cancel_effective_at",
    "cancel_reason",
    "amount",
    "currency",
    "interval",
    "interval_count",
    "card_expires_at",
)
IDENT = "import"
SAID = "import said"
HISTORY = {
    "subscription.started": "started_at",
    "subscription.cancelled": "cancelled_at",
    "subscription.ended": "ended_at",
}


def write(
    changes: Collection[Change], held: dict[str, Subscription], members: dict[int, Member], now: dt.datetime
) -> dict[str, Subscription]:
    """Makes and changes these contracts, with their history as already answered; settles their members quietly."""
    slugs = plans.by_slug({change.after["plan"] for change in changes})
    rows = {change.ident: _row(change, held, slugs, now) for change in changes}
    new = [rows[change.ident] for change in changes if change.before is None]
    pouring.create(new)
    old = [rows[change.ident] for change in changes if change.before is not None]
    columns = [*COLUMNS, "plan", "access_ends_at", "anchor_at", "versions"]
    bulk.update(old, columns)
    _link(new)
    told: dict[bool, list[events.Draft]] = {True: [], False: []}
    for change in changes:
        history = _history(rows[change.ident], change, members[change.after["member"]], now)
        told[change.before is None].extend(history)
    events.record_new(told[True], now)
    events.record_many(told[False], now, quiet=True)
    placing.settle({change.after["member"] for change in changes}, now)
    return rows


def tell(change: Change, member: Member, now: dt.datetime) -> None:
    """What the line changes, as billing would tell it. NotTheirs from the register."""
    after, before = change.after, change.before or {}
    columns = {name: after[name] for name in COLUMNS if name != "status" and after[name] not in (None, "")}
    if after["plan"]:
        columns["plan"] = plans.named(after["plan"])
    columns.setdefault("anchor_at", after["started_at"])
    ident = f"{IDENT}:{planning.digest(after)}"
    for name, at in _tellings(before, after, now):
        wanted = columns if name != "subscription.started" else _without_end(columns)
        told = subscriptions.Change(
            name,
            member,
            ExternalId.HOUSE,
            change.ident,
            at,
            ident,
            {**wanted, **({"status": after["status"]} if name == "subscription.changed" else {})},
        )
        subscriptions.apply(told, now)


def _tellings(before: State, after: State, now: dt.datetime) -> Iterator[tuple[str, dt.datetime]]:
    told = False
    for name, column in HISTORY.items():
        at = after[column]
        if at and before.get(column) != at and (name != "subscription.started" or not before):
            told = True
            yield name, at
    if not told or after["status"] not in (Status.ACTIVE, Status.CANCELLED, Status.ENDED):
        yield "subscription.changed", now


def _without_end(columns: dict[str, Any]) -> dict[str, Any]:
    ends = ("ended_at", "cancelled_at", "cancel_effective_at", "cancel_reason")
    return {name: value for name, value in columns.items() if name not in ends}


def _row(
    change: Change, held: dict[str, Subscription], slugs: dict[str, Any], now: dt.datetime
) -> Subscription:
    after = change.after
    row = held.get(change.ident) or Subscription(
        source=ExternalId.HOUSE, external_id=change.ident, member_id=after["member"]
    )
    fields = {name: after[name] for name in COLUMNS} | {"plan": slugs.get(after["plan"])}
    before = change.before or {}
    said = {
        name: value
        for name, value in fields.items()
        if change.before is None or name == "plan" or before[name] != value
    }
    merging.merge(row, said, merging.Stamp(now, 0, IDENT))
    for (
        name,
        value,
    ) in said.items():  # a list that is taken in now is the latest word, also after a clock set back
        setattr(row, name, value)
    row.anchor_at = row.anchor_at or after["started_at"]
    row.access_ends_at = _access_ends(row)
    row.versions = {
        **row.versions,
        SAID: after["told"],
        subscriptions.SAID: str(row.status),
    }
    return row


def _access_ends(row: Subscription) -> dt.datetime | None:
    if row.status != Status.CANCELLED:
        return None
    return row.cancel_effective_at or row.current_period_end or row.cancelled_at


def _link(new: Collection[Subscription]) -> None:
    """Ties payments to contracts that they named before these were known."""
    waiting = Payment.objects.filter(
        source=ExternalId.HOUSE, subscription=None, versions__names__in=[row.external_id for row in new]
    )
    named = set(waiting.values_list("versions__names", flat=True)) if new else set()
    for row in new:
        if row.external_id in named:
            payments.link(row)


def _history(row: Subscription, change: Change, member: Member, now: dt.datetime) -> Iterator[events.Draft]:
    before, after = change.before or {}, change.after
    terms = contract_history.words(
        {**{name: after[name] for name in contract_history.TERMS}, "plan": row.plan}
    )
    said = {"subscription.started": terms, "subscription.cancelled": {"reason": after["cancel_reason"]}}
    for name, column in HISTORY.items():
        at = after[column]
        if at and before.get(column) != at and not (before and name == "subscription.started"):
            data = said.get(name, {})
            yield events.Draft(name, member, at, f"subscription:{row.pk}:{name}:{IDENT}", data, row)
    if before and any(before[name] != after[name] for name in ("amount", "currency", "interval", "plan")):
        ident = after["told"][:12]
        yield events.Draft(
            "subscription.changed",
            member,
            now,
            f"subscription:{row.pk}:subscription.changed:{ident}",
            terms,
            row,
        )
