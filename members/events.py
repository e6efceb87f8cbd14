"""Events: what happened to a member. Everything that writes them is here."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from members import freshness
from members.models import Event, Member, Subscription
from office import nudges, pouring

PREFIXES_OF_THE_PRODUCT = ("mail.", "stage.", "circle.", "milestone.")
USAGE_LANE = "usage."
# Letters leave by thousands and no fact follows from them; a turn of the pulse follows from facts.
NO_FACT = ("mail.", "member.went_quiet", "member.came_back")
NOTE = """
INSERT INTO members_event (member_id, name, occurred_at, recorded_at, key, data, handled_at, error)
VALUES {} ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Draft:
    """An event about to be recorded. `key` makes repeating it harmless; `occurred_at` is aware."""

    name: str
    member: Member
    occurred_at: dt.datetime
    key: str
    data: dict[str, Any] = field(default_factory=dict)
    subscription: Subscription | None = None


def record(draft: Draft, now: dt.datetime, *, quiet: bool = False) -> Event | None:
    """Records one event in the caller's transaction; None when its key is known already."""
    return next(iter(record_many([draft], now, quiet=quiet)), None)


def record_many(drafts: Sequence[Draft], now: dt.datetime, *, quiet: bool = False) -> list[Event]:
    """Records the events whose keys are new, in a constant number of queries, and wakes who answers them.

    Quiet events are history: stored as already answered, they start no flow, task or letter.
    """
    by_key = {draft.key: draft for draft in drafts}
    known = set(Event.objects.filter(key__in=by_key).values_list("key", flat=True))
    fresh = [_row(draft, now, quiet) for key, draft in by_key.items() if key not in known]
    created = Event.objects.bulk_create(fresh, ignore_conflicts=True)
    freshness.doubt([event.member_id for event in fresh if not event.name.startswith(NO_FACT)], now)
    if fresh and not quiet:
        nudges.after_commit("engine")
    if any(event.pk is None for event in created):
        return list(Event.objects.filter(key__in=[event.key for event in fresh]).order_by("pk"))
    return created


def record_new(drafts: Sequence[Draft], now: dt.datetime) -> None:
    """Records history, as already answered, whose keys nobody can have used before: they name rows just made.

    For lists: nothing is asked of the database first, and IntegrityError where a key was there all the same.
    """
    rows = [_row(draft, now, quiet=True) for draft in {draft.key: draft for draft in drafts}.values()]
    pouring.create(rows)
    freshness.doubt([event.member_id for event in rows if not event.name.startswith(NO_FACT)], now)


def note_many(drafts: Sequence[Draft], now: dt.datetime) -> None:
    """Records what only the timeline needs to know, as already answered; known keys stay as they were.

    One statement by hand: it is written for every letter that leaves.
    """
    moment = connection.ops.adapt_datetimefield_value
    rows = [
        (
            draft.member.pk,
            draft.name,
            moment(draft.occurred_at),
            moment(now),
            draft.key,
            json.dumps(draft.data),
            moment(now),
        )
        for draft in drafts
    ]
    marks = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, '')"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(NOTE.format(marks), [value for row in rows for value in row])


def note_new(name: str, told: Sequence[tuple[int, dt.datetime, str]], now: dt.datetime) -> None:
    """Records one event of this name for many new members, as already answered: (member's key, when, event's key).

    The keys must be new. Nothing is put in doubt: whoever registers these members knows their facts.
    """
    columns = ("member_id", "occurred_at", "key", "name", "recorded_at", "handled_at", "data", "error")
    pouring.pour(Event, columns, [(*one, name, now, now, {}, "") for one in told])


def is_usage(name: str) -> bool:
    """Whether events of this name take the usage lane instead of the journey."""
    return name.startswith(USAGE_LANE)


def is_reserved(name: str) -> bool:
    """Whether only the product itself may record events of this name."""
    return name.startswith(PREFIXES_OF_THE_PRODUCT)


def _row(draft: Draft, now: dt.datetime, quiet: bool) -> Event:
    return Event(
        name=draft.name,
        member=draft.member,
        subscription=draft.subscription,
        occurred_at=draft.occurred_at,
        recorded_at=now,
        key=draft.key,
        data=draft.data,
        handled_at=now if quiet else None,
    )
