"""A split: by weight, the same way for the same member, and every arm can be counted."""

import datetime as dt
import uuid
from collections import Counter

import pytest

from flows import arms, checking
from flows.steps import split
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
ARMS = {"a": {"weight": 1, "then": "one"}, "b": {"weight": 3, "then": "two"}}
STEPS = [
    {"uid": "which", "kind": "split", "arms": ARMS},
    {"uid": "one", "kind": "task", "title": "the first way"},
    {"uid": "stop", "kind": "end"},
    {"uid": "two", "kind": "task", "title": "the second way"},
]
PEOPLE = [uuid.UUID(int=number * 7919) for number in range(4000)]


def arms_of(arms: split.Arms, flow: str = "trial", uid: str = "which") -> list[str]:
    return [split.arm_of(person, flow, uid, arms) for person in PEOPLE]


def test_each_arm_gets_its_share() -> None:
    counted = Counter(arms_of(ARMS))
    assert counted["b"] / len(PEOPLE) == pytest.approx(0.75, abs=0.03)
    three = Counter(arms_of({"a": {}, "b": {}, "c": {}}))
    assert all(count / len(PEOPLE) == pytest.approx(1 / 3, abs=0.03) for count in three.values())


def test_an_arm_without_weight_gets_nobody() -> None:
    assert set(arms_of({"a": {"weight": 0}, "b": {"weight": 1}})) == {"b"}


def test_the_same_member_goes_the_same_way_and_other_splits_draw_anew() -> None:
    assert arms_of(ARMS) == arms_of(ARMS)
    even = {"a": {}, "b": {}}
    here, there = arms_of(even), arms_of(even, uid="later")
    alike = sum(one == other for one, other in zip(here, there, strict=True))
    assert alike / len(PEOPLE) == pytest.approx(0.5, abs=0.05)


def test_a_new_weight_moves_only_those_who_must() -> None:
    before, after = arms_of({"a": {}, "b": {}}), arms_of({"a": {}, "b": {"weight": 3}})
    moved = {pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]}
    assert moved == {("a", "b")}


def test_a_member_goes_down_the_arm_and_the_outcome_names_it(now: dt.datetime) -> None:
    making.publish(STEPS, now)
    seen = set()
    for number in range(12):
        member = cast.join(f"m{number}", now, quiet=True).member
        run = making.enter(member, now)
        arm = split.arm_of(member.uuid, "trial", "which", ARMS)
        way = {"a": [("one", "task"), ("stop", "end")], "b": [("two", "task")]}[arm]
        assert making.path(run) == [("which", arm), *way]
        assert run.status == "completed"
        seen.add(arm)
    assert seen == {"a", "b"}


def test_the_arms_are_counted_with_those_who_reached_the_goal(now: dt.datetime) -> None:
    flow = making.publish(STEPS, now, goal={"event": "shop.visited"})
    came: Counter[str] = Counter()
    for number in range(8):
        member = cast.join(f"m{number}", now, quiet=True).member
        making.enter(member, now)
        arm = split.arm_of(member.uuid, "trial", "which", ARMS)
        came[arm] += 1
        if arm == "b":
            making.happens(member, "shop.visited", now)
    making.work(now)
    found = arms.of(flow)
    assert [(one.split, one.name, one.went) for one in found] == [
        ("which", name, number) for name, number in sorted(came.items())
    ]
    assert {one.name: one.reached for one in found} == {name: came[name] * (name == "b") for name in came}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (None, "a split needs “arms”"),
        ({"a": {}}, "two or more"),
        ({"a": {"then": "gone"}, "b": {}}, "steps[which].arms.a.then: there is no step “gone”"),
        ({"a": {"weight": -1}, "b": {}}, "arms.a.weight: a number from 0"),
        ({"a": {"weight": 0}, "b": {"weight": 0}}, "one arm at least needs a weight above 0"),
        ({"a": {"wait": 1}, "b": {}}, "arms.a: unknown word “wait”"),
        ({"a": 1, "b": {}}, "arms.a: must be a table"),
        ({"Arm A with a very long name": {}, "b": {}}, "an arm is named with up to 20"),
    ],
)
def test_wrong_arms_are_refused_naming_them(wrong: object, said: str) -> None:
    step = {"uid": "which", "kind": "split", "arms": wrong}
    found = checking.errors(making.definition([step, {"uid": "stop", "kind": "end"}]))
    assert any(said in error for error in found), found


def test_an_arm_that_leads_back_without_a_wait_is_a_loop() -> None:
    back = {"uid": "which", "kind": "split", "arms": {"a": {"then": "which"}, "b": {}}}
    stop = {"uid": "stop", "kind": "end"}
    found = checking.errors(making.definition([back, stop]))
    assert found == ["steps[which]: a loop without a wait"]
    rest = {"uid": "rest", "kind": "wait", "for": "1d"}
    back = {**back, "arms": {"a": {"then": "rest"}, "b": {"then": "stop"}}}
    assert checking.errors(making.definition([rest, back, stop])) == []
