"""Leaving at once, and goals: measured, or the end."""

import datetime as dt

import pytest

from flows.models import Decision, Enrolment
from mail import claiming, outbox
from mail.models import Message
from members.models import Event
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LETTER = [{"uid": "hello", "kind": "send", "letter": "hello"}, {"uid": "rest", "kind": "wait", "for": "30d"}]
EXIT = {"event": "subscription.cancelled"}


@pytest.fixture
def member(db: None, now: dt.datetime) -> cast.Person:
    return cast.join("lone", now, quiet=True, email="lone@example.com", time_zone="Europe/Copenhagen")


def test_an_exit_ends_the_run_and_stops_its_letter_at_once(member: cast.Person, now: dt.datetime) -> None:
    making.publish(LETTER, now, exit=EXIT)
    run = making.enter(member.member, now)
    assert Message.objects.get().status == "queued"
    making.happens(member.member, "subscription.cancelled", now + HOUR)
    making.work(now + HOUR)
    run.refresh_from_db()
    message = Message.objects.get()
    assert (run.status, message.status, message.reason) == ("exited", "skipped", "exit")
    assert outbox.send_due(now + 2 * HOUR) == 0


def test_nothing_leaves_between_recording_an_exit_and_answering_it(
    member: cast.Person, now: dt.datetime
) -> None:
    making.publish(LETTER, now, exit=EXIT)
    making.enter(member.member, now)
    making.happens(member.member, "subscription.cancelled", now)
    lease, claimed = claiming.claim(now, 10)
    assert len(claimed) == 1
    assert claiming.to_submitting(claimed, lease, now) == []
    assert Message.objects.get().status == "claimed"


def test_an_exit_before_entry_does_not_count(member: cast.Person, now: dt.datetime) -> None:
    making.publish(LETTER, now, exit=EXIT)
    run = making.enter(member.member, now)
    making.happens(member.member, "subscription.cancelled", now - DAY)
    making.work(now + HOUR)
    run.refresh_from_db()
    assert run.status == "active"


def test_who_has_left_already_does_not_enter_whichever_was_answered_first(
    member: cast.Person, now: dt.datetime
) -> None:
    making.publish(LETTER, now, exit=EXIT)
    making.happens(member.member, "subscription.cancelled", now + HOUR)
    making.work(now + HOUR)
    making.happens(member.member, making.BEGAN, now)
    making.work(now + 2 * HOUR)
    assert not Enrolment.objects.exists()
    assert Decision.objects.get().reason == "subscription.cancelled came at or after it"


def test_an_exit_acts_however_late_it_is_answered(member: cast.Person, now: dt.datetime) -> None:
    making.publish(LETTER, now, exit=EXIT)
    run = making.enter(member.member, now)
    making.happens(member.member, "subscription.cancelled", now + HOUR)
    making.work(now + 5 * DAY)
    run.refresh_from_db()
    assert run.status == "exited"


@pytest.mark.parametrize(("ends", "status"), [(True, "goal"), (False, "active")])
def test_a_goal_is_noted_and_ends_the_run_only_where_it_says_so(
    member: cast.Person, now: dt.datetime, ends: bool, status: str
) -> None:
    making.publish(LETTER, now, goal={"event": "shop.bought", "within": "10d", "ends": ends})
    run = making.enter(member.member, now)
    making.happens(member.member, "shop.bought", now + DAY)
    making.work(now + DAY)
    run.refresh_from_db()
    assert (run.status, run.goal_at) == (status, now + DAY)
    assert Message.objects.get().status == ("skipped" if ends else "queued")


@pytest.mark.parametrize(("purpose", "status"), [("value", "active"), ("ask", "goal"), ("leaving", "goal")])
def test_whether_a_goal_ends_a_run_follows_from_its_purpose(
    member: cast.Person, now: dt.datetime, purpose: str, status: str
) -> None:
    making.publish(LETTER, now, goal={"event": "shop.bought"}, purpose=purpose)
    run = making.enter(member.member, now)
    making.happens(member.member, "shop.bought", now + DAY)
    making.work(now + DAY)
    run.refresh_from_db()
    assert run.status == status


def test_a_goal_outside_its_window_is_none(member: cast.Person, now: dt.datetime) -> None:
    making.publish(LETTER, now, goal={"event": "shop.bought", "within": "10d", "ends": True})
    run = making.enter(member.member, now)
    making.happens(member.member, "shop.bought", now + 11 * DAY)
    making.work(now + 11 * DAY)
    run.refresh_from_db()
    assert (run.status, run.goal_at) == ("active", None)


def test_a_goal_counts_for_those_who_went_through(member: cast.Person, now: dt.datetime) -> None:
    making.publish([{"uid": "stop", "kind": "end"}], now, goal={"event": "shop.bought", "within": "10d"})
    run = making.enter(member.member, now)
    making.happens(member.member, "shop.bought", now + DAY)
    making.work(now + DAY)
    run.refresh_from_db()
    assert (run.status, run.goal_at) == ("completed", now + DAY)


def test_an_event_that_is_awaited_and_the_goal_goes_to_the_wait_first(
    member: cast.Person, now: dt.datetime
) -> None:
    steps = [
        {"uid": "hope", "kind": "wait", "event": "shop.bought", "timeout": "9d", "then": "thanks"},
        {"uid": "stop", "kind": "end"},
        {"uid": "thanks", "kind": "task", "title": "say thanks"},
    ]
    making.publish(steps, now, goal={"event": "shop.bought", "ends": True})
    run = making.enter(member.member, now)
    making.happens(member.member, "shop.bought", now + DAY)
    making.work(now + DAY)
    run.refresh_from_db()
    assert making.path(run) == [("hope", "event"), ("thanks", "task")]
    assert run.goal_at == now + DAY
    assert Event.objects.filter(handled_at=None).count() == 0
