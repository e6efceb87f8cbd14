"""Subscriptions: what billing, in whatever order, says of a contract."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from members import cards, contract_history, events, lives, merging, payments, spans, stages, terms
from members.models import Member, Subscription

Status = Subscription.Status
NOT_LEAVING: dict[str, Any] = {
    "cancelled_at": None,
    "cancel_effective_at": None,
    "cancel_reason": "",
    "voluntary": None,
    "ended_at": None,
}
IMPLIED: dict[str, dict[str, Any]] = {
    "subscription.started": {"status": Status.ACTIVE, **NOT_LEAVING},
    "subscription.renewed": {"status": Status.ACTIVE, "ended_at": None},
    "subscription.trial_ending": {},
    "subscription.changed": {},
    "subscription.paused": {"status": Status.PAUSED},
    "subscription.resumed": {"status": Status.ACTIVE, "paused_at": None, **NOT_LEAVING},
    "subscription.past_due": {"status": Status.PAST_DUE},
    "subscription.cancelled": {"status": Status.CANCELLED},
    "subscription.ended": {"status": Status.ENDED},
}
MOMENTS = {
    "subscription.started": "started_at",
    "subscription.paused": "paused_at",
    "subscription.cancelled": "cancelled_at",
    "subscription.ended": "ended_at",
}
TERMINAL_RANK = 9  # an end wins against anything else of the same moment
END_OF_TIME = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
RENEWED = "renewed"  # the stamp of the latest renewal
SAID = "status said"  # the status as last told; a decision to leave that still stands is laid over it


@dataclass(frozen=True)
class Change:
    """One thing a provider says of one subscription. `fields` are columns of Subscription, times aware.

    `is_final` is for providers whose contracts never come back: what is told later of such an end is nothing new.
    """

    name: str
    member: Member
    source: str
    external_id: str
    at: dt.datetime
    ident: str
    fields: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    is_final: bool = False


def apply(change: Change, now: dt.datetime, *, quiet: bool = False) -> Subscription:
    """Merges the change into its subscription, records its event, and settles the member's stage.

    Repeating a change is harmless, and any order of changes ends in the same row. KeyError: not a
    `subscription.*` name of the contract. NotTheirs: the subscription is another member's.
    """
    with transaction.atomic():
        _hold(change.member.pk)
        row = _locked(change)
        key = f"subscription:{row.pk}:{change.name}:{change.ident}"[:255]
        card = row.card_expires_at
        _merge(row, _fields(change), _stamp(change))
        if change.name == "subscription.renewed":
            row.versions = {**row.versions, RENEWED: max(str(_stamp(change)), row.versions.get(RENEWED, ""))}
        _derive(row)
        data = {**change.data, **contract_history.words(change.fields)}
        also = cards.replaced(row, change.member, card, change.at)
        _tell(row, events.Draft(change.name, change.member, change.at, key, data, row), now, quiet, also)
        return row


def end_lapsed(now: dt.datetime, limit: int = 500) -> int:
    """Ends what was cancelled and whose access ran out at or before `now`, where billing stays silent."""
    due = Subscription.objects.filter(status=Status.CANCELLED, access_ends_at__lte=now)
    rows = list(due.order_by("access_ends_at", "pk").values_list("pk", flat=True)[:limit])
    for pk in rows:
        _end(pk, now)
    return len(rows)


def only_live(member: Member) -> Subscription | None:
    """The member's one live subscription; None when there is none or more than one."""
    rows = list(member.subscriptions.exclude(status=Status.ENDED)[:2])
    return rows[0] if len(rows) == 1 else None


def _hold(member_id: int) -> None:
    """Locks the member before anything of theirs, as everybody does who acts for a member: no deadlock."""
    Member.everybody.select_for_update(no_key=True).get(pk=member_id)


def _locked(change: Change) -> Subscription:
    row, is_new = Subscription.objects.get_or_create(
        source=change.source, external_id=change.external_id, defaults={"member": change.member}
    )
    if row.member_id != change.member.pk:
        raise merging.NotTheirs(_("external_id: this subscription belongs to another member."))
    if is_new:
        payments.link(row)
    return Subscription.objects.select_for_update().get(pk=row.pk)


