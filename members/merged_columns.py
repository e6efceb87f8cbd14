"""The columns of two members who are merged: what is filled in, what is given up, and how they were before."""

import datetime as dt
import uuid
from typing import Any

from members import identity
from members.models import Member

FILLED_IN = (
    *("first_name", "last_name", "phone", "locale", "time_zone", "country", "source", "plan", "account"),
    *(
        "joining_reason",
        "told_by",
        "referral_code",
        "birth_year",
        "household",
        "guardian",
        "preferred_channel",
    ),
)
NOT_COMPARED = frozenset({"id", "uuid", "created_at", "updated_at"})
Columns = dict[str, Any]


def of(member: Member) -> Columns:
    """The member's columns as plain values."""
    fields = (field for field in Member._meta.concrete_fields if field.name not in NOT_COMPARED)
    return {field.attname: _plain(getattr(member, field.attname)) for field in fields}


def fill_in(kept: Member, gone: Member) -> None:
    """What only the row given up knew is taken over; joined is when the person first did. Unsaved."""
    for name in FILLED_IN:
        if not getattr(kept, name):
            setattr(kept, name, getattr(gone, name))
    if not kept.email:
        kept.email = gone.email
    identity.set_keys(kept)
    if kept.guardian_id in (kept.pk, gone.pk):
        kept.guardian = None
    kept.own_fields = {**gone.own_fields, **kept.own_fields}
    kept.joined_at = min(kept.joined_at, gone.joined_at)


def give_up(kept: Member, gone: Member, now: dt.datetime) -> None:
    """Leaves a tombstone that no address finds. Unsaved."""
    gone.email = gone.email_key = gone.household = gone.status = ""
    gone.guardian, gone.merged_into, gone.updated_at = None, kept, now


def difference(before: Columns, after: Columns) -> dict[str, list[Any]]:
    """Per column that changed, how it was and how it is."""
    return {name: [was, after[name]] for name, was in before.items() if was != after[name]}


def restore(member: Member, changed: dict[str, list[Any]], now: dt.datetime) -> None:
    """Gives a member the columns of before back, except those that somebody has changed since; saves."""
    here = of(member)
    for field in Member._meta.concrete_fields:
        was, became = changed.get(field.attname, [None, object()])
        if here.get(field.attname) == became:
            setattr(member, field.attname, field.to_python(was))
    member.updated_at = now
    member.save()


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value
