"""A member's name or address changes. Every door (API, webhook, staff) leads to `update`."""

import datetime as dt

from django.db import transaction
from django.db.models import Q

from members import events, identity
from members.models import Event, Member

NAME = "member.updated"


def update(member: Member, fields: dict[str, str], at: dt.datetime, key: str, now: dt.datetime) -> Member:
    """Sets columns of a member as said at `at` (aware) and records `member.updated` under `key`.

    Repeating it changes nothing. Messages may come in any order: a field that a later message has set stays as
    that one left it. The event keeps which fields were set, not what they hold.
    """
    with transaction.atomic():
        member = Member.objects.select_for_update().get(pk=member.pk)
        newer = _set_later(member, at, key)
        event = events.record(events.Draft(NAME, member, at, key, {"fields": sorted(fields)}), now)
        if event is not None:
            _set(member, {name: said for name, said in fields.items() if name not in newer}, now)
    return member


def _set_later(member: Member, at: dt.datetime, key: str) -> set[str]:
    later = Q(occurred_at__gt=at) | Q(occurred_at=at, key__gt=key)
    told = Event.objects.filter(later, member=member, name=NAME).values_list("data", flat=True)
    return {name for data in told for name in data.get("fields", [])}


def _set(member: Member, fields: dict[str, str], now: dt.datetime) -> None:
    if not fields:
        return
    for name, said in fields.items():
        setattr(member, name, said)
    identity.set_keys(member)
    member.updated_at = now
    member.save(update_fields=[*fields, *identity.KEYS, "updated_at"])
