"""One row of facts: what is read about a member, what follows from it, and how rows are written in bulk.

`events_attended` counts gatherings and visits told as use, and `value.event_attended`; `lifetime_value` is what was
paid so far, until something better is known; `paid_total` is of the currency of the contract that counts most.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection

from members import answers, pulse, renewals, rhythm, signs
from members.contract_facts import Terms
from members.models import Member, MemberFacts, Plan
from members.models.member import Stage
from members.models.member_facts import Pulse
from members.models.plan import Consumption

AWAY = ("paused", "ended")  # nobody on a pause is expected


class Known(NamedTuple):
    """What the register's own columns say of a member, and the pulse as it was."""

    member_id: int
    joined_at: dt.datetime
    stage: str
    stage_since: dt.datetime
    status: str
    plan_id: int | None
    pulse: str
    pulse_since: dt.datetime | None


@dataclass(frozen=True)
class Sources:
    """What the tables say of the members of a batch, by member; plans by their key."""

    rhythms: Mapping[int, rhythm.Rhythm]
    signs: Mapping[int, signs.Signs]
    terms: Mapping[int, Terms]
    paid: Mapping[int, Mapping[str, int]]
    plans: Mapping[int, Plan]
    paused: Mapping[int, dt.timedelta]
    renewed: Mapping[int, renewals.Terms] = field(default_factory=dict)
    answered: Mapping[int, answers.Answered] = field(default_factory=dict)


Row = dict[str, Any]
NOTHING, NO_TERMS, NO_TIME, NONE_OVER = signs.Signs(), Terms(), dt.timedelta(), renewals.Terms()


def read(member_ids: Collection[int]) -> list[Known]:
    """What is known of these members, in the order of their keys."""
    columns = ("pk", *Known._fields[1:6], "facts__pulse", "facts__pulse_since")
    rows = Member.everybody.filter(pk__in=member_ids, facts__isnull=False).order_by("pk")
    return [Known(*row) for row in rows.values_list(*columns)]


def compute(of: Known, sources: Sources, now: dt.datetime) -> Row:
    """The facts of one member; `renewals` is what was told, and right only for a first life (`count_renewals`)."""
    found, terms = sources.signs.get(of.member_id, NOTHING), sources.terms.get(of.member_id, NO_TERMS)
    return {
        "member_id": of.member_id,
        **_contract(of, terms, sources),
        **_use(of, sources, now),
        "activated_at": found.first(signs.ACTIVATED),
        "renewals": found.ever(_renewed) if terms.is_live or terms is NO_TERMS else 0,
        "renews_at": sources.renewed.get(of.member_id, NONE_OVER).next_at,
        "events_attended": found.ever(signs.is_attendance),
        "dialogue_365d": found.lately(signs.is_dialogue),
        "last_conversation_at": found.last(signs.is_dialogue),
        "advocacy_365d": found.lately(signs.is_act),
        "referrals_confirmed": found.ever(_referred),
        "offers_12m": found.lately(_offered),
        **_answers(sources.answered.get(of.member_id, answers.NOTHING)),
        "computed_at": now,
    }


def count_renewals(rows: Sequence[Row], sources: Sources, now: dt.datetime) -> None:
    """Counts the renewals of this time anew where there was a time before; one query, mostly none.

    Terms that are over by the calendar were renewed too, whether or not billing told of each (`renewals`).
    """
    starts = {}
    for row in rows:
        first = sources.signs.get(row["member_id"], NOTHING).first(signs.RENEWED)
        began = sources.terms.get(row["member_id"], NO_TERMS).life_since
        if first and began and first < began:
            starts[row["member_id"]] = began
    counts = signs.renewals_since(starts, now)
    for row in rows:
        told = counts.get(row["member_id"], row["renewals"]) or 0
        row["renewals"] = max(told, sources.renewed.get(row["member_id"], NONE_OVER).number)


def write(rows: Sequence[Row]) -> None:
    """Writes computed rows, clears their doubt, and puts the members on the list for the stages."""
    if connection.vendor == "postgresql":
        return _write_at_once(rows)
    names = [name for name in TYPES if name != "member_id"]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {TABLE} SET {', '.join(f'{name} = %s' for name in names)}, {CLEARED} "  # noqa: S608
            "WHERE member_id = %s",
            [[*(_to_db(row[name]) for name in names), row["member_id"]] for row in rows],
        )
    return None


def _write_at_once(rows: Sequence[Row]) -> None:
    columns = [[row[name] for row in rows] for name in TYPES]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {TABLE} SET {', '.join(f'{name} = new.{name}' for name in TYPES if name != 'member_id')}, "  # noqa: S608
            f"{CLEARED} FROM unnest({', '.join(f'%s::{kind}[]' for kind in TYPES.values())}) "
            f"AS new ({', '.join(TYPES)}) WHERE {TABLE}.member_id = new.member_id",
            columns,
        )