def _fields(change: Change) -> dict[str, Any]:
    fields = {**IMPLIED[change.name], **change.fields}
    if moment := MOMENTS.get(change.name):
        fields[moment] = fields.get(moment) or change.at
    return {name: value for name, value in fields.items() if name in _COLUMNS}


def _stamp(change: Change) -> merging.Stamp:
    ends = change.name == "subscription.ended" or change.fields.get("status") == Status.ENDED
    if change.is_final:
        return merging.Stamp(END_OF_TIME, TERMINAL_RANK, change.ident)
    return merging.Stamp(change.at, TERMINAL_RANK if ends else 0, change.ident)


def _merge(row: Subscription, fields: dict[str, Any], stamp: merging.Stamp | str) -> None:
    row.status = row.versions.get(SAID, row.status)
    merging.merge(row, fields, stamp)
    row.versions = {**row.versions, SAID: str(row.status)}


def _derive(row: Subscription) -> None:
    """What follows from the fields that were told, so that it cannot depend on the order of telling."""
    row.current_period_end = _period_end(row)
    if row.status in (Status.ACTIVE, Status.TRIALING, Status.PAST_DUE) and _is_leaving(row):
        row.status = Status.CANCELLED
    row.access_ends_at = _access_ends(row)
    cards.derive(row)


def _period_end(row: Subscription) -> dt.datetime | None:
    """As billing told it; where it told of a renewal without a date, by the anchor."""
    told, renewed = row.versions.get("current_period_end", ""), row.versions.get(RENEWED, "")
    if not (row.anchor_at and row.interval) or (told and renewed <= told):
        return row.current_period_end
    renewed_at = merging.said_at(renewed)
    since = renewed_at + terms.early(row.interval) if renewed_at else row.started_at or row.anchor_at
    return terms.end_after(row.anchor_at, row.interval, row.interval_count, since)


def _is_leaving(row: Subscription) -> bool:
    """A renewal before the last day does not take a decision to leave back."""
    said_at = merging.said_at(row.versions.get("status", ""))
    leaves_at = row.cancel_effective_at if row.cancelled_at else None
    return bool(leaves_at and said_at and leaves_at > said_at)


def _access_ends(row: Subscription) -> dt.datetime | None:
    if row.status != Status.CANCELLED:
        return None
    return row.cancel_effective_at or row.current_period_end or row.cancelled_at


def _tell(
    row: Subscription,
    draft: events.Draft,
    now: dt.datetime,
    quiet: bool,
    also: Sequence[events.Draft] = (),
) -> None:
    recorded = events.record_many([*lives.drafts(row, draft), *also], now, quiet=quiet)
    row.save()
    spans.derive(row)
    event = next((event for event in recorded if event.key == draft.key), None)
    member = Member.objects.select_for_update().get(pk=row.member_id)
    stages.settle(member, event, draft.occurred_at, now, quiet=quiet)


def _end(pk: int, now: dt.datetime) -> None:
    """The clock's word is only just newer than the decision it follows from: a late message that took the
    decision back is newer, and wins as it would have in time."""
    with transaction.atomic():
        _hold(Subscription.objects.values_list("member_id", flat=True).get(pk=pk))
        row = Subscription.objects.select_for_update(of=("self",)).select_related("member").get(pk=pk)
        at = row.access_ends_at
        if row.status != Status.CANCELLED or at is None or at > now:
            return
        decided = max(row.versions.get("status", ""), row.versions.get("cancelled_at", ""))
        _merge(row, {"status": Status.ENDED, "ended_at": at}, f"{decided}~clock")
        _derive(row)
        key = f"subscription:{row.pk}:subscription.ended:clock:{decided}"[:255]
        _tell(
            row,
            events.Draft("subscription.ended", row.member, at, key, {"by": "clock"}, row),
            now,
            quiet=False,
        )


_COLUMNS = {f.name for f in Subscription._meta.get_fields()} - {
    "id",
    "uuid",
    "member",
    "source",
    "versions",
    "access_ends_at",
}
