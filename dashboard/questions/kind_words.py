"""A quiet day names one member worth a kind word, always the same one of that day, and says why."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Member
from members.models.member import Stage

YEARS = 60
LONGEST = 20


@dataclass(frozen=True)
class KindWord:
    """Who, and why."""

    member: Member
    why: str


def anniversaries(now: dt.datetime, days: int) -> Q:
    """Members who joined on one of the next days (today first) of an earlier year; ranges of the index of joining."""
    today = timezone.localtime(now).date()
    wanted = Q(pk__in=[])
    for back in range(1, YEARS + 1):
        first = _midnight(_years_before(today, back))
        wanted |= Q(joined_at__gte=first, joined_at__lt=first + dt.timedelta(days=days))
    return wanted


def choose(now: dt.datetime) -> KindWord | None:
    """Who has the greatest anniversary today; else, day by day, the next of those who are here longest."""
    here = Member.objects.exclude(stage=Stage.FORMER).filter(erased_at=None)
    first = here.filter(anniversaries(now, 1)).order_by("joined_at", "pk").first()
    today = timezone.localtime(now).date()
    if first:
        years = today.year - timezone.localtime(first.joined_at).year
        said = ngettext("joined a year ago today", "joined %d years ago today", years)
        return KindWord(first, said % years if years > 1 else said)
    longest = list(here.order_by("joined_at", "pk")[:LONGEST])
    if not longest:
        return None
    return KindWord(
        longest[today.toordinal() % len(longest)], _("is one of those who have been here longest")
    )


def _years_before(day: dt.date, years: int) -> dt.date:
    """The same day of an earlier year; the last of February has no other twin."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
