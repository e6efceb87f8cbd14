"""Waits compare times, not the order in which things are worked off."""

import datetime as dt

import pytest

from flows.models import StepRun
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
AWAITED = [
    {"uid": "first", "kind": "wait", "for": "2d"},
    {"uid": "hope", "kind": "wait", "event": "shop.visited", "timeout": "5d", "then": "yes"},
    {"uid": "no", "kind": "task", "title": "nobody came"},
    {"uid": "stop", "kind": "end"},
    {"uid": "yes", "kind": "task", "title": "somebody came"},
]


@pytest.fixture
def member(db: None, now: dt.datetime) -> cast.Person:
    return cast.join("lone", now, quiet=True, email="lone@example.com", time_zone="Europe/Copenhagen")


def test_an_event_before_the_wait_but_after_entry_ends_it_at_once(
    member: cast.Person, now: dt.datetime
) -> None:
    making.publish(AWAITED, now)
    run = making.enter(member.member, now)
    making.happens(member.member, "shop.visited", now + HOUR)
    making.work(now + HOUR)
    making.work(now + 2 * DAY)
    assert making.path(run)[-2:] == [("hope", "event"), ("yes", "task")]


def test_an_event_before_entry_does_not_count(member: cast.Person, now: dt.datetime) -> None:
    making.publish(AWAITED, now)
    making.happens(member.member, "shop.visited", now - HOUR)
    run = making.enter(member.member, now)
    making.work(now + 2 * DAY)
    assert making.path(run)[-1] == ("hope", "")
    making.work(now + 8 * DAY)
    assert ("no", "task") in making.path(run)


def test_an_event_inside_the_wait_ends_it(member: cast.Person, now: dt.datetime) -> None:
    making.publish(AWAITED, now)
    run = making.enter(member.member, now)
    making.work(now + 2 * DAY)
    making.happens(member.member, "shop.visited", now + 3 * DAY)
    making.work(now + 3 * DAY)
    assert making.path(run)[-2:] == [("hope", "event"), ("yes", "task")]


def test_an_event_after_the_due_time_does_not_count_though_both_are_worked_off_together(
    member: cast.Person, now: dt.datetime
) -> None:
    making.publish(AWAITED, now)
    run = making.enter(member.member, now)
    making.work(now + 2 * DAY)
    making.happens(member.member, "shop.visited", now + 7 * DAY + HOUR)
    making.work(now + 9 * DAY)
    assert [step for step, _ in making.path(run)] == ["first", "hope", "no", "stop"]


def test_an_event_at_the_very_due_time_counts(member: cast.Person, now: dt.datetime) -> None:
    making.publish(AWAITED, now)
    run = making.enter(member.member, now)
    making.work(now + 2 * DAY)
    due = StepRun.objects.get(enrolment=run, uid="hope").due_at
    assert due is not None
    making.happens(member.member, "shop.visited", due)
    making.work(now + 9 * DAY)
    assert ("yes", "task") in making.path(run)


def test_use_ends_a_wait_as_an_event_does(member: cast.Person, now: dt.datetime) -> None:
    from members import usage

    steps = [{**step, **({"event": "usage.visit"} if "event" in step else {})} for step in AWAITED]
    making.publish(steps, now)
    run = making.enter(member.member, now)
    usage.record_many([usage.Use(member.member.pk, "door", "1", "usage.visit", now + HOUR)], now)
    making.work(now + 2 * DAY)
    assert ("yes", "task") in making.path(run)


def test_a_second_visit_needs_a_later_event(member: cast.Person, now: dt.datetime) -> None:
    steps = [
        {"uid": "hope", "kind": "wait", "event": "shop.visited", "timeout": "9d", "then": "rest"},
        {"uid": "stop", "kind": "end"},
        {"uid": "rest", "kind": "wait", "for": "1h"},
        {"uid": "again", "kind": "branch", "if": {"fact": "stage", "op": "exists"}, "then": "hope"},
    ]
    making.publish(steps, now)
    run = making.enter(member.member, now)
    making.happens(member.member, "shop.visited", now + HOUR)
    making.work(now + HOUR)
    making.work(now + 3 * HOUR)
    assert making.path(run)[-1] == ("hope", "")
    making.happens(member.member, "shop.visited", now + DAY)
    making.work(now + DAY)
    assert [outcome for uid, outcome in making.path(run) if uid == "hope"] == ["event", "event"]


def test_a_second_visit_counts_from_the_planned_end_of_the_first_however_late_a_worker_comes(
    member: cast.Person, now: dt.datetime
) -> None:
    steps = [
        {"uid": "hope", "kind": "wait", "event": "shop.visited", "timeout": "2d", "then": "often"},
        {"uid": "rest", "kind": "wait", "for": "1h"},
        {"uid": "again", "kind": "branch", "if": {"fact": "stage", "op": "exists"}, "then": "hope"},
        {"uid": "often", "kind": "task", "title": "was here"},
        {"uid": "once-more", "kind": "wait", "for": "1h"},
        {"uid": "and-again", "kind": "branch", "if": {"fact": "stage", "op": "exists"}, "then": "hope"},
    ]
    making.publish(steps, now)
    run = making.enter(member.member, now)
    for hours in (50, 51):  # after the timeout of the first visit, and before any worker looked
        making.happens(member.member, "shop.visited", now + hours * HOUR)
    making.work(now + 52 * HOUR)
    making.work(now + 54 * HOUR)
    assert [outcome for uid, outcome in making.path(run) if uid == "hope"] == ["over", "event"]
    making.work(now + 56 * HOUR)
    assert making.path(run)[-1] == ("hope", "")  # what came before the second visit ended counts for it alone


def test_days_keep_the_members_own_time_over_the_change_of_clocks(db: None) -> None:
    began = dt.datetime(2026, 3, 27, 8, 0, tzinfo=dt.UTC)  # 09:00 in Copenhagen, 04:00 in New York
    making.publish([{"uid": "rest", "kind": "wait", "day": 3, "at": "09:00"}], began)
    here = cast.join("here", began, quiet=True, time_zone="Europe/Copenhagen")
    there = cast.join("there", began, quiet=True, time_zone="America/New_York")
    due = [making.enter(person.member, began).due_at for person in (here, there)]
    assert due == [
        dt.datetime(2026, 3, 30, 7, 0, tzinfo=dt.UTC),
        dt.datetime(2026, 3, 30, 13, 0, tzinfo=dt.UTC),
    ]
