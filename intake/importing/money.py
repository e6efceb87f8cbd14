"""Lists of payments."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from intake import fields, outcomes
from intake.importing import cells, planning, registering
from intake.importing.contracts import owner
from intake.importing.people import difference
from intake.importing.planning import Change, Note, Said, State, Written
from members import events, merging, payments
from members import fields as checks
from members.models import ExternalId, Member, MemberFacts, Payment, Subscription
from office import bulk, pouring

COLUMNS = ("external_id", "member", "subscription", "paid_at", "amount", "currency", "status")
NEEDED = (("external_id",), ("member",), ("paid_at",), ("amount",), ("currency",))
KEPT = ("amount", "currency", "status", "paid_at")
NAMES = {str(status): name for name, status in payments.STATUSES.items()}
IDENT = "import"
SAID = "import said"
_RULES: dict[str, cells.Field] = {
    "external_id": checks.Identifier(),
    "member": checks.Identifier(),
    "subscription": checks.Identifier(),
    "paid_at": cells.PastMoment(),
    "amount": cells.Major(),
    "currency": fields.Currency(),
    "status": serializers.ChoiceField(choices=sorted(NAMES)),
}


def checked(said: Mapping[str, str], now: dt.datetime) -> Said:
    """What a line says of a payment; without a status the money came."""
    values = cells.checked(said, _RULES)
    cells.required(values, "external_id", "member", "paid_at", "amount", "currency")
    cells.not_ahead(values, now, "paid_at")
    values["amount"] = cells.minor(values["amount"], values["currency"])
    values.setdefault("status", str(Payment.Status.SUCCEEDED))
    return Said(0, values.pop("external_id"), values)


def look_up(said: Collection[Said], _now: dt.datetime) -> "Payments":
    """The payments these lines are about, their members and contracts."""
    rows = Payment.objects.filter(source=ExternalId.HOUSE, external_id__in={one.ident for one in said})
    named = {one.values["subscription"] for one in said if "subscription" in one.values}
    contracts = Subscription.objects.filter(source=ExternalId.HOUSE, external_id__in=named)
    members = registering.known({one.values["member"] for one in said})
    return Payments(
        {row.external_id: row for row in rows}, {row.external_id: row for row in contracts}, members
    )


class Payments:
    """The payments that one chunk is about, by the house's id."""

    def __init__(
        self, held: dict[str, Payment], contracts: dict[str, Subscription], members: dict[str, Member]
    ) -> None:
        self.held, self.contracts, self.members = held, contracts, members
        self.by_pk = {member.pk: member for member in members.values()}
        self.states = {ident: state(row) for ident, row in held.items()}

    def judge(self, before: State | None, said: Said) -> State:
        """The payment as the line wants it. What a list said once already does not win over what came later."""
        member = owner(self.members, said.values["member"])
        if before is not None and before["member"] != member:
            raise outcomes.NotUnderstood(_("external_id: this payment belongs to another member"))
        contract = self.contracts.get(said.values.get("subscription", ""))
        if contract and contract.member_id != member:
            raise outcomes.NotUnderstood(_("subscription: it belongs to another member"))
        told = planning.digest({**said.values, "member": member})
        if before is not None and before["told"] == told:
            return before
        after = {"subscription": "", **(before or {}), **said.values, "member": member, "told": told}
        is_said = before is not None and {**after, "told": ""} == {**before, "told": ""}
        return before if is_said and before is not None else after

    def write(self, changes: Collection[Change], now: dt.datetime, note: Note) -> Written:
        """Writes the payments and their events, as already answered."""
        rows = {change.ident: self._row(change, now) for change in changes}
        pouring.create([rows[change.ident] for change in changes if change.before is None])
        old = [rows[change.ident] for change in changes if change.before is not None]
        bulk.update(old, [*KEPT, "subscription", "versions"])
        told: dict[bool, list[events.Draft]] = {True: [], False: []}
        for change in changes:
            told[change.before is None].extend(self._told(change, rows[change.ident]))
        events.record_new(told[True], now)
        events.record_many(told[False], now, quiet=True)
        paid_by = {change.after["member"] for change in changes}
        MemberFacts.objects.filter(member__in=paid_by).update(dirty_at=now)
        written = Written()
        for change in changes:
            before = None if change.before is None else difference(change.before, change.after)
            written.rows[rows[change.ident].pk] = (before, mark(change.after))
        return written

    def tell(self, change: Change, now: dt.datetime, note: Note) -> None:
        """Tells of the payment by the ordinary verb."""
        after = change.after
        receipt = payments.Receipt(
            NAMES[after["status"]],
            self.by_pk[after["member"]],
            ExternalId.HOUSE,
            change.ident,
            after["amount"],
            after["currency"],
            after["paid_at"] if change.before is None else now,
            f"{IDENT}:{after['told']}",
            names=after["subscription"],
            paid_at=after["paid_at"],
        )
        payments.apply(receipt, now)

    def _row(self, change: Change, now: dt.datetime) -> Payment:
        after = change.after
        row = self.held.get(change.ident) or Payment(
            source=ExternalId.HOUSE, external_id=change.ident, member_id=after["member"]
        )
        contract = self.contracts.get(after["subscription"])
        for name in KEPT:
            setattr(row, name, after[name])
        row.subscription = contract or row.subscription
        stamp = str(merging.Stamp(now, 0, IDENT))
        names = {"names": after["subscription"], "subscription": stamp} if after["subscription"] else {}
        row.versions = {**row.versions, **dict.fromkeys(KEPT, stamp), **names, SAID: after["told"]}
        return row

    def _told(self, change: Change, row: Payment) -> Iterator[events.Draft]:
        before, after = change.before or {}, change.after
        if before.get("status") == after["status"]:
            return
        name = NAMES[after["status"]]
        data: dict[str, Any] = {"amount": after["amount"], "currency": after["currency"]}
        if after["subscription"]:
            data |= {"subscription": after["subscription"], "source": ExternalId.HOUSE}
        key = f"payment:{row.pk}:{name}:{IDENT}"
        yield events.Draft(name, self.by_pk[after["member"]], after["paid_at"], key, data, row.subscription)


def state(row: Payment) -> State:
    """A payment in the columns of a list."""
    return {
        **{name: getattr(row, name) for name in KEPT},
        "status": str(row.status),
        "subscription": row.versions.get("names", ""),
        "member": row.member_id,
        "told": row.versions.get(SAID, ""),
    }


def mark(told: State) -> str:
    """What shows whether the payment changed since."""
    return planning.digest(told, leave_out=("told",))
