"""Who stands where, step by step, and the drawing of it."""

import datetime as dt

import pytest

from flows import diagram, numbers
from flows.models import Flow
from mail.models import Message
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
STEPS = [
    {"uid": "hello", "kind": "send", "letter": "hello"},
    {"uid": "rest", "kind": "wait", "event": "member.activated", "timeout": "2d", "then": "stop"},
    {"uid": "next", "kind": "send", "letter": "next"},
    {"uid": "stop", "kind": "end"},
]


@pytest.fixture
def flow(db: None, now: dt.datetime) -> Flow:
    """One waits; one left while waiting, and did not get the letter."""
    found = making.publish(STEPS, now, exit={"event": "test.left"})
    for name in ("stays", "leaves"):
        making.enter(cast.join(name, now, quiet=True, first_name=name).member, now)
    leaver = found.enrolments.get(member__first_name="leaves").member
    making.happens(leaver, "test.left", now)
    making.work(now)
    return found


def test_each_number_of_each_step_equals_a_recount(flow: Flow) -> None:
    counted = numbers.of(flow)
    assert counted["hello"] == numbers.Numbers(waiting=0, done=2, skipped=1, left=0)
    assert counted["rest"] == numbers.Numbers(waiting=1, done=0, skipped=0, left=1)
    for uid, one in counted.items():
        for kind in numbers.KINDS:
            assert numbers.people(flow, uid, kind).count() == getattr(one, kind), (uid, kind)
    assert [one.first_name for one in numbers.people(flow, "hello", "skipped")] == ["leaves"]


def test_counting_takes_one_query_for_each_kind_of_number(
    flow: Flow, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(4):  # type: ignore[operator]
        numbers.of(flow)


def test_who_has_had_a_letter_is_told_from_who_has_not_yet(flow: Flow) -> None:
    assert numbers.had(flow, ["hello", "next"]) == {"hello": (2, 0), "next": (0, 1)}


def test_a_letter_of_another_flow_is_not_counted(flow: Flow) -> None:
    Message.objects.filter(status="skipped").update(key="receipt:1")
    assert numbers.of(flow)["hello"].skipped == 0


def test_the_drawing_has_every_step_and_every_jump(flow: Flow) -> None:
    drawing = diagram.draw(flow.draft, numbers.of(flow))
    assert [box.number for box in drawing.boxes] == [1, 2, 3, 4]
    assert [box.goes_on for box in drawing.boxes] == [True, True, True, False]
    assert [arc.word for arc in drawing.arcs] == ["it comes"]
    assert drawing.boxes[1].numbers.waiting == 1
    assert all(box.end <= drawing.height for box in drawing.boxes)


def test_arcs_do_not_lie_on_each_other() -> None:
    steps = [
        {"uid": "a", "kind": "branch", "then": "d", "else": "c"},
        {"uid": "b", "kind": "wait", "event": "x.y", "then": "d"},
        {"uid": "c", "kind": "end"},
        {"uid": "d", "kind": "end"},
    ]
    drawing = diagram.draw({"steps": steps}, {})
    assert len({arc.x for arc in drawing.arcs}) == 3


def test_a_condition_on_the_way_to_the_next_step_stands_beside_its_arrow() -> None:
    steps = [
        {"uid": "a", "kind": "branch", "then": "b", "else": "c"},
        {"uid": "b", "kind": "wait", "event": "x.y", "then": "c"},
        {"uid": "c", "kind": "end"},
    ]
    drawing = diagram.draw({"steps": steps}, {})
    assert [(box.word, box.goes_on) for box in drawing.boxes] == [("yes", True), ("", True), ("", False)]
    assert [arc.word for arc in drawing.arcs] == ["no", "it comes"]


def test_arcs_that_leave_one_step_leave_it_apart() -> None:
    steps = [
        {"uid": "a", "kind": "branch", "then": "c", "else": "d"},
        {"uid": "b", "kind": "end"},
        {"uid": "c", "kind": "end"},
        {"uid": "d", "kind": "end"},
    ]
    yes, no = diagram.draw({"steps": steps}, {}).arcs
    assert abs(yes.y - no.y) >= 14
