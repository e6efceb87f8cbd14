"""Who belongs together: members under one roof, and children whose letters go to a guardian."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import Member
from office import audit
from office.models import User

LONGEST = 80


class NotPossible(ValueError):
    """Why this cannot be; the text is for staff."""


def mates(member: Member) -> list[Member]:
    """Who else lives under the same roof, by name."""
    if not member.household:
        return []
    rows = Member.objects.filter(household=member.household, erased_at=None).exclude(pk=member.pk)
    return list(rows.order_by("first_name", "last_name", "pk"))


def wards(member: Member) -> list[Member]:
    """Whose letters this member gets."""
    return list(Member.objects.filter(guardian=member, erased_at=None).order_by("first_name", "pk"))


def live_with(member: Member, other: Member, by: User, now: dt.datetime) -> str:
    """Puts a member under the roof of another; who lives alone so far gives the household its word. The word."""
    with transaction.atomic():
        word = other.household or f"{other.last_name or other.first_name or 'home'}-{other.pk}"[:LONGEST]
        for row in (other, member):
            _set(row, now, household=word)
        audit.record(by, "household.joined", member, now, member=member.uuid, number=other.pk)
    return word


def move_out(member: Member, by: User, now: dt.datetime) -> None:
    """A member lives alone from now on."""
    with transaction.atomic():
        _set(member, now, household="")
        audit.record(by, "household.left", member, now, member=member.uuid)


def give_guardian(member: Member, guardian: Member | None, by: User, now: dt.datetime) -> None:
    """Letters to this member go to `guardian` from now on; None: to the member again.

    NotPossible for somebody who is their own guardian, or has one too: a letter must end at somebody's address.
    """
    if guardian is not None:
        _check(member, guardian)
    with transaction.atomic():
        _set(member, now, guardian=guardian)
        number = guardian.pk if guardian else None
        audit.record(by, "guardian.changed", member, now, member=member.uuid, number=number)


def _check(member: Member, guardian: Member) -> None:
    if guardian.pk == member.pk:
        raise NotPossible(_("Nobody is their own guardian."))
    if guardian.guardian_id:
        raise NotPossible(_("%s has a guardian too. Choose somebody who gets letters themselves.") % guardian)
    if Member.objects.filter(guardian=member).exists():
        raise NotPossible(_("%s is somebody's guardian and gets letters themselves.") % member)
    if guardian.erased_at or guardian.merged_into_id:
        raise NotPossible(_("This member's data was erased, or moved to another row."))


def _set(member: Member, now: dt.datetime, **columns: object) -> None:
    for name, value in columns.items():
        setattr(member, name, value)
    member.updated_at = now
    member.save(update_fields=[*columns, "updated_at"])
