"""Signs of two ways, acts for others, and gatherings attended: which names count as what, in one place.

Clicks and opens never count (house rule 9). A conversation that staff had stands in a task that was done, with
`talked` in its data. Uses count by their days, events by their moment.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Max, Min, Q, Sum

from members.models import Event, UsageDay

ACTIVATED, RENEWED, RESUMED = "member.activated", "subscription.renewed", "subscription.resumed"
REFERRED = "referral.confirmed"
OFFERED = "offer.made"
TALKED = "task.done"
DIALOGUE = (
    "letter.replied",
    "survey.answered",
    "wish.answered",
    "conversation.held",
    "introduction.made",
    "value.event_attended",
    TALKED,
)
ADVOCACY = "advocacy."  # any name of this kind is an act; the usual ones stand in ACTS
ACTS = (
    REFERRED,
    "advocacy.guest",
    "advocacy.review",
    "advocacy.talk",
    "advocacy.testimonial",
    "advocacy.post",
)
GATHERINGS = (
    "usage.attended",
    "usage.event_attended",
    "usage.gathering",
)  # being together is a sign of two ways
VISITS = ("usage.visit",)  # attended, but a turnstile is no conversation
ATTENDED = ("value.event_attended",)
ASKED = tuple(dict.fromkeys((ACTIVATED, RENEWED, RESUMED, REFERRED, OFFERED, *DIALOGUE, *ATTENDED)))
YEAR = dt.timedelta(days=365)
Names = Callable[[str], bool]


def is_dialogue(name: str) -> bool:
    """Whether something of this name is a sign of two ways."""
    return name in DIALOGUE or name in GATHERINGS


def is_act(name: str) -> bool:
    """Whether something of this name is an act for us."""
    return name == REFERRED or name.startswith(ADVOCACY)


def is_attendance(name: str) -> bool:
    """Whether something of this name says that the member was there."""
    return name in GATHERINGS or name in VISITS or name in ATTENDED


@dataclass(frozen=True)
class Told:
    """How often something happened to a member: ever, in the last 365 days; when first and last."""

    ever: int
    lately: int
    first: dt.datetime
    last: dt.datetime


@dataclass(frozen=True)
class Signs:
    """What happened to one member, by name."""

    told: Mapping[str, Told] = field(default_factory=dict)

    def lately(self, counts: Names) -> int:
        """How often what counts happened in the last 365 days."""
        return sum(told.lately for name, told in self.told.items() if counts(name))

    def ever(self, counts: Names) -> int:
        """How often what counts happened."""
        return sum(told.ever for name, told in self.told.items() if counts(name))

    def last(self, counts: Names) -> dt.datetime | None:
        """When something that counts happened last."""
        return max((told.last for name, told in self.told.items() if counts(name)), default=None)

    def first(self, name: str) -> dt.datetime | None:
        """When this happened first."""
        return self.told[name].first if name in self.told else None


def of(member_ids: Collection[int], now: dt.datetime) -> dict[int, Signs]:
    """The signs of these members up to `now`, in two queries; absent where there are none."""
    found: dict[int, dict[str, Told]] = {}
    for member_id, name, *told in _events(member_ids, now):
        found.setdefault(member_id, {})[name] = Told(*told)
    for member_id, name, ever, lately, first, last in _gatherings(member_ids, now):
        told_of = Told(ever, lately or 0, _midnight(first), _midnight(last))
        found.setdefault(member_id, {})[name] = told_of
    return {member_id: Signs(told) for member_id, told in found.items()}


def counting() -> Q:
    """The events that are a sign or an act, as a filter of events."""
    signs = [REFERRED, *(name for name in DIALOGUE if name != TALKED)]
    return Q(name__in=signs) | Q(name__startswith=ADVOCACY) | _talked()


def renewals_since(starts: Mapping[int, dt.datetime], now: dt.datetime) -> dict[int, int]:
    """How often each of these members renewed since a moment of their own; one query."""
    counts = dict.fromkeys(starts, 0)
    rows = Event.objects.filter(name=RENEWED, member_id__in=starts, occurred_at__lte=now) if starts else None
    for member_id, at in rows.values_list("member_id", "occurred_at") if rows is not None else ():
        counts[member_id] += at >= starts[member_id]
    return counts


def _talked() -> Q:
    return Q(name=TALKED, data__talked=True)


def _events(member_ids: Collection[int], now: dt.datetime) -> Iterable[tuple[Any, ...]]:
    plain = Q(name__in=[name for name in ASKED if name != TALKED])
    asked = plain | Q(name__startswith=ADVOCACY) | _talked()
    rows = Event.objects.filter(asked, member_id__in=member_ids, occurred_at__lte=now)
    return (
        rows.order_by()
        .values("member_id", "name")
        .annotate(
            ever=Count("pk"),
            lately=Count("pk", filter=Q(occurred_at__gt=now - YEAR)),
            first=Min("occurred_at"),
            last=Max("occurred_at"),
        )
        .values_list("member_id", "name", "ever", "lately", "first", "last")
    )


def _gatherings(member_ids: Collection[int], now: dt.datetime) -> Iterable[tuple[Any, ...]]:
    rows = UsageDay.objects.filter(
        member_id__in=member_ids, name__in=(*GATHERINGS, *VISITS), day__lte=now.date()
    )
    return (
        rows.order_by()
        .values("member_id", "name")
        .annotate(
            ever=Sum("count"),
            lately=Sum("count", filter=Q(day__gt=(now - YEAR).date())),
            first=Min("day"),
            last=Max("day"),
        )
        .values_list("member_id", "name", "ever", "lately", "first", "last")
    )


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)
