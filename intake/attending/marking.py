"""Ticking who is here. Each tick is one use, however often it is told; taken away, it never was."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from intake.attending.models import Occasion, Presence
from members import usage, usage_corrections
from members.models import Member
from office.models import User

SOURCE = "attendance"


@dataclass(frozen=True)
class Tap:
    """One tap on one device, counted there; what a page without scripts says has neither."""

    device: str = ""
    number: int = 0


def mark(
    occasion: Occasion, member: Member, user: User, now: dt.datetime, *, is_here: bool, tap: Tap = Tap()
) -> Presence:
    """Puts the member on the list, or takes them off it; returns how it stands then.

    Told again it changes nothing. A tap that comes after a later one of the same device is passed over.
    """
    with transaction.atomic():
        first = {"at": now, "by": user}
        made, _is_new = Presence.objects.get_or_create(occasion=occasion, member=member, defaults=first)
        row = Presence.objects.select_for_update().get(pk=made.pk)
        if tap.device and row.device == tap.device and tap.number < row.tap:
            return row
        if row.is_here != is_here:
            _count(occasion, row, is_here, now)
            row.is_here, row.at, row.by = is_here, now, user
        row.device, row.tap = tap.device[:40], tap.number
        row.save()
    return row


def here(occasion: Occasion) -> set[int]:
    """Who is ticked, by their keys."""
    return set(occasion.presences.filter(is_here=True).values_list("member", flat=True))


def _count(occasion: Occasion, row: Presence, is_here: bool, now: dt.datetime) -> None:
    if is_here:
        use = usage.Use(row.member_id, SOURCE, row.key, occasion.usage, occasion.occurred_at)
        usage.record_many([use], now)
    else:
        usage_corrections.take_back(SOURCE, row.key, occasion.occurred_at, now)
