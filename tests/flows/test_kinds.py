"""Every kind of step that the hall binds keeps the protocol, so that adding one needs nothing but the kind itself."""

import datetime as dt
from typing import Any

import pytest

from api import endpoints
from flows import checking, files, shape, steps
from flows.models import Enrolment
from lifecycle import vocabulary
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
GOOD: dict[str, dict[str, Any]] = {
    "send": {"letter": "hello"},
    "wait": {"for": "2d"},
    "branch": {"if": {"fact": "stage", "op": "exists"}, "then": "stop"},
    "split": {"arms": {"a": {"weight": 1, "then": "stop"}, "b": {"weight": 2}}},
    "set": {"tag": "vip"},
    "task": {"title": "Call {{ member.first_name }}", "due": "2d"},
    "reward": {"reward": "one guest ticket"},
    "webhook": {"endpoint": "crm", "type": "club.welcomed"},
    "end": {},
}
JUNK = (
    "",
    "x",
    "{{",
    0,
    -1,
    10**12,
    1.5,
    float("inf"),
    float("nan"),
    True,
    None,
    [],
    [1],
    ["x"],
    {},
    {"x": 1},
)


@pytest.fixture(autouse=True)
def _crm(db: None, now: dt.datetime) -> None:
    """The other system that webhooks tell."""
    endpoints.create("crm", "https://crm.example.com/hook", now)


def step_of(kind: str) -> dict[str, Any]:
    return {"uid": "it", "kind": kind, **GOOD[kind]}


def whole(kind: str) -> dict[str, Any]:
    """A flow with one step of this kind, and an end to lead to."""
    return making.definition([step_of(kind), {"uid": "stop", "kind": "end"}])


def test_every_kind_that_is_bound_has_an_example_here() -> None:
    assert sorted(GOOD) == sorted(vocabulary.STEPS) == steps.names()


@pytest.mark.parametrize("kind", GOOD)
def test_the_example_is_right_and_stays_right_when_it_is_written_and_read(kind: str) -> None:
    assert checking.errors(whole(kind)) == []
    assert checking.errors(files.read(files.write(whole(kind)))) == []


@pytest.mark.parametrize("kind", GOOD)
def test_a_kind_knows_the_words_of_its_example_and_has_none_that_every_step_has(kind: str) -> None:
    keys = steps.kind(kind).KEYS
    assert keys >= GOOD[kind].keys()
    assert not keys & checking.STEP_KEYS


@pytest.mark.parametrize("kind", GOOD)
def test_junk_in_any_setting_is_answered_with_sentences_that_name_the_step(kind: str) -> None:
    for key in steps.kind(kind).KEYS:
        for junk in JUNK:
            step = {**step_of(kind), key: junk}
            found = steps.kind(kind).problems(step, "steps[it]") + shape.errors({"steps": [step]})
            assert all("steps[it]" in error for error in found), (key, junk, found)


@pytest.mark.parametrize("kind", GOOD)
def test_a_kind_decides_every_visit_of_a_batch(kind: str, now: dt.datetime) -> None:
    people = [
        cast.join(f"p{number}", now, quiet=True, email=f"p{number}@x.org").member for number in range(3)
    ]
    making.publish([step_of(kind), {"uid": "stop", "kind": "end"}], now)
    for person in people:
        making.happens(person, making.BEGAN, now)
    making.work(now)
    assert not Enrolment.objects.exclude(parked_at=None).exists()
    for person in people:
        assert making.path(making.run_of(person))


@pytest.mark.parametrize("kind", GOOD)
def test_steps_of_many_take_no_more_queries_than_those_of_few(
    kind: str, now: dt.datetime, django_assert_max_num_queries: Any
) -> None:
    making.publish([step_of(kind), {"uid": "stop", "kind": "end"}], now)
    for number in range(40):
        making.happens(cast.join(f"q{number}", now, quiet=True).member, making.BEGAN, now)
    while making.answering.answer(making.journey.answers, now):
        pass
    with django_assert_max_num_queries(32):
        assert making.execution.advance(now) == 40
