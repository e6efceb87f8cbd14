"""A contract has lives: each from a start or a return to the next one.

Leaving is decided once in a life, access ends once, and a term is overdue once, however often and in whatever
order it is told. What is told again is kept beside the contract's versions: a return that arrives late may show
that it was another life.
"""

import datetime as dt
from typing import Any

from members import events
from members.models import Event, Member, Subscription

AGAIN = "told again"
BEGINS: dict[str, tuple[str, ...]] = {
    "subscription.past_due": ("subscription.started", "subscription.resumed", "subscription.renewed"),
    "subscription.cancelled": ("subscription.started", "subscription.resumed"),
    "subscription.ended": ("subscription.started", "subscription.resumed", "subscription.renewed"),
}


def drafts(row: Subscription, draft: events.Draft) -> list[events.Draft]:
    """What a message about this contract makes worth recording; remembers in `row.versions` what is not (unsaved)."""
    told = list(Event.objects.filter(subscription=row).values_list("name", "occurred_at", "key"))
    if any(key == draft.key for _name, _at, key in told):
        return []
    told.append((draft.name, draft.occurred_at, draft.key))
    if draft.name not in BEGINS:
        return [draft, *_of_other_lives(row, draft.member, told)]
    if _is_told(draft.name, draft.occurred_at, told[:-1]):
        _remember(row, draft)
        return []
    return [draft]


Told = list[tuple[str, dt.datetime, str]]


def _is_told(name: str, at: dt.datetime, told: Told) -> bool:
    """Whether the life that `at` lies in has this event already."""
    begins = sorted(begun for begin, begun, _key in told if begin in BEGINS[name])
    since = max((begun for begun in begins if begun <= at), default=None)
    until = min((begun for begun in begins if begun > at), default=None)
    return any(
        other == name and (since is None or when >= since) and (until is None or when < until)
        for other, when, _key in told
    )


def _remember(row: Subscription, draft: events.Draft) -> None:
    kept: list[dict[str, Any]] = row.versions.get(AGAIN, [])
    if all(one["key"] != draft.key for one in kept):
        one = {"name": draft.name, "at": draft.occurred_at.isoformat(), "key": draft.key, "data": draft.data}
        row.versions = {**row.versions, AGAIN: [*kept, one]}


def _of_other_lives(row: Subscription, member: Member, told: Told) -> list[events.Draft]:
    found = []
    for one in sorted(row.versions.get(AGAIN, []), key=lambda one: (one["at"], one["key"])):
        at = dt.datetime.fromisoformat(one["at"])
        if not _is_told(one["name"], at, told):
            found.append(events.Draft(one["name"], member, at, one["key"], one["data"], row))
            told.append((one["name"], at, one["key"]))
    return found
