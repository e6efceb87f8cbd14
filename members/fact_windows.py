"""Whose facts a night must look at: those of whom a window moved with the date. Cost follows what moved."""

import datetime as dt
from collections.abc import Iterable, Iterator

from django.db.models import Exists, OuterRef, Q, QuerySet

from members import pulse, rhythm, signs
from members.models import Event, Member, MemberFacts, Plan, UsageDay
from members.models.member_facts import Pulse
from members.models.plan import Consumption

YOUNG = dt.timedelta(days=rhythm.RECENT + rhythm.BASELINE + 1)  # whose own rhythm is still over fewer days


def everybody() -> Iterable[int]:
    """All members, in order."""
    return MemberFacts.objects.order_by("pk").values_list("pk", flat=True).iterator(5000)


def moved(since: dt.datetime, now: dt.datetime) -> list[int]:
    """The members of whom a window moved after `since`, up to `now`, each once and in order."""
    found: set[int] = set()
    for ids in _queries(since, now):
        found.update(ids.iterator(5000))
    return sorted(found)


def _queries(
    since: dt.datetime, now: dt.datetime
) -> Iterator[QuerySet[MemberFacts, int] | QuerySet[UsageDay, int]]:
    days = UsageDay.objects.filter(rhythm.leaving(since.date(), now.date()) | _gatherings_left(since, now))
    yield days.values_list("member_id", flat=True).order_by()
    facts = MemberFacts.objects.order_by()
    for moved_on in _moved_on(since, now):
        yield facts.filter(moved_on).values_list("pk", flat=True)


def _moved_on(since: dt.datetime, now: dt.datetime) -> Iterator[Q]:
    yield from (
        _signs_left(since, now),
        _offers_left(since, now),
        _young(since),
        _known_otherwise(),
        _on_pause(),
        _renewing(now),
    )
    yield from _pulses(now)


def _gatherings_left(since: dt.datetime, now: dt.datetime) -> Q:
    left = Q(day__gt=(since - signs.YEAR).date(), day__lte=(now - signs.YEAR).date())
    return left & Q(name__in=signs.GATHERINGS)


def _signs_left(since: dt.datetime, now: dt.datetime) -> Q:
    left = Event.objects.filter(signs.counting(), member_id=OuterRef("pk"))
    left = left.filter(occurred_at__gt=since - signs.YEAR, occurred_at__lte=now - signs.YEAR)
    return (Q(dialogue_365d__gt=0) | Q(advocacy_365d__gt=0)) & Q(Exists(left))


def _offers_left(since: dt.datetime, now: dt.datetime) -> Q:
    left = Event.objects.filter(name=signs.OFFERED, member_id=OuterRef("pk"))
    left = left.filter(occurred_at__gt=since - signs.YEAR, occurred_at__lte=now - signs.YEAR)
    return Q(offers_12m__gt=0) & Q(Exists(left))


def _young(since: dt.datetime) -> Q:
    return Q(member__joined_at__gt=since - YOUNG, last_use_on__isnull=False)


def _known_otherwise() -> Q:
    """Where the plan says by now that use is known, or no longer to be looked for."""
    nothing = Q(member__plan__consumption=Consumption.NONE)
    told = Q(member__plan__first_use_on__isnull=False)
    return (Q(usage_known=True) & nothing) | (Q(usage_known=False) & told & ~nothing)


def _on_pause() -> Q:
    """Whose time with us stands still."""
    return Q(member__status="paused")


def _renewing(now: dt.datetime) -> Q:
    """Of whom another term is over."""
    return Q(renews_at__lte=now)


def _pulses(now: dt.datetime) -> Iterator[Q]:
    """By plan: who was last seen so long ago that the pulse must have changed, also by times that staff changed."""
    for plan in Plan.objects.all():
        of = Q(member__plan=plan, usage_known=True) & ~Q(member__stage=Member.Stage.FORMER)
        if plan.consumption != Consumption.EXPECTED:
            yield of & ~Q(pulse=Pulse.UNKNOWN)
            continue
        still = frozenset(plan.quiet_months)
        quiet, asleep = (
            pulse.latest(now.date(), days, still) for days in (plan.quiet_after, plan.sleeping_after)
        )
        yield of & Q(pulse=Pulse.AWAKE) & _not_seen_after(plan, quiet)
        yield of & Q(pulse__in=(Pulse.AWAKE, Pulse.QUIET)) & _not_seen_after(plan, asleep)
        yield of & Q(pulse=Pulse.SLEEPING) & ~_not_seen_after(plan, asleep)
        yield of & Q(pulse=Pulse.QUIET) & ~_not_seen_after(plan, quiet)


def _not_seen_after(plan: Plan, day: dt.date) -> Q:
    end = dt.datetime.combine(day, dt.time.max, dt.UTC)
    began = Q(member__joined_at__lte=end) & (Q(tenure_since__isnull=True) | Q(tenure_since__lte=end))
    seen = Q(last_use_on__lte=day)
    if plan.first_use_on is None or plan.first_use_on <= day:
        seen |= Q(last_use_on__isnull=True)
    return began & seen
