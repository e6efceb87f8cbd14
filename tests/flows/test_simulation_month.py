"""A month lived hour by hour, and the same month simulated: letter by letter, at the same moment."""

import datetime as dt
import random
from typing import Any

import pytest

from flows import execution, publishing, sweeping
from flows.models import Decision, Enrolment, Flow
from flows.simulation import replay, simulating, telling
from lifecycle import journey
from mail import outbox, sending_rules
from mail.models import Message
from members import answering, consent
from members.models import Event, Member
from tests import cast
from tests.flows import making
from tests.flows.test_simulation import SERIES

pytestmark = [pytest.mark.django_db, pytest.mark.faults]
START = dt.datetime(2026, 3, 2, 6, tzinfo=dt.UTC)  # in it clocks are put forward, in America first
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
END = START + 31 * DAY
ZONES = ("Europe/Copenhagen", "America/New_York", "Asia/Tokyo")
RULES = {
    "quiet_hours": {"from": "21:00", "to": "08:00"},
    "caps": [{"letters": 1, "within": "2d"}, {"letters": 4, "within": "14d"}],
    "blackout": [{"name": "Carnival", "from": "2026-03-16", "to": "2026-03-17"}],
}
TWICE = {
    "reentry": "after 5d",
    "holdout": 0.3,
    "exit": {"event": "subscription.cancelled"},
    "goal": {"event": "shop.bought", "within": "10d", "ends": True},
}
NAMES = (making.BEGAN, "member.activated", "shop.bought", "subscription.cancelled")


def own(**over: Any) -> dict[str, Any]:
    definition = making.definition(SERIES, **{**TWICE, **over})
    Flow.objects.create(slug="trial", name="Trial", draft=definition)
    return definition


@pytest.mark.parametrize(
    ("flow", "exact"),
    [
        pytest.param(own, True, id="again and kept out, each at its moment"),
        pytest.param(
            lambda: own(trigger={"every": "4d", "anchor": "joined_at", "at": "10:00"}, holdout=0.0),
            False,
            id="every four days, hour by hour",
        ),
    ],
)
def test_a_month_lived_hour_by_hour_is_what_a_simulation_tells(
    flow: Any, exact: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    definition = flow()
    sending_rules.save(RULES, START - DAY)
    refusals = lived(random.Random(7), by_the_hour=exact)
    publishing.publish(definition, START, without_face=True)
    live(refusals)
    really, entered = what_really_left(), standing()
    assert len({status for _who, _step, status, _at in really}) > 1
    monkeypatch.setattr(replay, "EXACT", 10_000 if exact else 0)
    told = simulating.simulate(Flow.objects.get(slug=definition["slug"]), definition, 31, END, float("inf"))
    assert said(told) == really
    assert {(run.name, run.entered_at, run.status) for run in told.runs} == entered
    assert told.held_out == Enrolment.objects.filter(status="held_out").count()
    refused = Decision.objects.filter(verdict="not_entered").count()
    assert sum(told.not_entered.values()) == refused
    assert told.per_day == told.really_per_day


def lived(chance: random.Random, *, by_the_hour: bool) -> list[tuple[dt.datetime, Member]]:
    """Twelve people who join in ten days, and what they do in a month; who says no to letters, and when."""

    def moment(days: int) -> dt.datetime:
        at = START + dt.timedelta(minutes=chance.randrange(61, days * 24 * 60))
        return at.replace(minute=0) if by_the_hour else at

    people = []
    for number in range(12):
        at = moment(10)
        more = {"first_name": f"P{number}", "time_zone": ZONES[number % 3], "email": f"p{number}@example.com"}
        people.append((at, cast.join(f"p{number}", at, **more).member))
    for joined, member in people:
        for _ in range(chance.randrange(1, 8)):
            name = chance.choices(NAMES, (4, 3, 2, 1))[0]
            making.happens(member, name, max(joined, moment(30)))
    return [(moment(30), member) for _joined, member in chance.sample(people, 2)]


def live(refusals: list[tuple[dt.datetime, Member]]) -> None:
    """The clock comes by at every full hour, as far as flows are concerned; events are told as they happen."""
    Event.objects.update(handled_at=END)
    now = START
    while now <= END:
        for at, member in refusals:
            if now - HOUR < at <= now:
                consent.withdraw(member, "membership", at, at, proof="", source="test")
        came = Event.objects.filter(occurred_at__gt=now - HOUR, occurred_at__lte=now)
        came.exclude(name__startswith="mail.").update(handled_at=None)
        while (
            answering.answer(journey.answers, now)
            + sweeping.sweep(now)
            + execution.advance(now)
            + outbox.send_due(now)
        ):
            pass
        now += HOUR


def what_really_left() -> set[tuple[str, str, str, dt.datetime]]:
    """Who got, or did not get, which letter, and when that was settled."""
    rows = Message.objects.select_related("member")
    return {
        (one.member.first_name, telling.uid_of(one), one.status, one.finished_at or one.due_at)
        for one in rows
    }


def standing() -> set[tuple[str, dt.datetime, str]]:
    """The runs that began, and where they stand."""
    runs = Enrolment.objects.exclude(status="held_out").select_related("member")
    return {(run.member.name, run.entered_at, run.status) for run in runs}


def said(told: telling.Told) -> set[tuple[str, str, str, dt.datetime]]:
    return {(run.name, one["step"], one["status"], one["at"]) for run in told.runs for one in run.letters}
