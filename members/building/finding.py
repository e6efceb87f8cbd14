"""Whom a condition finds that somebody is describing: how many, and the first of them by name."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import DataError
from django.utils.translation import gettext as _

from members import conditions, segments
from members.building.tree import Builder
from members.models import Member

FIRST = 10


@dataclass(frozen=True)
class Reading:
    """What a condition says and whom it finds; `trouble` says why there is nothing to count yet."""

    words: str = ""
    count: int = 0
    people: Sequence[Member] = ()
    trouble: str = ""


def read(builder: Builder, now: dt.datetime) -> Reading:
    """The condition in words, how many members it finds at `now`, and those who joined last."""
    if builder.condition is None:
        return Reading(trouble=next(iter(builder.errors), ""))
    if conditions.problems(builder.condition):
        return Reading(trouble=_("Of how many this is true depends on when they came into the flow."))
    found = segments.holding(builder.condition, now)
    try:
        people = found.select_related("plan").order_by("-joined_at", "-id")[:FIRST]
        return Reading(builder.words, found.count(), list(people))
    except (DataError, OverflowError):
        return Reading(trouble=_("One of the numbers is too large."))
