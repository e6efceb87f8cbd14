"""Lists of contracts."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from intake import fields, outcomes
from intake.importing import cells, contracting, planning, registering
from intake.importing.people import difference
from intake.importing.planning import Change, Note, Said, State, Written
from members import fields as checks
from members import terms
from members.models import ExternalId, Member, Subscription

COLUMNS = (
    "external_id",
    "member",
    "plan",
    "status",
    "started_at",
    "ended_at",
    "cancelled_at",
    "cancel_reason",
    "amount",
    "currency",
    "interval",
    "card_expires",
)
NEEDED = (("external_id",), ("member",))
Status = Subscription.Status
KEPT = (
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
SAID = "import said"  # of a contract's versions: what a list said last, as a digest
_RULES: dict[str, cells.Field] = {
    "external_id": checks.Identifier(),
    "member": checks.Identifier(),
    "plan": fields.PlanSlug(),
    "status": serializers.ChoiceField(choices=Status.choices),
    "started_at": cells.PastMoment(),
    "ended_at": cells.PastMoment(),
    "cancelled_at": cells.PastMoment(),
    "cancel_reason": checks.Text(max_length=500),
    "amount": cells.Major(),
    "currency": fields.Currency(),
    "interval": fields.Term(),
    "card_expires": fields.CardMonth(),
}


def checked(said: Mapping[str, str], now: dt.datetime) -> Said:
    """What a line says of a contract."""
    values = cells.checked(said, _RULES)
    cells.required(values, "external_id", "member")
    cells.not_ahead(values, now, "cancelled_at")
    if "amount" in values:
        if "currency" not in values:
            raise outcomes.NotUnderstood(_("currency: is missing beside the amount"))
        values["amount"] = cells.minor(values["amount"], values["currency"])
    values |= values.pop("interval", {})
    if "card_expires" in values:
        values["card_expires_at"] = values.pop("card_expires")
    begins, ends = values.get("started_at"), values.get("ended_at")
    if begins and ends and ends < begins:
        raise outcomes.NotUnderstood(_("ended_at: lies before started_at"))
    return Said(0, values.pop("external_id"), values)


def look_up(said: Collection[Said], now: dt.datetime) -> "Contracts":
    """The contracts these lines are about, and their members."""
    rows = Subscription.objects.filter(source=ExternalId.HOUSE, external_id__in={one.ident for one in said})
    held = {row.external_id: row for row in rows.select_related("plan")}
    return Contracts(held, registering.known({one.values["member"] for one in said}), now)


class Contracts:
    """The contracts that one chunk is about, by the house's id."""

    def __init__(self, held: dict[str, Subscription], members: dict[str, Member], now: dt.datetime) -> None:
        self.held, self.members, self.now = held, members, now
        self.by_pk = {member.pk: member for member in members.values()}
        self.states = {ident: state(row) for ident, row in held.items()}

    def judge(self, before: State | None, said: Said) -> State:
        """The contract as the line wants it. What a list said once already does not win over what came later."""
        member = owner(self.members, said.values["member"])
        if before is not None and before["member"] != member:
            raise outcomes.NotUnderstood(_("external_id: this contract belongs to another member"))
        told = planning.digest({**said.values, "member": member})
        if before is not None and before["told"] == told:
            return before
        values = {**said.values, "member": member, "told": told}
        after = _settled({**(before or _BLANK), **values}, values, self.now)
        is_said = before is not None and {**after, "told": ""} == {**before, "told": ""}
        return before if is_said and before is not None else after

    def write(self, changes: Collection[Change], now: dt.datetime, note: Note) -> Written:
        """Writes the contracts, their history as already answered, and places their members."""
        rows = contracting.write(changes, self.held, self.by_pk, now)
        self.held |= rows
        written = Written()
        for change in changes:
            before = None if change.before is None else difference(change.before, change.after)
            written.rows[rows[change.ident].pk] = (before, mark(change.after))
        return written

    def tell(self, change: Change, now: dt.datetime, note: Note) -> None:
        """Tells of the contract by the ordinary verbs."""
        contracting.tell(change, self.by_pk[change.after["member"]], now)


def owner(members: dict[str, Member], ident: str) -> int:
    """The key of the member that a line names. NotUnderstood when there is nobody."""
    found = members.get(ident)
    if found is None or found.erased_at is not None:
        raise outcomes.NotUnderstood(_("member: nobody here is called “%(name)s”") % {"name": ident})
    return int(found.pk)


def state(row: Subscription) -> State:
    """A contract in the columns of a list."""
    return {
        **{name: getattr(row, name) for name in KEPT},
        "status": str(row.status),
        "interval": str(row.interval),
        "member": row.member_id,
        "plan": row.plan.slug if row.plan else "",
        "told": row.versions.get(SAID, ""),
    }


def mark(told: State) -> str:
    """What shows whether the contract changed since."""
    return planning.digest({**told, "status": str(told["status"])}, leave_out=("told",))


def _settled(after: State, said: State, now: dt.datetime) -> State:
    """The state that follows from what is said: `ended_at` in the past is an end, ahead it is a decision to leave."""
    if said.keys().isdisjoint({"status", "ended_at", "cancelled_at"}):
        return {**after, "status": str(after["status"]), "interval": str(after["interval"])}
    status = str(said.get("status") or after["status"])
    ends = said.get("ended_at") or (None if "status" in said and status in _RUNS else _ends(after, status))
    if status == Status.ENDED and ends is None:
        ends = after["cancelled_at"]
        if ends is None:
            raise outcomes.NotUnderstood(_("ended_at: say when it ended"))
    if ends is None:
        return {**after, "status": status, "ended_at": None, "interval": str(after["interval"])}
    if ends <= now and status in _RUNS and "status" in said:
        raise outcomes.NotUnderstood(_("status: it is said to go on, yet ended_at has passed"))
    if ends > now and status == Status.ENDED:
        raise outcomes.NotUnderstood(_("ended_at: lies ahead of the clock"))
    is_over = ends <= now
    decided = bool(after["cancelled_at"]) or status == Status.CANCELLED or not is_over
    return {
        **after,
        "status": str(Status.ENDED if is_over else Status.CANCELLED),
        "ended_at": ends if is_over else None,
        "cancel_effective_at": ends if decided else None,
        "interval": str(after["interval"]),
    }


def _ends(after: State, status: str) -> dt.datetime | None:
    """When access ends where no line says so: with the paid term that the decision to leave fell into."""
    decided = after["cancelled_at"]
    if after["ended_at"] or (status not in (Status.CANCELLED, Status.ENDED) and not decided):
        return _moment(after["ended_at"])
    if decided and after["started_at"] and after["interval"] and status != Status.ENDED:
        count, since = after["interval_count"], max(decided, after["started_at"])
        return terms.end_after(after["started_at"], after["interval"], count, since)
    return _moment(decided)


def _moment(value: Any) -> dt.datetime | None:
    return value if isinstance(value, dt.datetime) else None


_RUNS = (Status.TRIALING, Status.ACTIVE, Status.PAST_DUE, Status.PAUSED)
_BLANK: State = {
    **dict.fromkeys(KEPT),
    "status": str(Status.ACTIVE),
    "cancel_reason": "",
    "currency": "",
    "interval": "",
    "interval_count": 1,
    "plan": "",
}
