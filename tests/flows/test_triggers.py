"""What sets a flow going besides an event: a stage, a segment, a person; and what is wrong with a trigger."""

import datetime as dt
from typing import Any

import pytest

from flows import checking, entering, files
from flows.models import Decision, Enrolment, FlowVersion
from members import moving, segments
from members.models import Member, Segment
from office.models import User
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
REST = [{"uid": "rest", "kind": "wait", "for": "300d"}]
RIGHT: list[dict[str, Any]] = [
    {"event": "usage.lesson"},
    {"stage": "value"},
    {"date": "subscription.current_period_end", "offset": "-14d", "at": "09:00"},
    {"date": "subscription.trial_ends_at", "offset": "-3d"},
    {"date": "member.joined_at", "offset": "2h"},
    {"date": "subscription.ended_at", "offset": "1mo", "at": "06:30"},
    {"every": "1y", "anchor": "joined_at", "at": "09:00"},
    {"every": "3mo"},
    {"manual": True},
]
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"moon": "full"}, "trigger: knows event, stage, segment, date, every, manual, not moon"),
    ({"event": "usage.*"}, "trigger.event: “usage.*” is no event name"),
    ({"stage": "vip"}, "trigger.stage: “vip” is none of onboarding"),
    ({"segment": "nobody-knows"}, "trigger.segment: there is no segment “nobody-knows”"),
    ({"date": "birthday", "at": "09:00"}, "trigger.date: “birthday” is none of"),
    ({"date": "joined_at", "offset": "two weeks"}, "trigger.offset: “two weeks” is no distance"),
    ({"date": "joined_at", "offset": "-2h", "at": "09:00"}, "trigger.at: a time of day goes with"),
    ({"date": "joined_at", "at": "9 o'clock"}, "trigger.at: “9 o'clock” is no time of day"),
    ({"every": "36h"}, "trigger.every: a span of days"),
    ({"every": "0y"}, "trigger.every: a span of days"),
    ({"every": "often"}, "trigger.every: “often” is no duration"),
    ({"every": "1y", "anchor": "birthday"}, "trigger.anchor: “birthday” is none of"),
    ({"manual": False}, "trigger.manual: true"),
    ({"event": "a.b", "stage": "value"}, "trigger: unknown word “stage”"),
]


@pytest.fixture
def member(db: None, now: dt.datetime) -> Member:
    return cast.join("lone", now, quiet=True, email="lone@example.com").member


def let_in() -> list[tuple[int, str, str]]:
    return list(Decision.objects.order_by("pk").values_list("member_id", "verdict", "reason"))


@pytest.mark.parametrize("trigger", RIGHT, ids=str)
def test_what_the_contract_names_is_right_and_survives_a_file(trigger: dict[str, Any]) -> None:
    definition = making.definition(REST, trigger=trigger, reentry="after 90d")
    assert checking.errors(definition) == []
    assert files.read(files.write(definition)) == definition


@pytest.mark.parametrize(("trigger", "error"), WRONG, ids=str)
def test_what_is_wrong_with_a_trigger_is_said(trigger: dict[str, Any], error: str) -> None:
    (found,) = checking.errors(making.definition(REST, trigger=trigger))
    assert found.startswith(error)


def test_a_stage_lets_in_whoever_comes_to_it_and_nobody_else(now: dt.datetime) -> None:
    up, further = (cast.join(name, now, quiet=True).member for name in ("up", "further"))
    boss = User.objects.create(username="boss")
    making.publish(REST, now, trigger={"stage": "value"})
    moving.by_hand(up, "value", "proven", boss, now)
    moving.by_hand(further, "relationship", "proven", boss, now)
    making.work(now)
    assert let_in() == [(up.pk, "entered", "")]


def test_somebody_who_falls_to_a_stage_or_is_placed_there_is_not_let_in(now: dt.datetime) -> None:
    member = cast.join("deep", now, quiet=True).member
    boss = User.objects.create(username="boss")
    moving.by_hand(member, "ambassador", "proven", boss, now)
    making.publish(REST, now, trigger={"stage": "value"})
    moving.by_hand(member, "value", "a mistake", boss, now + DAY)
    cast.join("placed", now + DAY, quiet=True)
    moving.place([Member.objects.latest("pk").pk], now + DAY)
    making.work(now + DAY)
    assert let_in() == []


def test_a_segment_lets_in_whoever_enters_it_and_nobody_who_enters_another(now: dt.datetime) -> None:
    inside, other = (cast.join(name, now, quiet=True).member for name in ("inside", "other"))
    lists = [segments.save(Segment(name=name), None, now, None) for name in ("Guides", "Others")]
    making.publish(REST, now, trigger={"segment": "guides"})
    segments.put(lists[0], [inside], now, None)
    segments.put(lists[1], [other], now, None)
    making.work(now)
    assert let_in() == [(inside.pk, "entered", "")]


def test_a_flow_for_people_to_start_listens_for_nothing(member: Member, now: dt.datetime) -> None:
    flow = making.publish(REST, now, trigger={"manual": True})
    making.happens(member, "member.updated", now)
    making.work(now)
    assert FlowVersion.objects.get().trigger_event == ""
    assert let_in() == []
    entering.let_in(flow, [member], now, note="let in by Bo")
    assert let_in() == [(member.pk, "entered", "let in by Bo")]
    assert Enrolment.objects.get().entered_at == now


@pytest.mark.parametrize("trigger", [*RIGHT, {"segment": "guides"}], ids=str)
def test_junk_in_a_trigger_is_answered_with_sentences(db: None, trigger: dict[str, Any]) -> None:
    junk = ["", "x", "{{", 0, -1, 1.5, True, None, [], ["x"], {}, {"x": 1}, float("nan"), dt.date(2026, 3, 2)]
    for word in (*trigger, "more"):
        for value in junk:
            found = checking.errors(making.definition(REST, trigger={**trigger, word: value}))
            assert all(isinstance(error, str) and error for error in found), (word, value)
