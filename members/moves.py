"""Writes moves between the four stages: the member, the line in the history, and the event, together."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, QuerySet

from members import conditions, events, signs
from members.models import Event, Member, MemberFacts, StageChange
from members.models.member import Stage
from office import pouring

Kind = StageChange.Kind
STEPS = (Kind.MOVED, Kind.MANUAL)
JUST_NOW = dt.timedelta(minutes=10)
# Which events a fact follows from, so that a move can name what set it going.
FOLLOWS_FROM: Mapping[str, tuple[str, ...]] = {
    "activated": (signs.ACTIVATED,),
    "dialogue_365d": signs.DIALOGUE,
    "days_since_conversation": signs.DIALOGUE,
    "advocacy_365d": signs.ACTS,
    "referrals_confirmed": (signs.REFERRED,),
    "renewals": (signs.RENEWED,),
    "paid_total": ("payment.succeeded",),
    "status": ("subscription.started", "subscription.renewed", "subscription.resumed"),
    "trial": ("subscription.started", "payment.succeeded", "subscription.changed"),
}


@dataclass(frozen=True)
class Move:
    """One member comes to a stage by a rule, in words, with the values that decided it."""

    member: Member
    to: Stage
    rule: str
    values: Mapping[str, Any] = field(default_factory=dict)
    event: Event | None = None


def write(
    moves: Sequence[Move], now: dt.datetime, kind: StageChange.Kind, *, quiet: bool, **more: Any
) -> list[StageChange]:
    """Carries the moves out at `now` in the caller's transaction, in a constant number of queries.

    Records `stage.entered` for each; quietly, so that nothing begins by it, where `quiet`. `more`: columns of
    StageChange, as `by` and `note`.
    """
    changes = _write(moves, now, kind, **more)
    events.record_many([_entered(change, now) for change in changes], now, quiet=quiet)
    return changes


def place(moves: Sequence[Move], now: dt.datetime) -> list[StageChange]:
    """The same for members who were imported, without an event; where they stay, only the line is written."""
    return _write(moves, now, Kind.PLACED)


def made_at(members: Iterable[int], now: dt.datetime) -> set[int]:
    """Who of these moved at this very moment: once per moment is enough."""
    moved = StageChange.objects.filter(member__in=members, at=now, kind__in=STEPS)
    return set(moved.values_list("member_id", flat=True))


def at(now: dt.datetime) -> QuerySet[StageChange]:
    """The moves at this very moment of one member of an outer query."""
    return StageChange.objects.filter(member=OuterRef("pk"), at=now, kind__in=STEPS)


def occasions(
    members: Collection[Member], condition: conditions.Condition, now: dt.datetime
) -> dict[int, Event]:
    """What happened to each of these in the last minutes that the condition asks about: why they move just now."""
    names = set(conditions.mentioned(condition, "event"))
    for fact in conditions.mentioned(condition, "fact"):
        names.update(FOLLOWS_FROM.get(fact, ()))
    told = Event.objects.filter(member__in=members, name__in=names, recorded_at__gt=now - JUST_NOW)
    return {event.member_id: event for event in told.order_by("occurred_at", "pk")}


def _write(moves: Sequence[Move], now: dt.datetime, kind: StageChange.Kind, **more: Any) -> list[StageChange]:
    changes = [
        StageChange(
            member=move.member,
            kind=kind,
            from_stage=move.member.stage,
            to_stage=move.to,
            at=now,
            rule=move.rule,
            values=dict(move.values),
            event=move.event,
            **more,
        )
        for move in moves
    ]
    pouring.create(changes)
    for stage in {move.to for move in moves}:
        _stand([move.member for move in moves if move.to == stage != move.member.stage], stage, now)
    return changes


def _stand(members: Collection[Member], stage: Stage, now: dt.datetime) -> None:
    keys = [member.pk for member in members]
    Member.objects.filter(pk__in=keys).update(stage=stage, stage_since=now)
    MemberFacts.objects.filter(pk__in=keys, fall_since__isnull=False).update(fall_since=None)
    for member in members:
        member.stage, member.stage_since = stage, now


def _entered(change: StageChange, now: dt.datetime) -> events.Draft:
    data = {"stage": change.to_stage, "from": change.from_stage}
    return events.Draft("stage.entered", change.member, now, f"stage:{change.pk}", data)
