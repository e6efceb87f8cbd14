"""Whom an evening's list offers: those who are ticked, those who come usually, then the others by name."""

import datetime as dt

from django.db.models import QuerySet, Sum

from intake.attending import marking
from intake.attending.models import Occasion
from members import finding
from members.models import Member, UsageDay

LOOKED_BACK = dt.timedelta(days=90)
SHOWN, FOUND = 300, 50


def offered(occasion: Occasion, search: str = "") -> list[Member]:
    """The members to show, those who come most first; with a search those whom it means, former ones too."""
    if search:
        found = finding.search(Member.objects.filter(erased_at=None), search)
        return list(found.order_by("first_name", "last_name", "pk")[:FOUND])
    often = _often(occasion)
    ticked = marking.here(occasion)
    keys = [*often, *(ticked - often.keys())]
    first = {member.pk: member for member in _standing().filter(pk__in=keys) | _ticked(ticked)}
    known = sorted(first.values(), key=lambda member: (-often.get(member.pk, 0), member.name.casefold()))
    others = _standing().exclude(pk__in=first).order_by("first_name", "last_name", "pk")
    return [*known, *others[: max(SHOWN - len(known), 0)]]


def _often(occasion: Occasion) -> dict[int, int]:
    """How often whom, of those who came most in the 90 days before."""
    days = UsageDay.objects.filter(
        name=occasion.usage, day__gte=occasion.on - LOOKED_BACK, day__lt=occasion.on
    )
    rows = days.values("member").annotate(times=Sum("count")).order_by("-times", "member")
    return dict(rows.values_list("member", "times")[:SHOWN])


def _standing() -> QuerySet[Member]:
    return Member.objects.filter(erased_at=None).exclude(stage=Member.Stage.FORMER)


def _ticked(keys: set[int]) -> QuerySet[Member]:
    return Member.objects.filter(pk__in=keys)
