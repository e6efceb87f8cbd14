"""A member is forgotten: what was said of them goes everywhere, money and dates stay with a nameless row.

Every column that can hold words is blanked, in every table with rows of members, unless the room that owns it says
in `STAYS` why not: so a new column is erased from its first day. Where no key leads to the member (arrivals, stored
answers, files) each room follows the traces. GDPR article 17.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from api import idempotency
from members import ledger, owned, subscriptions, traces
from members.models import Card, Event, ExternalId, Member, MemberTag, Merge, SegmentMember, Subscription
from members.traces import Traces
from office import audit
from office.models import User

DELETED: tuple[type[models.Model], ...] = (Card, ExternalId, MemberTag, SegmentMember)
STAYS: dict[str, frozenset[str]] = {
    "members.Member": frozenset({"status"}),
    "members.Consent": frozenset({"topic"}),
    "members.Subscription": frozenset({"source", "currency"}),
    "members.Payment": frozenset({"source", "currency"}),
    "members.Span": frozenset({"currency"}),
    "members.MemberFacts": frozenset({"currency"}),
    "members.Event": frozenset({"name", "key"}),  # keys by their shape, below
    "members.Usage": frozenset({"source", "name"}),
    "members.UsageDay": frozenset({"name"}),
}
# Made here, of numbers and UUIDs.
OWN_KEYS = r"^(mail\.[a-z]+|letter\.replied|stage|segment|signup|circle|milestone):[0-9a-f:-]+$"
Eraser = Callable[[Traces, dt.datetime], None]


@dataclass(frozen=True)
class Room:
    """What a room says of erasing: the columns that stay, and how it follows traces (before anything is blanked)."""

    stays: Mapping[str, frozenset[str]]
    erase: Eraser


_rooms: list[Room] = []


def bind(rooms: Sequence[Room]) -> None:
    """The hall says which rooms have something to forget, or to keep; the upper ones first."""
    _rooms[:] = rooms


def erase(member: Member, by: User | None, now: dt.datetime) -> None:
    """Forgets this member in one transaction, with every row that was merged into them; repeating it is harmless.

    Contracts that still run end at `now`, runs through flows end, unsent letters stay. A line in the
    ledger, outside the database, lets a restored backup forget again; ledger.Unwritable where it cannot be written:
    then nothing was forgotten.
    """
    with transaction.atomic():
        member = Member.everybody.select_for_update().get(pk=member.pk)
        found = traces.of(member)
        _end_contracts(member, now)
        for room in _rooms:
            room.erase(found, now)
        _forget_rows(found, now)
        idempotency.forget_mentions(found.words)
        audit.forget(found.uuids, str(member.pk), found.telling)
        audit.record(by, "member.erased", f"#{member.pk}", now, member=member.uuid)
        ledger.erased(found.uuids, now)
    transaction.on_commit(traces.leave_none_on_disk)


def stays(label: str) -> frozenset[str]:
    """The columns of a table that an erasure leaves."""
    return frozenset().union(STAYS.get(label, ()), *(room.stays.get(label, ()) for room in _rooms))


def _end_contracts(member: Member, now: dt.datetime) -> None:
    for row in member.subscriptions.exclude(status=Subscription.Status.ENDED):
        told = ("subscription.ended", member, row.source, row.external_id, now, f"erased:{row.pk}")
        subscriptions.apply(subscriptions.Change(*told), now, quiet=True)


def _forget_rows(found: Traces, now: dt.datetime) -> None:
    for model in DELETED:
        model._base_manager.filter(member__in=found.keys).delete()
    for table in owned.tables():
        if table.model not in DELETED:
            _blank(table.model, table.of(found.keys))
    Subscription._base_manager.filter(member__in=found.keys).update(card_expires_at=None)
    told = Event.objects.filter(member__in=found.keys)
    told.exclude(key__regex=OWN_KEYS).update(key=_instead())
    told.filter(handled_at=None).update(handled_at=now, parked_at=None)
    kept_or_gone = models.Q(kept__in=found.keys) | models.Q(gone__in=found.keys)
    _blank(Merge, Merge.objects.filter(kept_or_gone))
    _forget_members(found, now)


def _forget_members(found: Traces, now: dt.datetime) -> None:
    rows = Member.everybody.filter(pk__in=found.keys)
    _blank(Member, rows)
    rows.update(
        birth_year=None, guardian=None, account=None, preferred_channel="", erased_at=now, updated_at=now
    )


def _blank(model: type[models.Model], rows: models.QuerySet[Any]) -> None:
    kept = stays(model._meta.label)
    columns = [field for field in owned.texts(model) if field.name not in kept]
    if columns:
        rows.update(**{field.name: _nothing(model, field) for field in columns})


def _nothing(model: type[models.Model], field: Any) -> Any:
    if isinstance(field, models.JSONField):
        return None if field.null else field.get_default()
    rules = [rule for rule in model._meta.constraints if isinstance(rule, models.UniqueConstraint)]
    if field.unique or any(field.name in rule.fields for rule in rules):
        return _instead()
    return None if field.null else ""


def _instead() -> Concat:
    """What a column holds of which no two may be alike."""
    return Concat(Value("erased:"), Cast("pk", CharField()))
