"""Steps and letters put in, moved, doubled and taken out of a draft."""

import datetime as dt

import pytest

from flows.editing import keeping, parts
from flows.models import Flow
from office.models import User
from tests.flows import making

pytestmark = pytest.mark.django_db
STEPS = [
    {"uid": "hello", "kind": "send", "letter": "hello"},
    {"uid": "rest", "kind": "wait", "event": "member.activated", "timeout": "2d", "then": "thanks"},
    {"uid": "thanks", "kind": "send", "letter": "thanks"},
]


@pytest.fixture
def flow(db: None, now: dt.datetime) -> Flow:
    return making.publish(STEPS, now)


def uids(draft: parts.Draft) -> list[str]:
    return [step["uid"] for step in parts.steps(draft)]


def test_a_new_letter_gets_names_that_nobody_ever_had(flow: Flow) -> None:
    draft, uid = parts.add(flow, flow.draft, "send", "hello")
    assert uids(draft) == ["hello", uid, "rest", "thanks"]
    assert parts.letter_of(draft, parts.find(draft, uid)[1])["sender"] == "anna"
    assert uids(flow.draft) == ["hello", "rest", "thanks"]
    _again, other = parts.add(flow, draft, "send", "")
    assert other not in uids(draft)


def test_a_uid_of_an_older_version_is_not_used_again(flow: Flow, now: dt.datetime) -> None:
    draft, uid = parts.add(flow, flow.draft, "wait", "hello")
    making.publish(draft["steps"], now)
    flow.refresh_from_db()
    assert parts.add(flow, parts.remove(flow.draft, uid), "wait", "hello")[1] != uid


def test_what_is_taken_out_takes_its_letter_and_the_jumps_to_it_along(flow: Flow) -> None:
    draft = parts.remove(flow.draft, "thanks")
    assert uids(draft) == ["hello", "rest"]
    assert "then" not in parts.find(draft, "rest")[1]
    assert list(parts.letters(draft)) == ["hello"]


def test_a_copy_has_a_letter_of_its_own(flow: Flow) -> None:
    draft, uid = parts.duplicate(flow, flow.draft, "hello")
    assert uids(draft)[:2] == ["hello", uid]
    twin = parts.letter_of(draft, parts.find(draft, uid)[1])
    assert twin["subject"] == "About hello"
    assert twin["slug"] != "hello"


@pytest.mark.parametrize(
    ("to", "order"),
    [
        (0, "thanks hello rest"),
        (1, "hello thanks rest"),
        (99, "hello rest thanks"),
        (-5, "thanks hello rest"),
    ],
)
def test_a_step_goes_where_it_is_put(flow: Flow, to: int, order: str) -> None:
    assert uids(parts.move(flow.draft, "thanks", to)) == order.split()


def test_two_editors_do_not_write_over_each_other(flow: Flow, now: dt.datetime) -> None:
    karen, ole = (User.objects.create(username=name, first_name=name.title()) for name in ("karen", "ole"))
    seen = parts.seen(flow.draft, "hello")
    changed = {"uid": "hello", "kind": "send", "letter": "hello", "not_after": "1d"}
    change = {"seen": seen, "part": lambda draft: parts.seen(draft, "hello")}
    keeping.change(flow, lambda draft: parts.put_step(draft, "hello", changed), karen, now, **change)
    with pytest.raises(keeping.Overtaken, match="Karen"):
        keeping.change(flow, lambda draft: parts.remove(draft, "hello"), ole, now, **change)
    kept = Flow.objects.get(pk=flow.pk).draft
    assert parts.find(kept, "hello")[1]["not_after"] == "1d"


def test_two_editors_may_change_different_steps_at_once(flow: Flow, now: dt.datetime) -> None:
    karen = User.objects.create(username="karen")
    seen = parts.seen(flow.draft, "thanks")
    keeping.change(flow, lambda draft: parts.remove(draft, "hello"), karen, now)
    keeping.change(
        flow,
        lambda draft: parts.move(draft, "thanks", 0),
        karen,
        now,
        seen=seen,
        part=lambda draft: parts.seen(draft, "thanks"),
    )
    assert uids(Flow.objects.get(pk=flow.pk).draft) == ["thanks", "rest"]
