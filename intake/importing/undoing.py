"""Takes a list back: what it made goes, what it changed reads as before; what somebody touched since stays."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.db import models, transaction
from django.utils.dateparse import parse_datetime

from intake.importing import contracts, ledger, money, people, placing
from intake.importing.models import Import, ImportedRow
from intake.importing.planning import State
from members import identity, plans
from members.models import (
    Consent,
    Event,
    ExternalId,
    Member,
    MemberFacts,
    Payment,
    SegmentMember,
    StageChange,
    Subscription,
)
from office import audit
from office.models import User

CHUNK = 500
KEPT_NAMED = 200
DERIVED = (
    "stage.",
    "circle.",
    "segment.",
    "milestone.",
    "member.went_quiet",
    "member.came_back",
    "member.at_risk",
)
OWN = (MemberFacts, ExternalId, SegmentMember, Member)  # what a member has by being one


def may_undo(batch: Import, now: dt.datetime) -> bool:
    """Whether the list can still be taken back: for 24 hours, and only where it was taken in quietly."""
    in_time = batch.finished_at is not None and now < batch.finished_at + ledger.UNDO_FOR
    return in_time and not batch.is_live and batch.status in (Import.Status.DONE, Import.Status.REFUSED)


def until(batch: Import) -> dt.datetime | None:
    """Until when it can be taken back."""
    return batch.finished_at + ledger.UNDO_FOR if batch.finished_at else None


def ask(batch: Import, user: User | None, now: dt.datetime) -> bool:
    """Lets the workers take the list back; False when it is too late. Written into the log of changes."""
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=batch.pk)
        if not may_undo(locked, now):
            return False
        locked.status, locked.undone_by = Import.Status.UNDOING, user
        locked.lines_done, locked.lines = 0, locked.rows.count()
        locked.save()
        audit.record(user, "import.undone", locked.file_name, now, id=locked.pk)
    return True


def undo_chunk(batch: Import, now: dt.datetime) -> int:
    """Takes the next rows back, latest first, in one transaction; returns how many, 0 when all are dealt with."""
    with transaction.atomic():
        rows = list(ImportedRow.objects.filter(batch=batch).order_by("-row")[:CHUNK])
        if not rows:
            return 0
        kept = {
            Import.Kind.MEMBERS: _members,
            Import.Kind.SUBSCRIPTIONS: _contracts,
            Import.Kind.PAYMENTS: _payments,
            Import.Kind.EVENTS: _events,
        }[Import.Kind(batch.kind)](rows, now)
        ImportedRow.objects.filter(pk__in=[row.pk for row in rows]).delete()
        batch.kept = [*batch.kept, *kept][:KEPT_NAMED]
        batch.lines_done += len(rows)
        batch.save(update_fields=["kept", "lines_done"])
    return len(rows)


def _members(rows: Sequence[ImportedRow], now: dt.datetime) -> list[str]:
    found = (
        Member.objects.select_related("plan")
        .select_for_update(of=("self",))
        .in_bulk([row.row for row in rows])
    )
    made = {row.row for row in rows if row.before is None}
    busy = _with_a_life(made)
    kept, gone = [], []
    for row in rows:
        member = found.get(row.row)
        if member is None:
            continue
        if people.mark(people.state(member, False)) != row.after or member.pk in busy:
            kept.append(member.name)
        elif row.before is None:
            gone.append(member.pk)
        else:
            _put_back(member, row.before, now)
    Member.objects.filter(pk__in=gone).delete()
    return kept


def _with_a_life(made: Collection[int]) -> set[int]:
    """Those of whom more is known than that they were imported."""
    busy: set[int] = set()
    for relation in Member._meta.related_objects:
        model: Any = relation.related_model
        if model in OWN and relation.field.name != "merged_into":
            continue
        rows = model._default_manager.filter(**{f"{relation.field.name}__in": made})
        busy |= set(_of_its_own(model, rows).values_list(f"{relation.field.name}_id", flat=True))
    return busy


def _of_its_own(model: type[models.Model], rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    if model is StageChange:
        return rows.exclude(kind=StageChange.Kind.PLACED)
    if model is Consent:
        return rows.exclude(source="import")
    if model is Event:
        for prefix in (*DERIVED, "member.signed_up"):
            rows = rows.exclude(name__startswith=prefix)
    return rows


def _put_back(member: Member, before: State, now: dt.datetime) -> None:
    for name, old in before.items():
        if name == "plan":
            member.plan = plans.named(old)
        elif name == "guardian":
            member.guardian_id = old if isinstance(old, int) else None
        elif name == "own":
            member.own_fields = old
        elif name == "joined_at":
            member.joined_at = parse_datetime(old) or member.joined_at
        elif name in people.PLAIN:
            setattr(member, name, old)
    identity.set_keys(member)
    member.updated_at = now
    member.save()


def _contracts(rows: Sequence[ImportedRow], now: dt.datetime) -> list[str]:
    held = Subscription.objects.select_related("plan", "member").in_bulk([row.row for row in rows])
    kept, gone, owners, changes = [], [], set(), []
    for row in rows:
        contract = held.get(row.row)
        if contract is None:
            continue
        if contracts.mark(contracts.state(contract)) != row.after:
            kept.append(contract.member.name)
            continue
        owners.add(contract.member_id)
        if row.before is None:
            gone.append(contract.pk)
        else:
            told = contract.versions.get(contracts.SAID, "")[:12]
            changes.append(f"subscription:{contract.pk}:subscription.changed:{told}")
            _restore(contract, row.before, contracts.KEPT, contracts.SAID)
    Event.objects.filter(subscription__in=gone, name__startswith="subscription.").delete()
    Event.objects.filter(key__in=changes).delete()  # its price would stay in the contract's history
    Subscription.objects.filter(pk__in=gone).delete()
    placing.unsettle(owners, now)
    return kept


def _payments(rows: Sequence[ImportedRow], now: dt.datetime) -> list[str]:
    held = Payment.objects.select_related("member").in_bulk([row.row for row in rows])
    kept, gone = [], []
    for row in rows:
        payment = held.get(row.row)
        if payment is None:
            continue
        if money.mark(money.state(payment)) != row.after:
            kept.append(payment.member.name)
        elif row.before is None:
            gone.append(payment.pk)
        else:
            _restore(payment, row.before, money.KEPT, money.SAID)
    keys = [f"payment:{pk}:{name}:{money.IDENT}" for pk in gone for name in money.NAMES.values()]
    Event.objects.filter(key__in=keys).delete()
    Payment.objects.filter(pk__in=gone).delete()
    paid_by = {payment.member_id for payment in held.values()}
    MemberFacts.objects.filter(member__in=paid_by).update(dirty_at=now)
    return kept


def _events(rows: Sequence[ImportedRow], now: dt.datetime) -> list[str]:
    told = Event.objects.filter(pk__in=[row.row for row in rows])
    MemberFacts.objects.filter(member__in=told.values("member")).update(dirty_at=now)
    told.delete()
    return []


def _restore(row: Subscription | Payment, before: State, columns: Collection[str], said: str) -> None:
    for name, old in before.items():
        if name == "plan" and isinstance(row, Subscription):
            row.plan = plans.named(old)
        elif name in columns:
            setattr(row, name, parse_datetime(old) if isinstance(old, str) and name.endswith("_at") else old)
    row.versions = {name: version for name, version in row.versions.items() if name != said}
    row.save()
