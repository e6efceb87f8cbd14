"""Facts as they stood at a moment in the past, reckoned by the rules of `fact_rows` from what is dated.

Whatever is not named in KNOWN is kept without its history.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from members import (
    contract_facts,
    contracts_then,
    fact_rows,
    facts,
    lifetimes,
    pulse_turns,
    renewals,
    rhythm,
    signs,
)
from members.contracts_then import Contracts
from members.models import Event, Member, Plan
from members.models.member_facts import Pulse

MONEY = frozenset("paid_total lifetime_value currency".split())
CONTRACT = frozenset(
    "status standing trial plan price currency mrr paid_total lifetime_value tenure_days cancel_reason".split()
)
USE = frozenset("pulse usage_known consumption_28d consumption_ratio days_since_consumption".split())
SIGNS = frozenset(
    "events_attended dialogue_365d days_since_conversation advocacy_365d referrals_confirmed renewals".split()
)
KNOWN = CONTRACT | USE | SIGNS | {"activated", "former_days"}
COLUMNS = {
    "activated": "activated_at",
    "usage_known": "usage_known",
}  # of facts that are no column themselves


class Facts:
    """Sets the facts of members whose stage is set already, as conditions ask for them (`conditions.facts_brought`)."""

    def __init__(self) -> None:
        self.contracts = Contracts()
        self._known_plans: dict[int, Plan] = {}

    def bring(self, members: Sequence[Member], names: Collection[str], now: dt.datetime) -> None:
        """Brings these facts of these members to `now`, as far as they are known; at most nine queries."""
        asked = KNOWN & set(names)
        there = {member.pk: member for member in members if getattr(member, "facts", None)}
        if not asked or not there:
            return
        self.contracts.read(there)
        for member in there.values():
            self._stand(member, now)
        sources, before = self._sources(there, asked, now), _pulses(there, now) if "pulse" in asked else {}
        columns = {_column(name) for name in asked} - {""}
        rows = [
            fact_rows.compute(_known(member, before.get(pk, "")), sources, now)
            for pk, member in there.items()
        ]
        if "renewals" in asked:
            fact_rows.count_renewals(rows, sources, now)
        for row in rows:
            for column in columns:
                setattr(there[row["member_id"]].facts, column, row[column])

    def _stand(self, member: Member, now: dt.datetime) -> None:
        held, spans = self.contracts.of(member.pk, now)
        if held:
            member.status = held[0].status
            plan = next((span.plan_id for span in spans if span.plan_id), None)
            member.plan = self._plan(plan) or member.plan
        elif self.contracts.any(member.pk):
            member.status = ""

    def _plan(self, pk: int | None) -> Plan | None:
        if pk and not self._known_plans:
            self._known_plans = Plan.objects.in_bulk()
        return self._known_plans.get(pk or 0)

    def _sources(
        self, members: Mapping[int, Member], asked: set[str] | frozenset[str], now: dt.datetime
    ) -> fact_rows.Sources:
        terms = {}
        for pk in members:
            held, _spans = self.contracts.of(pk, now)
            if held:
                terms[pk] = contract_facts.terms(held)
        lives = {pk: one.life_since for pk, one in terms.items() if one.life_since}
        reads_use, reads_signs = bool(USE & asked), bool((SIGNS | {"activated", "pulse"}) & asked)
        overdue = {pk for pk, member in members.items() if member.status == "past_due"}
        return fact_rows.Sources(
            rhythms=rhythm.of(members, now.date()) if reads_use else {},
            signs=signs.of(members, now) if reads_signs else {},
            terms=terms,
            paused=lifetimes.paused(lives, now) if "tenure_days" in asked else {},
            paid=contracts_then.paid(members, now) if MONEY & asked else {},
            plans=_plans(members.values(), now),
            renewed=renewals.of(lives, now, overdue) if "renewals" in asked else {},
        )


def _pulses(members: Collection[int], now: dt.datetime) -> dict[int, str]:
    """Who was quiet, by the last turn that was noticed: whoever is stays so until they come."""
    names = (pulse_turns.WENT_QUIET, pulse_turns.CAME_BACK)
    turns = Event.objects.filter(member__in=members, name__in=names, recorded_at__lte=now)
    found = turns.order_by("recorded_at", "pk").values_list("member_id", "name")
    return {pk: Pulse.QUIET if name == pulse_turns.WENT_QUIET else Pulse.AWAKE for pk, name in found}


def _column(name: str) -> str:
    path = COLUMNS.get(name) or facts.FACTS[name].column
    room, _, column = path.rpartition("__")
    return column if room == "facts" or name in COLUMNS else ""


def _known(member: Member, before: str) -> fact_rows.Known:
    return fact_rows.Known(
        member.pk,
        member.joined_at,
        member.stage,
        member.stage_since,
        member.status,
        member.plan_id,
        before,
        None,
    )


def _plans(members: Collection[Member], now: dt.datetime) -> dict[int, Plan]:
    """The plans, each as if it were not known yet that anybody uses it where the first use came later."""
    found: dict[int, Plan] = {}
    for member in members:
        if member.plan and member.plan_id not in found:
            plan = Plan(
                **{field.attname: getattr(member.plan, field.attname) for field in Plan._meta.concrete_fields}
            )
            if plan.first_use_on and plan.first_use_on > now.date():
                plan.first_use_on = None
            found[plan.pk] = plan
    return found
