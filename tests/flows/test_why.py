"""Why somebody did, or did not, get something: read from what was decided, in order."""

import datetime as dt

import pytest

from flows import why
from lifecycle import clock
from mail import sending_rules
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
STEPS = [
    {"uid": "hello", "kind": "send", "letter": "hello"},
    {"uid": "hope", "kind": "wait", "event": "shop.visited", "timeout": "5d", "then": "stop"},
    {"uid": "more", "kind": "send", "letter": "more"},
    {"uid": "stop", "kind": "end"},
]


def test_a_whole_story_in_order(now: dt.datetime) -> None:
    flow = making.publish(STEPS, now)
    member = cast.join("ole", now, quiet=True, first_name="Ole").member
    making.happens(member, making.BEGAN, now)
    clock.tick(now)
    making.happens(member, "shop.visited", now + DAY)
    clock.tick(now + DAY)
    story = why.tell(member, flow)
    assert (story.state, story.next_at) == ("completed", None)
    told = [(line.step, line.event, line.reason) for line in story.decisions]
    assert told[0] == ("", making.BEGAN, "entered")
    assert set(told[1:3]) == {("hello", "", "queued: hello"), ("hello", "", "skipped: no_address")}
    assert set(told[3:]) == {
        ("hope", "shop.visited", "event: shop.visited"),
        ("stop", "", "end: end"),
        ("stop", "", "completed"),
    }


def test_it_says_what_is_awaited_and_until_when(now: dt.datetime) -> None:
    flow = making.publish(STEPS, now)
    member = cast.join("ole", now, quiet=True, time_zone="Europe/Copenhagen").member
    making.happens(member, making.BEGAN, now)
    clock.tick(now)
    story = why.tell(member, flow)
    assert (story.state, story.next_at) == ("active", now + 5 * DAY)
    assert "waits until 2026-03-07 22:30 UTC" in [line.reason for line in story.decisions]


def test_somebody_who_never_entered_has_the_reason(now: dt.datetime) -> None:
    flow = making.publish(STEPS, now, entry={"fact": "stage", "op": "=", "value": "ambassador"})
    member = cast.join("ole", now, quiet=True).member
    assert why.tell(member, flow) == why.Story("never", [], None)
    making.happens(member, making.BEGAN, now)
    clock.tick(now)
    story = why.tell(member, flow)
    assert story.state == "never"
    assert [line.reason for line in story.decisions] == [
        "not_entered: stage is onboarding, must be = ambassador"
    ]


def test_a_story_takes_a_fixed_number_of_queries(now: dt.datetime, django_assert_num_queries: object) -> None:
    flow = making.publish(STEPS, now)
    member = cast.join("ole", now, quiet=True).member
    making.happens(member, making.BEGAN, now)
    clock.tick(now)
    with django_assert_num_queries(5):  # type: ignore[operator]
        why.tell(member, flow)


def test_it_says_what_a_letter_waited_for(now: dt.datetime) -> None:
    sending_rules.save({"quiet_hours": {"from": "21:00", "to": "08:00"}}, now)
    flow = making.publish(STEPS, now)
    member = cast.ingrid(now).member
    making.happens(member, making.BEGAN, now)
    clock.tick(now)
    told = [(line.at, line.step, line.reason) for line in why.tell(member, flow).decisions]
    assert (now, "hello", "postponed: quiet hours; leaves 3 March 2026 08:00") in told
    clock.tick(now + DAY)
    told = [(line.at, line.step, line.reason) for line in why.tell(member, flow).decisions]
    assert (now, "hello", "postponed: quiet hours; leaves 3 March 2026 08:00") in told
