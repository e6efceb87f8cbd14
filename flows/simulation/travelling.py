"""One member, real or made up, walks through a draft by a clock of their own; whoever watches chooses what happens.

The whole engine of the register and of flows works on this one member: events are answered, facts and stages follow,
steps act and letters leave at their very moment. Nothing is written, and nothing is sent.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q

from flows import entering, listening
from flows.models import Enrolment, Flow
from flows.simulation import chronicle, replay, sandbox, shadows, simulating, turning
from mail import limits, transports
from mail.models import Message, Suppression
from members import (
    answering,
    events,
    fact_keeping,
    joining,
    moving,
    usage,
    usage_answering,
)
from members.models import (
    Consent,
    Event,
    ExternalId,
    Member,
    MemberFacts,
    MemberTag,
    Plan,
    StageChange,
    Usage,
    UsageBatch,
    UsageDay,
)

LET_IN = "let_in"  # in the place of an event: a person lets them into the flow
MOST = 100  # things that happen on one way
FURTHEST = dt.timedelta(days=3 * 366)


@dataclass(frozen=True)
class Somebody:
    """A made-up member, who joins when the walk begins. `plan` is a slug; empty texts are not known."""

    first_name: str
    locale: str = ""
    time_zone: str = ""
    plan: str = ""
    email: str = ""


Happening = tuple[dt.datetime, str]


def travel(
    flow: Flow,
    definition: Mapping[str, Any],
    who: Member | Somebody,
    start: dt.datetime,
    happened: Sequence[Happening],
    until: dt.datetime,
) -> chronicle.Story:
    """What becomes of `who` from `start` until `until` (aware), when this happens to them, in order of time.

    A member stands as now, as if they had never been in the flow. Raises checking.FlowErrors with all that is wrong
    with the definition, ValueError where the way is too long or something lies outside of it.
    """
    _check(start, happened, until)
    with sandbox.nothing_stays(transports.Kept()):
        _alone(who, start)
        sandbox.lay_out(flow, definition, start)
        Enrolment.objects.filter(flow=flow)._raw_delete(
            using=DEFAULT_DB_ALIAS
        )  # they come for the first time
        published = simulating.publish(flow, definition, start)
        member = who if isinstance(who, Member) else _join(who, start)
        walk = _Walk(published, member)
        walk.to(start, sorted(happened), until)
        return chronicle.of(published, member, start, until)


def names(definition: Mapping[str, Any]) -> list[str]:
    """What may happen that matters to this definition, in the order in which it is written."""
    return list(dict.fromkeys(listening.said_by(definition)))


class _Walk:
    """The engine, turned for one member."""

    def __init__(self, flow: Flow, member: Member) -> None:
        assert flow.current is not None
        self.flow, self.member = flow, member
        said = listening.said(flow.current)
        self.uses = {name: replay.DEEDS for name in said if events.is_usage(name)}

    def to(self, start: dt.datetime, happened: Sequence[Happening], until: dt.datetime) -> None:
        """Plays from moment to moment until `until`."""
        ahead, moment = list(happened), start
        self._turn(start)
        while True:
            while ahead and ahead[0][0] <= moment:
                self._happens(ahead.pop(0), moment)
                self._turn(moment)
            self._turn(moment)
            if moment >= until:
                return
            moments = [ahead[0][0] if ahead else None, turning.next_due(self.flow).next_at]
            following = min((at for at in moments if at), default=until)
            # What stays due although nothing moves it must not stop the clock.
            moment = min(until, max(following, moment + dt.timedelta(seconds=1)))

    def _turn(self, now: dt.datetime) -> None:
        turning.until_quiet(
            now,
            lambda at: answering.answer(lambda _name: replay.DEEDS, at),
            lambda at: usage_answering.answer(lambda: self.uses, at),
            fact_keeping.refresh,
            moving.move_up,
        )

    def _happens(self, one: Happening, now: dt.datetime) -> None:
        at, name = one
        if name == LET_IN:
            entering.let_in(self.flow, [self.member], now, note="")
        elif events.is_usage(name):
            key = f"walk:{at.isoformat()}:{name}"
            usage.record_many([usage.Use(self.member.pk, "walk", key, name, at)], now)
        else:
            key = f"walk:{at.isoformat()}:{name}:{Event.objects.count()}"
            events.record_many([events.Draft(name, self.member, at, key, {"walk": True})], now)


def _alone(who: Member | Somebody, start: dt.datetime) -> None:
    """A register in which there is nobody else."""
    pk = who.pk if isinstance(who, Member) else 0
    theirs = Q(member=pk)
    left = theirs & Q(status__in=limits.LEFT)
    shadows.cast({Message: left}, left_out=["values"])
    shadows.cast(
        {
            Event: theirs & Q(occurred_at__lte=start) & ~Q(handled_at=None),
            Usage: theirs & Q(occurred_at__lte=start),
            UsageDay: theirs,
            UsageBatch: sandbox.NOTHING,
            StageChange: theirs,
            Consent: theirs,
            Suppression: Q(),
            ExternalId: theirs,
            MemberTag: theirs,
            MemberFacts: theirs,
            Plan: Q(),
            Member: Q(pk=pk),
        }
    )


def _join(who: Somebody, start: dt.datetime) -> Member:
    fields = {
        "first_name": who.first_name,
        "email": who.email,
        "locale": who.locale,
        "time_zone": who.time_zone,
    }
    signup = joining.Signup({ExternalId.HOUSE: "somebody made up"}, start, fields, who.plan)
    member, _is_new = joining.join(signup, start, source="walk")
    return member


def _check(start: dt.datetime, happened: Sequence[Happening], until: dt.datetime) -> None:
    if not start <= until <= start + FURTHEST:
        raise ValueError("until: from the start, and at most three years on")
    if len(happened) > MOST:
        raise ValueError(f"at most {MOST} things may happen on one way")
    if any(not start <= at <= until for at, _name in happened):
        raise ValueError("what happens lies between the start and the moment to reach")
