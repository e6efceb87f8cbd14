"""One member walks through a draft by a clock of their own."""

import datetime as dt
from typing import Any

import pytest

from flows import checking
from flows.models import Flow
from flows.simulation import chronicle, travelling
from mail import sending_rules
from members.models import Member
from tests import cast, sinks
from tests.flows import digests, making

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 3, 2, 16, 42, 13, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SERIES: list[dict[str, Any]] = [
    {"uid": "hello", "kind": "send", "letter": "hello"},
    {"uid": "use", "kind": "wait", "event": "member.activated", "timeout": "3d", "then": "thanks"},
    {"uid": "nudge", "kind": "send", "letter": "nudge"},
    {"uid": "call", "kind": "task", "title": "Call {{ member.first_name }}"},
    {"uid": "stop", "kind": "end"},
    {"uid": "thanks", "kind": "send", "letter": "thanks"},
]
MAJA = travelling.Somebody("Maja", "en", "Europe/Copenhagen", email="maja@example.com")


def walk(
    who: Member | travelling.Somebody = MAJA,
    *happened: tuple[dt.datetime, str],
    days: float = 5,
    **over: Any,
) -> chronicle.Story:
    given = {"trigger": {"event": "member.signed_up"}, "exit": {"event": "subscription.cancelled"}, **over}
    definition = making.definition(SERIES, **given)
    flow, _made = Flow.objects.get_or_create(slug="trial", defaults={"name": "Trial", "draft": definition})
    return travelling.travel(flow, definition, who, START, happened, START + days * DAY)


def letters(story: chronicle.Story) -> list[tuple[str, dt.datetime, str]]:
    return [(one.step, one.at, one.status) for one in story.letters]


def test_the_whole_story_of_somebody_made_up_to_the_second() -> None:
    story = walk()
    assert letters(story) == [("hello", START, "sent"), ("nudge", START + 3 * DAY, "sent")]
    assert story.state == "completed"
    assert [(task.at, task.reason) for task in story.tasks] == [(START + 3 * DAY, "Call Maja")]
    assert "Hello, this is hello." in story.letters[0].text
    assert "<html" in story.letters[0].html
    said = [(line.at, line.kind, line.name) for line in story.lines]
    assert said[:2] == [(START, "happened", "member.signed_up"), (START, "decided", "entered")]
    assert (START, "reached", "wait") in said
    assert (START + 3 * DAY, "done", "over") in said


def test_what_is_chosen_on_the_way_is_answered_at_its_moment() -> None:
    story = walk(MAJA, (START + 2 * DAY, "member.activated"))
    assert letters(story) == [("hello", START, "sent"), ("thanks", START + 2 * DAY, "sent")]
    story = walk(MAJA, (START + 2 * DAY, "subscription.cancelled"))
    assert (letters(story), story.state) == ([("hello", START, "sent")], "exited")


def test_it_says_where_somebody_stands_and_what_comes_next() -> None:
    story = walk(days=1)
    assert (story.state, story.step, story.awaits) == ("active", "use", "member.activated")
    assert (story.next_at, story.next_is_letter) == (START + 3 * DAY, False)


def test_the_hours_of_the_house_hold_letters_back() -> None:
    sending_rules.save({"quiet_hours": {"from": "17:00", "to": "08:00"}}, START)
    story = walk(days=0)  # 17:42 in Copenhagen
    assert letters(story) == [("hello", dt.datetime(2026, 3, 3, 7, tzinfo=dt.UTC), "queued")]
    assert story.next_is_letter
    assert [line.kind for line in story.lines if line.until] == ["reached", "put_off"]
    assert letters(walk(days=1))[0] == ("hello", dt.datetime(2026, 3, 3, 7, tzinfo=dt.UTC), "sent")


def test_somebody_without_an_address_gets_none_and_is_told_why() -> None:
    story = walk(travelling.Somebody("Ole"), days=1)
    assert [(one.status, one.why) for one in story.letters] == [("skipped", "no e-mail address is known")]


def test_a_member_who_was_in_it_walks_as_for_the_first_time() -> None:
    making.publish(SERIES, START - 9 * DAY, trigger={"event": "member.signed_up"})
    member = cast.join("anna", START - 8 * DAY, email="anna@example.com", first_name="Anna").member
    making.work(START - 8 * DAY)
    assert walk(member).state == ""
    story = walk(member, (START + DAY, travelling.LET_IN))
    assert letters(story)[0] == ("hello", START + DAY, "sent")
    assert letters(walk(member, (START, "member.signed_up")))[0] == ("hello", START, "sent")


def test_uses_count_as_they_do_for_everybody() -> None:
    story = walk(MAJA, (START + DAY, "usage.lesson"), trigger={"event": "usage.lesson"})
    assert letters(story)[0] == ("hello", START + DAY, "sent")


def test_nothing_is_written_and_nothing_sent(sink: sinks.Sink) -> None:
    member = cast.join("anna", START - 8 * DAY, email="anna@example.com", first_name="Anna").member
    walk()
    before = digests.of_everything()
    walk(MAJA, (START + DAY, "member.activated"))
    walk(member, (START, travelling.LET_IN), (START + DAY, "usage.lesson"))
    assert digests.of_everything() == before
    assert sink.accepted == []


def test_what_cannot_be_walked_is_refused() -> None:
    with pytest.raises(ValueError, match="between the start"):
        walk(MAJA, (START - DAY, "member.activated"))
    with pytest.raises(ValueError, match="three years"):
        walk(days=2000)
    with pytest.raises(checking.FlowErrors):
        walk(purpose="party")
