"""Lists of what happened: events of the past, and use."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from intake import events as door
from intake import outcomes
from intake.generic import told, translate, use
from intake.importing import cells, placing, registering
from intake.importing.contracts import owner
from intake.importing.planning import Change, Note, Said, State, Written
from members import events, usage
from members import fields as checks
from members.models import Event, ExternalId, Member, MemberFacts, Usage, UsageBatch

COLUMNS = ("id", "member", "name", "occurred_at", "data")
NEEDED = (("id",), ("member",), ("name",), ("occurred_at",))
ELSEWHERE = ("subscription.", "payment.", "member.signed_up", "member.updated")
_RULES: dict[str, cells.Field] = {
    "id": checks.Identifier(),
    "member": checks.Identifier(),
    "name": checks.Text(max_length=80),
    "occurred_at": cells.PastMoment(),
    "data": cells.Object(),
}


def checked(said: Mapping[str, str], now: dt.datetime) -> Said:
    """What a line says happened."""
    values = cells.checked(said, _RULES)
    cells.required(values, "id", "member", "name", "occurred_at")
    cells.not_ahead(values, now, "occurred_at")
    name = values["name"]
    if not translate.is_event_name(name):
        raise outcomes.NotUnderstood(_("name: write a name like lesson.done"))
    if events.is_reserved(name):
        raise outcomes.NotUnderstood(_("name: only the house itself records %(name)s") % {"name": name})
    if name.startswith(ELSEWHERE):
        raise outcomes.NotUnderstood(
            _("name: bring members, contracts and payments as lists of their own, not as %(name)s")
            % {"name": name}
        )
    told.check(name, values.get("data", {}))
    if events.is_usage(name):
        values["quantity"] = str(use.quantity(values.get("data", {})))
    return Said(0, values.pop("id"), values)


def look_up(said: Collection[Said], _now: dt.datetime) -> "Happenings":
    """Which of these are known, and whom they are about."""
    members = registering.known({one.values["member"] for one in said})
    keys = {_key(one.ident): one.ident for one in said if not events.is_usage(one.values["name"])}
    known = set(Event.objects.filter(key__in=keys).values_list("key", flat=True))
    states: dict[str, State] = {keys[key]: {} for key in known}
    uses = {one.ident: one.values["occurred_at"] for one in said if events.is_usage(one.values["name"])}
    counted = Usage.objects.filter(source=ExternalId.HOUSE, external_id__in=uses)
    for ident, at in counted.values_list("external_id", "occurred_at"):
        if uses[ident] == at:
            states[ident] = {}
    return Happenings(states, members)


class Happenings:
    """What one chunk tells of. What happened is never changed: an id that is known says nothing new."""

    def __init__(self, states: dict[str, State], members: dict[str, Member]) -> None:
        self.states, self.members = states, members
        self.by_pk = {member.pk: member for member in members.values()}

    def judge(self, before: State | None, said: Said) -> State:
        """The event as told; unchanged when it is known."""
        named = said.values["member"]
        member = owner(self.members, named)
        return before if before is not None else {**said.values, "member": member, "named": named}

    def write(self, changes: Collection[Change], now: dt.datetime, note: Note) -> Written:
        """Stores the events as already answered, and counts the uses."""
        count([_use(change) for change in changes if events.is_usage(change.after["name"])], now)
        drafts = [self._draft(change) for change in changes if not events.is_usage(change.after["name"])]
        rows = events.record_many(drafts, now, quiet=True)
        told_of = {change.after["member"] for change in changes}
        MemberFacts.objects.filter(member__in=told_of).update(dirty_at=now)
        placing.deepen(told_of, now)
        return Written({event.pk: (None, "") for event in rows})

    def tell(self, change: Change, now: dt.datetime, note: Note) -> None:
        """Records the event as if it came through the API's door."""
        after = change.after
        event = {
            "id": change.ident,
            "member": after["named"],
            "name": after["name"],
            "occurred_at": after["occurred_at"].isoformat(),
            "data": after.get("data", {}),
        }
        tally = door.take([event], now)
        if tally.rejected:
            raise outcomes.NotUnderstood(tally.rejected[0])

    def _draft(self, change: Change) -> events.Draft:
        after = change.after
        member = self.by_pk[after["member"]]
        return events.Draft(
            after["name"], member, after["occurred_at"], _key(change.ident), after.get("data", {})
        )


def count(uses: Sequence[usage.Use], now: dt.datetime) -> None:
    """Counts uses of the past: nothing waits for them any more, so their batch is done with at once."""
    if uses:
        last = UsageBatch.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        usage.record_many(uses, now)
        UsageBatch.objects.filter(pk__gt=last, recorded_at=now, handled_at=None).update(handled_at=now)


def _use(change: Change) -> usage.Use:
    after = change.after
    at, quantity = after["occurred_at"], Decimal(after["quantity"])
    return usage.Use(after["member"], ExternalId.HOUSE, change.ident, after["name"], at, quantity)


def _key(ident: str) -> str:
    return f"{ExternalId.HOUSE}:{ident}"