TABLE = MemberFacts._meta.db_table
CLEARED = "dirty_at = NULL, stages_due = TRUE"
TYPES = {
    "member_id": "bigint",
    "tenure_since": "timestamptz",
    "former_since": "timestamptz",
    "price": "bigint",
    "currency": "text",
    "mrr": "bigint",
    "paid_total": "bigint",
    "lifetime_value": "bigint",
    "card_expires_at": "timestamptz",
    "cancel_reason": "text",
    "last_use_on": "date",
    "consumption_28d": "integer",
    "consumption_ratio": "float8",
    "usage_known": "boolean",
    "pulse": "text",
    "pulse_since": "timestamptz",
    "activated_at": "timestamptz",
    "renewals": "integer",
    "renews_at": "timestamptz",
    "events_attended": "integer",
    "dialogue_365d": "integer",
    "last_conversation_at": "timestamptz",
    "advocacy_365d": "integer",
    "referrals_confirmed": "integer",
    "offers_12m": "integer",
    "nps": "smallint",
    "nps_at": "timestamptz",
    "last_answer": "text",
    "last_answer_at": "timestamptz",
    "computed_at": "timestamptz",
}


def _to_db(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def _renewed(name: str) -> bool:
    return name == signs.RENEWED


def _referred(name: str) -> bool:
    return name == signs.REFERRED


def _offered(name: str) -> bool:
    return name == signs.OFFERED


def _answers(found: answers.Answered) -> Row:
    return {
        "nps": found.nps,
        "nps_at": found.nps_at,
        "last_answer": found.last,
        "last_answer_at": found.last_at,
    }


def _contract(of: Known, terms: Terms, sources: Sources) -> Row:
    paid, began = sources.paid.get(of.member_id, {}), terms.life_since or of.joined_at
    currency = terms.currency or max(paid, key=lambda code: paid[code], default=None)
    total = paid.get(currency or "", 0) if paid or terms is not NO_TERMS else None
    return {
        "tenure_since": began + sources.paused.get(of.member_id, NO_TIME) if terms.is_live else None,
        "former_since": of.stage_since if of.stage == Stage.FORMER else None,
        "price": terms.price,
        "currency": currency,
        "mrr": terms.mrr,
        "paid_total": total,
        "lifetime_value": total,
        "card_expires_at": terms.card_expires_at,
        "cancel_reason": terms.cancel_reason,
    }


def _use(of: Known, sources: Sources, now: dt.datetime) -> Row:
    found, plan = sources.rhythms.get(of.member_id), sources.plans.get(of.plan_id or 0)
    is_known = _is_known(found, plan)
    ratio = rhythm.ratio(found, of.joined_at.date(), now.date()) if is_known else None
    return {
        "last_use_on": found.last if found else None,
        "consumption_28d": (found.recent if found else 0) if is_known else None,
        "consumption_ratio": ratio,
        "usage_known": is_known,
        **_pulse(of, sources, plan if is_known else None, ratio, now),
    }


def _is_known(found: rhythm.Rhythm | None, plan: Plan | None) -> bool:
    """Whether use can be seen at all: this member's own, or that of others on a plan that has something to use."""
    if plan is None:
        return found is not None
    return plan.consumption != Consumption.NONE and (found is not None or plan.first_use_on is not None)


def _pulse(of: Known, sources: Sources, plan: Plan | None, ratio: float | None, now: dt.datetime) -> Row:
    is_expected = of.stage != Stage.FORMER and of.status not in AWAY
    since = _last_seen(of, sources, plan)
    # Whoever is quiet stays so until they come: a rhythm that fades must not wake them.
    usual = None if of.pulse in (Pulse.QUIET, Pulse.SLEEPING) else ratio
    beats = pulse.of(plan, since, now.date(), usual) if is_expected else Pulse.UNKNOWN
    if beats == of.pulse and of.pulse_since:
        return {"pulse": of.pulse, "pulse_since": of.pulse_since}
    day = pulse.began(beats, plan, since) if plan and beats != Pulse.UNKNOWN else None
    if day and plan and plan.quiet_below is not None and (of.pulse, beats) == (Pulse.AWAKE, Pulse.QUIET):
        day = now.date()  # it was the rhythm that kept them awake until today
    midnight = dt.datetime.combine(day, dt.time(), dt.UTC) if day else now
    return {"pulse": str(beats.value), "pulse_since": min(midnight, now)}


def _last_seen(of: Known, sources: Sources, plan: Plan | None) -> dt.date:
    """The day from which the clocks of quiet and sleep run: the last use, or a beginning that came after it.

    Of who never came it is known only from the day on which use of the plan was first told at all.
    """
    found = sources.rhythms.get(of.member_id)
    told = sources.signs.get(of.member_id, NOTHING).last(lambda name: name == signs.RESUMED)
    life = sources.terms.get(of.member_id, NO_TERMS).life_since
    moments = [moment.date() for moment in (of.joined_at, told, life) if moment]
    seen = found.last if found else plan.first_use_on if plan else None
    return max([*moments, seen] if seen else moments)
