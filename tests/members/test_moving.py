"""How members move between the four stages by rule and by hand."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lifecycle import trades
from members import ladder, moving, stage_rules
from members.models import Event, Member, MemberFacts, StageChange, UsageDay
from office.models import AuditEntry, User
from tests import cast

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def club(now: dt.datetime) -> None:
    trades.choose("club", now)


def regular(name: str, now: dt.datetime, *, days: int = 20, uses: int = 2, **facts: Any) -> Member:
    """Joined `days` ago, has had first value, and came `uses` times this week."""
    member = cast.join(name, now - days * DAY, quiet=True).member
    for day in range(uses):
        on = (now - day * DAY).date()
        UsageDay.objects.create(member=member, name="usage.visit", day=on, count=1, quantity=1)
    know(member, activated_at=now - DAY, usage_known=True, tenure_since=member.joined_at, **facts)
    return member


def know(member: Member, **facts: Any) -> None:
    MemberFacts.objects.filter(member=member).update(**facts, stages_due=True)


def stage(member: Member) -> str:
    return str(Member.objects.get(pk=member.pk).stage)


def test_without_rules_nobody_moves(now: dt.datetime) -> None:
    member = regular("a", now)
    assert moving.move_up(now) == moving.rise(now) == moving.fall(now) == 0
    assert stage(member) == "onboarding"


def test_a_proven_member_comes_up_at_once_with_rule_and_values(club: None, now: dt.datetime) -> None:
    member = regular("a", now)
    moving.move_up(now)
    change = StageChange.objects.get(member=member, kind="moved")
    assert (change.from_stage, change.to_stage, change.at) == ("onboarding", "value", now)
    assert change.values == {"activated": True, "days_since_joined": 20, "usage.* within 90d": 2}
    assert "first value" in change.rule
    told = Event.objects.get(member=member, name="stage.entered")
    assert (told.data, told.handled_at) == ({"stage": "value", "from": "onboarding"}, None)


def test_who_is_short_of_one_use_stays(club: None, now: dt.datetime) -> None:
    member = regular("a", now, uses=1)
    assert moving.move_up(now) == 1
    assert stage(member) == "onboarding"
    assert moving.move_up(now) == 0, "looked at once, until something changes"


def test_stages_follow_each_other_a_moment_each(club: None, now: dt.datetime) -> None:
    member = regular("a", now, days=200, uses=3, dialogue_365d=1)
    for reached in ("value", "relationship"):
        moving.move_up(now)
        assert stage(member) == reached
        know(member)
        assert moving.move_up(now) == 0, "once per moment"
        now += dt.timedelta(seconds=1)
    assert StageChange.objects.filter(member=member, kind="moved").count() == 2


def test_who_did_something_for_us_need_not_be_in_relationship(club: None, now: dt.datetime) -> None:
    member = regular("a", now, advocacy_365d=1)
    moving.move_up(now)
    assert stage(member) == "value"
    know(member)
    moving.move_up(now + dt.timedelta(seconds=1))
    assert stage(member) == "ambassador"


def test_a_member_moves_once_per_moment(club: None, now: dt.datetime) -> None:
    member = regular("a", now)
    moving.move_up(now)
    know(member, advocacy_365d=1)
    moving.move_up(now)
    moving.rise(now)
    assert stage(member) == "value"
    moving.move_up(now + dt.timedelta(seconds=1))
    assert stage(member) == "ambassador", "and is not forgotten"


@pytest.mark.parametrize("trade", trades.names())
def test_whoever_never_had_first_value_stays_whatever_else_is_proven(trade: str, now: dt.datetime) -> None:
    trades.choose(trade, now)
    member = regular("a", now, days=400, uses=20, dialogue_365d=3, advocacy_365d=2, renewals=5, paid_total=1)
    know(member, activated_at=None)
    for night in range(3):
        moving.move_up(now + night * DAY)
        moving.rise(now + night * DAY)
    assert stage(member) == "onboarding"
    assert list(ladder.stalled(now)) == [member]
    know(member, activated_at=now)
    for night in range(3, 6):
        moving.rise(now + night * DAY)
        know(member)
    assert stage(member) == "ambassador"


def test_where_a_house_leaves_a_stage_out_the_next_one_follows_onboarding(now: dt.datetime) -> None:
    yes = {"fact": "days_since_joined", "op": ">=", "value": 0}
    stage_rules.save([{"to": "relationship", "enter": yes}], now)
    member = regular("a", now)
    moving.move_up(now)
    assert stage(member) == "relationship"


def test_time_alone_brings_somebody_up_at_night(club: None, now: dt.datetime) -> None:
    member = regular("a", now, days=13)
    moving.move_up(now)
    assert stage(member) == "onboarding"
    assert moving.move_up(now + DAY) == 0, "nothing happened to her"
    moving.rise(now + DAY)
    assert stage(member) == "value"


def test_somebody_never_activated_stays(club: None, now: dt.datetime) -> None:
    member = regular("a", now, days=400)
    know(member, activated_at=None)
    moving.rise(now)
    assert stage(member) == "onboarding"


def test_unknown_use_is_not_zero(club: None, now: dt.datetime) -> None:
    member = cast.join("a", now - 90 * DAY, quiet=True).member
    moving.rise(now)
    assert stage(member) == "value"


def test_the_move_names_the_event_that_set_it_going(club: None, now: dt.datetime) -> None:
    member = regular("a", now)
    event = Event.objects.create(
        member=member, name="member.activated", occurred_at=now, recorded_at=now, key="k"
    )
    moving.move_up(now)
    assert StageChange.objects.get(member=member, kind="moved").event == event


def test_former_members_do_not_move(club: None, now: dt.datetime) -> None:
    member = regular("a", now)
    Member.objects.filter(pk=member.pk).update(stage="former")
    moving.move_up(now)
    moving.rise(now)
    assert stage(member) == "former"


def test_the_number_of_queries_does_not_depend_on_the_members(club: None, now: dt.datetime) -> None:
    def cost(names: str, at: dt.datetime) -> int:
        for name in names:
            regular(name, at)
        with CaptureQueriesContext(connection) as asked:
            assert moving.move_up(at) == len(names)
        return len(asked)

    assert cost("ab", now) == cost("cdefghijk", now + DAY)
    assert Member.objects.filter(stage="value").count() == 11


def ambassador(name: str, now: dt.datetime, **facts: Any) -> Member:
    member = regular(name, now, advocacy_365d=1, **facts)
    for moment in (now - dt.timedelta(seconds=1), now):
        moving.move_up(moment)
        know(member)
    assert stage(member) == "ambassador"
    return member


def nights(first: dt.datetime, number: int) -> None:
    for night in range(number):
        moving.fall(first + night * DAY)


def test_nobody_falls_before_the_rule_held_long_enough(club: None, now: dt.datetime) -> None:
    member = ambassador("a", now)
    know(member, advocacy_365d=0)
    later = now + 100 * DAY  # the minimum stay is over
    nights(later, 35)
    assert stage(member) == "ambassador"
    moving.fall(later + 35 * DAY)
    assert stage(member) == "relationship"


def test_nobody_falls_before_the_minimum_stay(club: None, now: dt.datetime) -> None:
    member = ambassador("a", now)
    know(member, advocacy_365d=0)
    moving.fall(now)
    moving.fall(now + 89 * DAY)
    assert stage(member) == "ambassador"
    moving.fall(now + 91 * DAY)  # the clocks were changed in between
    assert stage(member) == "relationship"


def test_one_day_of_grace_begins_the_time_anew(club: None, now: dt.datetime) -> None:
    member = ambassador("a", now)
    know(member, advocacy_365d=0)
    moving.fall(now + 100 * DAY)
    know(member, advocacy_365d=1)
    moving.fall(now + 110 * DAY)
    know(member, advocacy_365d=0)
    nights(now + 120 * DAY, 35)
    assert stage(member) == "ambassador"


def test_a_fall_is_told_to_nobody(club: None, now: dt.datetime) -> None:
    member = ambassador("a", now)
    know(member, advocacy_365d=0)
    moving.fall(now + 100 * DAY)
    moving.fall(now + 136 * DAY)
    change = StageChange.objects.filter(member=member).latest("pk")
    assert (change.from_stage, change.to_stage, change.values) == (
        "ambassador",
        "relationship",
        {"advocacy_365d": 0},
    )
    assert not Event.objects.filter(
        name="stage.entered", data__stage="relationship", handled_at=None
    ).exists()


def test_one_step_a_night_and_never_back_to_onboarding(club: None, now: dt.datetime) -> None:
    member = ambassador("a", now)
    know(member, advocacy_365d=0, pulse="sleeping", activated_at=None)
    for month in range(4, 40):
        before = stage(member)
        moving.fall(now + month * 30 * DAY)
        if before != stage(member):
            assert (before, stage(member)) in {("ambassador", "relationship"), ("relationship", "value")}
    assert stage(member) == "value"


def test_who_would_fall_at_once_does_not_come_up(now: dt.datetime) -> None:
    yes = {"fact": "days_since_joined", "op": ">=", "value": 0}
    asleep = {"fact": "pulse", "op": "=", "value": "sleeping"}
    stage_rules.save(
        [{"to": "value", "enter": yes}, {"to": "relationship", "enter": yes, "fall": asleep}], now
    )
    member = regular("a", now, pulse="sleeping")
    moving.move_up(now)
    assert stage(member) == "value"


def test_a_rule_that_can_no_longer_be_read_stops_nobody_else(club: None, now: dt.datetime) -> None:
    rule = stage_rules.standing()[0]
    rule.enter = {"fact": "no_such_fact", "op": "=", "value": 1}
    rule.save()
    member = regular("a", now, advocacy_365d=1)
    moving.move_up(now)
    assert stage(member) == "value"


def test_staff_move_a_member_with_a_note_and_back(club: None, now: dt.datetime) -> None:
    member, anna = cast.join("a", now, quiet=True).member, User.objects.create_user("anna")
    change = moving.by_hand(member, "relationship", " Met her on Friday ", anna, now)
    assert (change.kind, change.by, change.note) == ("manual", anna, "Met her on Friday")
    assert Event.objects.filter(name="stage.entered", handled_at=None).count() == 1
    moving.by_hand(member, "onboarding", "My mistake", anna, now + DAY)
    assert stage(member) == "onboarding"
    assert Event.objects.filter(name="stage.entered", handled_at=None).count() == 1, "down: nothing begins"
    assert AuditEntry.objects.filter(deed="member.moved", user=anna).count() == 2


@pytest.mark.parametrize(("to", "note"), [("value", ""), ("former", "x"), ("onboarding", "x"), ("moon", "x")])
def test_a_move_by_hand_that_cannot_be_says_why(now: dt.datetime, to: str, note: str) -> None:
    member, anna = cast.join("a", now, quiet=True).member, User.objects.create_user("anna")
    with pytest.raises(moving.NotMoved):
        moving.by_hand(member, to, note, anna, now)


def test_whom_staff_put_lower_stays_there_for_a_month(club: None, now: dt.datetime) -> None:
    member, anna = regular("a", now), User.objects.create_user("anna")
    moving.move_up(now)
    moving.by_hand(member, "onboarding", "Only her sister came", anna, now + DAY)
    moving.rise(now + 29 * DAY)
    assert stage(member) == "onboarding"
    know(member, advocacy_365d=1)
    moving.rise(now + 30 * DAY)
    assert stage(member) == "onboarding", "what lies deeper comes after it"
    moving.rise(now + 31 * DAY)
    moving.rise(now + 32 * DAY)
    assert stage(member) == "ambassador"


def test_the_night_runs_in_batches_and_misses_nobody(
    club: None, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "BATCH", 2)
    for name in "abcde":
        regular(name, now)
    assert moving.rise(now) == 5
    assert moving.rise(now) == 0
