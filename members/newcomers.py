"""Many new members at once, as history: with ids, facts, consent, first event and stage, and nothing follows.

Rows are poured, not saved one by one: a list may hold a million. What a database would have to be asked of somebody
known is known of these: they used nothing, pay nothing yet, and were never placed.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from members import consent, events, fact_keeping, fact_rows, identity, placing, segment_keeping
from members.models import Consent, ExternalId, Member, MemberFacts, Plan
from members.models.member import Stage
from members.models.member_facts import Pulse
from office import pouring


@dataclass(frozen=True)
class Newcomer:
    """Somebody to be registered: the house's id, and columns of `Member` (`joined_at` is aware)."""

    ident: str
    plan: Plan | None
    columns: dict[str, Any]


def register(people: Sequence[Newcomer], now: dt.datetime, *, proof: str, source: str) -> dict[str, int]:
    """Registers and places them in the caller's transaction; the key of each by the house's id.

    A constant number of queries. The ids must be new: IntegrityError where one is taken.
    """
    if not people:
        return {}
    keys = pouring.keys(Member, len(people))
    by_time = placing.by_time([one.columns["joined_at"] for one in people], now)
    rows = [_member(key, one, stage, now) for key, one, stage in zip(keys, people, by_time, strict=True)]
    _pour(Member, rows)
    house = ExternalId.HOUSE
    ids = [(key, house, one.ident) for key, one in zip(keys, people, strict=True)]
    pouring.pour(ExternalId, ("member_id", "source", "value"), ids)
    _pour(MemberFacts, _facts(rows, people, now))
    pouring.pour(Consent, _CONSENT, [_consent(row, now, proof, source) for row in rows])
    joined = [(row["id"], row["joined_at"], f"signup:{row['uuid']}") for row in rows]
    events.note_new("member.signed_up", joined, now)
    placing.begin(dict(zip(keys, by_time, strict=True)), now)
    segment_keeping.place(keys, now)
    return {one.ident: key for key, one in zip(keys, people, strict=True)}


def _member(key: int, one: Newcomer, placed: placing.Placement, now: dt.datetime) -> dict[str, Any]:
    said, stage = one.columns, placed[0]
    return {
        **said,
        "id": key,
        "uuid": uuid.uuid4(),
        "plan_id": one.plan.pk if one.plan else None,
        "email_key": identity.email_key(said["email"]),
        "name_key": identity.name_key(f"{said['first_name']} {said['last_name']}"),
        "stage": str(stage),
        "stage_since": said["joined_at"] if stage == Stage.ONBOARDING else now,
        "created_at": now,
        "updated_at": now,
    }


def _facts(
    rows: Sequence[dict[str, Any]], people: Sequence[Newcomer], now: dt.datetime
) -> list[dict[str, Any]]:
    known = [
        fact_rows.Known(
            member_id=row["id"],
            **{name: row[name] for name in ("joined_at", "stage", "stage_since", "plan_id")},
            status="",
            pulse=Pulse.UNKNOWN,
            pulse_since=None,
        )
        for row in rows
    ]
    computed = fact_keeping.first(known, {one.plan.pk: one.plan for one in people if one.plan}, now)
    return [{**row, "stages_due": False} for row in computed]


_CONSENT = ("member_id", "topic", "granted", "at", "recorded_at", "proof", "source")


def _consent(row: dict[str, Any], now: dt.datetime, proof: str, source: str) -> tuple[Any, ...]:
    return row["id"], consent.MEMBERSHIP, True, row["joined_at"], now, proof[:500], source


def _pour(model: type[models.Model], rows: Sequence[dict[str, Any]]) -> None:
    """Fills columns that nobody spoke of as the model would."""
    blank = {
        field.column: field.get_default()
        for field in model._meta.concrete_fields
        if not isinstance(field, models.AutoField) or field.column in rows[0]
    }
    pouring.pour(model, list(blank), [{**blank, **row}.values() for row in rows])
