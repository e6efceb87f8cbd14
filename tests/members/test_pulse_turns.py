"""Falling quiet and coming back are told once each, and only when they were seen to happen."""

import datetime as dt

import pytest

from members import fact_keeping, usage
from members.models import Event, Member, MemberFacts, Plan
from tests import cast

DAY = dt.timedelta(days=1)


@pytest.fixture
def member(db: None, now: dt.datetime) -> Member:
    return cast.join("ingrid", now - 400 * DAY, quiet=True).member


def uses(member: Member, at: dt.datetime) -> None:
    usage.record_many([usage.Use(member.pk, "door", f"{at:%F}", "usage.walk", at)], at)


def night(member: Member, now: dt.datetime) -> None:
    fact_keeping.recompute([member.pk], now)


def turns(member: Member) -> list[tuple[str, dt.date]]:
    rows = Event.objects.filter(member=member, name__in=("member.went_quiet", "member.came_back"))
    return [(row.name, row.occurred_at.date()) for row in rows.order_by("occurred_at")]


def test_who_stops_coming_is_told_once_on_the_day_the_plan_says(member: Member, now: dt.datetime) -> None:
    uses(member, now)
    for days in (0, 59, 60, 61, 120):
        night(member, now + days * DAY)
    assert turns(member) == [("member.went_quiet", (now + 60 * DAY).date())]
    assert Event.objects.get(name="member.went_quiet").handled_at is None
    assert MemberFacts.objects.get(member=member).dirty_at is None


def test_who_comes_again_is_told_when_it_is_seen(member: Member, now: dt.datetime) -> None:
    uses(member, now)
    for days in (0, 70):
        night(member, now + days * DAY)
    back = now + 75 * DAY
    uses(member, back)
    night(member, back)
    assert turns(member)[1:] == [("member.came_back", back.date())]
    assert Event.objects.get(name="member.came_back").occurred_at == back


def test_a_pulse_that_was_unknown_turns_in_silence(member: Member, now: dt.datetime) -> None:
    uses(member, now - 90 * DAY)
    night(member, now)
    assert MemberFacts.objects.get(member=member).pulse == "quiet"
    assert turns(member) == []


def test_who_comes_seldom_but_as_often_as_always_is_not_quiet_where_the_plan_asks_for_the_rhythm(
    member: Member, now: dt.datetime
) -> None:
    Plan.objects.update(quiet_after=10, sleeping_after=60, quiet_below=0.5)
    for days in range(0, 200, 14):
        uses(member, now - days * DAY)
    for days in range(14):
        night(member, now + days * DAY)
    assert MemberFacts.objects.get(member=member).pulse == "awake"
    assert turns(member) == []
    for days in range(14, 40):
        night(member, now + days * DAY)
    ((name, day),) = turns(member)
    assert name == "member.went_quiet"
    assert day == (now + 28 * DAY).date()


def test_a_rhythm_that_fades_wakes_nobody(member: Member, now: dt.datetime) -> None:
    Plan.objects.update(quiet_after=10, sleeping_after=300, quiet_below=0.5)
    for days in range(0, 200, 2):
        uses(member, now - days * DAY)
    for days in range(0, 250, 5):
        night(member, now + days * DAY)
    assert [name for name, _day in turns(member)] == ["member.went_quiet"]
