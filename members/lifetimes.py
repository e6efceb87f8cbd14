"""Subscription lives: contracts that overlap or follow each other are one, however often the plan changed.

A pause does not end a life; a trial belongs to it. Days of tenure are those on trial or paid for, not those paused.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from django.conf import settings

from members.models import Member, Span

NONE = dt.timedelta()


class Life(NamedTuple):
    """From when until when (aware, exclusive; None while it goes on) somebody was a member without a break."""

    since: dt.datetime
    until: dt.datetime | None


def lives_of(member: Member, gap: dt.timedelta | None = None) -> list[Life]:
    """The member's lives, oldest first. Contracts at most `gap` apart are one life (default: the house's)."""
    return of([member.pk], gap)[member.pk]


def of(member_ids: Collection[int], gap: dt.timedelta | None = None) -> dict[int, list[Life]]:
    """The lives of these members, in one query; nothing but an empty list of somebody without a contract."""
    found: dict[int, list[Life]] = defaultdict(list)
    rows = Span.objects.filter(member__in=member_ids).values_list("member_id", "starts_at", "ends_at")
    for pk, since, until in rows:
        found[pk].append(Life(since, until))
    return {pk: joined(found[pk], gap) for pk in member_ids}


def tenure(member: Member, at: dt.datetime, gap: dt.timedelta | None = None) -> int:
    """Whole days on trial or paid for in the life that holds `at`, up to `at`; 0 for somebody without one then."""
    return served(member.spans.all(), at, gap)


def served(spans: Iterable[Span], at: dt.datetime, gap: dt.timedelta | None = None) -> int:
    """The tenure that follows from all spans of one member, in whole days."""
    return time_served(spans, at, gap).days


def time_served(spans: Iterable[Span], at: dt.datetime, gap: dt.timedelta | None = None) -> dt.timedelta:
    """As `served`, to the second; time that two contracts share counts once."""
    begun = [span for span in spans if span.starts_at <= at]
    lives = joined((Life(span.starts_at, span.ends_at) for span in begun), gap)
    here = next((life for life in lives if life.until is None or at < life.until), None)
    if here is None:
        return NONE
    counted = [span for span in begun if span.kind != Span.Kind.PAUSED and span.starts_at >= here.since]
    stretches = joined((Life(span.starts_at, min(span.ends_at or at, at)) for span in counted), NONE)
    return sum((life.until - life.since for life in stretches if life.until), NONE)


def paused(since: Mapping[int, dt.datetime], now: dt.datetime) -> dict[int, dt.timedelta]:
    """How long members stood on a pause in the life that began at these moments (by member), up to `now`.

    Only those who ever paused are in the answer; one query, two where somebody did.
    """
    kind = Span.Kind.PAUSED
    resting = set(Span.objects.filter(member_id__in=since, kind=kind).values_list("member_id", flat=True))
    spans: dict[int, list[Span]] = defaultdict(list)
    for span in Span.objects.filter(member_id__in=resting) if resting else ():
        spans[span.member_id].append(span)
    return {pk: max(NONE, now - since[pk] - time_served(spans[pk], now)) for pk in resting}


def joined(stretches: Iterable[Life], gap: dt.timedelta | None = None) -> list[Life]:
    """Stretches of time as lives: those that overlap, or are at most `gap` apart, are one."""
    allowed = back_to_back() if gap is None else gap
    found: list[Life] = []
    for since, until in sorted(stretches, key=lambda life: life.since):
        last = found[-1] if found else None
        if last and (last.until is None or since - last.until <= allowed):
            found[-1] = Life(last.since, None if None in (last.until, until) else max(last.until, until))  # type: ignore[type-var]
        else:
            found.append(Life(since, until))
    return found


def back_to_back() -> dt.timedelta:
    """How far apart two contracts may lie to be a change of plan; further is leaving and coming back."""
    return dt.timedelta(days=settings.BACK_TO_BACK_DAYS)
