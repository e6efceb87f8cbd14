"""A member whom another system brought first, and the house's own signup that comes after.

Billing may tell of a customer before the shop tells of the signup. Whichever comes first, both are one member,
and the house's own words about that member count.
"""

import datetime as dt
from typing import Any

from members import identity
from members.models import ExternalId, Member, StageChange

FLAG = "new from "


def flag(system: str) -> str:
    """What stands beside a member whom only `system` knows, until the house's own signup comes."""
    return f"{FLAG}{system}"


def is_stranger(member: Member) -> bool:
    """Whether another system brought this member and the house's own signup has not come yet."""
    return member.flag.startswith(FLAG)


def same_address(email: str) -> Member | None:
    """The stranger who alone has this address and is not known to the house by an id; else None."""
    key = identity.email_key(email)
    found = list(Member.objects.filter(email_key=key)[:2]) if key else []
    if len(found) != 1 or not is_stranger(found[0]):
        return None
    is_known = found[0].external_ids.filter(source=ExternalId.HOUSE).exists()
    return None if is_known else found[0]


def adopt(member: Member, ids: dict[str, str], columns: dict[str, Any], now: dt.datetime) -> Member:
    """Gives the stranger the ids and columns of the house's own signup, in the caller's transaction.

    An id that another member has already stays there.
    """
    member = Member.objects.select_for_update().get(pk=member.pk)
    before = member.joined_at
    for source, value in ids.items():
        ExternalId.objects.get_or_create(source=source, value=value, defaults={"member": member})
    for name, said in columns.items():
        if said:
            setattr(member, name, said)
    identity.set_keys(member)
    member.flag, member.updated_at = "", now
    if member.stage_since == before:
        member.stage_since = member.joined_at
    member.save()
    member.stage_changes.filter(kind=StageChange.Kind.JOINED).update(at=member.joined_at)
    return member
