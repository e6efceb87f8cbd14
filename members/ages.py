"""Age in bands. Only the year of birth is kept, so an age counts by calendar year."""

import datetime as dt
from typing import Any

from django.db.models import Q

from members.models import Member

YOUNGEST, OLDEST = -10_000, 10_000  # a year of birth that cannot be is in the nearest band all the same
BANDS = {
    "0-17": (YOUNGEST, 17),
    "18-29": (18, 29),
    "30-44": (30, 44),
    "45-64": (45, 64),
    "65+": (65, OLDEST),
}


def is_aged(band: Any, now: dt.datetime) -> Q:
    """Whether a member is in this band at `now`, in SQL; nobody is in a band that there is not."""
    if band not in BANDS:
        return Q(pk__in=[])
    youngest, oldest = BANDS[band]
    return Q(birth_year__range=(now.year - oldest, now.year - youngest))


def band_of(member: Member, now: dt.datetime) -> str | None:
    """The member's band at `now`; None where the year of birth is unknown."""
    if member.birth_year is None:
        return None
    age = now.year - member.birth_year
    return next((band for band, (low, high) in BANDS.items() if low <= age <= high), None)
