"""Publishing with members inside: who stays, who moves with their waits and letters, who ends; each with a reason."""

import datetime as dt

import pytest

from flows import versions
from flows.models import Decision, Enrolment, Flow, StepRun
from flows.moving_runs import END, Move
from mail.models import Message
from office.models import User
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def karen(db: None) -> User:
    return User.objects.create(username="karen", role="editor")


def begun(now: dt.datetime, span: str = "3d") -> tuple[Flow, Enrolment]:
    """A flow in which one member waits, and that member's run."""
    flow = making.publish([{"uid": "rest", "kind": "wait", "for": span}, letter("hello")], now)
    return flow, making.enter(cast.join("p", now, quiet=True).member, now)


def letter(uid: str) -> dict[str, object]:
    return {"uid": uid, "kind": "send", "letter": uid}


def publish(
    flow: Flow, steps: list[dict[str, object]], run: Enrolment, to: str, now: dt.datetime, by: User
) -> versions.Published:
    flow.draft = making.definition(steps)
    chosen = {(run.version_id, run.step): Move(to)} if to else {}
    return versions.publish(flow, chosen, now, by, without_face=True)


def test_who_is_inside_stays_unless_somebody_chooses_otherwise(now: dt.datetime, karen: User) -> None:
    flow, run = begun(now)
    publish(flow, [{"uid": "rest", "kind": "wait", "for": "1d"}, letter("hello")], run, "", now, karen)
    kept = making.run_of(run.member)
    assert (kept.version_id, kept.due_at) == (run.version_id, run.due_at)
    assert not Decision.objects.filter(verdict="moved").exists()


@pytest.mark.parametrize(("span", "after"), [("2d", 2), ("5d", 5)])
def test_a_wait_by_its_new_length_counts_from_when_it_began(
    now: dt.datetime, karen: User, span: str, after: int
) -> None:
    flow, run = begun(now)
    steps = [{"uid": "rest", "kind": "wait", "for": span}, letter("hello")]
    done = publish(flow, steps, run, "rest", now + DAY, karen)
    assert (done.moved, done.ended) == (1, 0)
    making.work(now + DAY)
    assert making.run_of(run.member).due_at == now + after * DAY
    decision = Decision.objects.get(verdict="moved")
    assert decision.values == {"from": 1, "to": 2, "step": "rest"}


def test_a_wait_that_would_be_over_ends_now_and_its_letter_is_not_late(now: dt.datetime, karen: User) -> None:
    flow, run = begun(now, "30d")
    later = now + 20 * DAY
    publish(flow, [{"uid": "rest", "kind": "wait", "for": "1d"}, letter("hello")], run, "rest", later, karen)
    making.work(later)
    message = Message.objects.get()
    assert message.due_at == later
    assert message.not_after > later


def test_whose_step_is_gone_goes_to_the_chosen_one(now: dt.datetime, karen: User) -> None:
    flow, run = begun(now)
    publish(flow, [letter("hello"), letter("other")], run, "other", now + DAY, karen)
    making.work(now + DAY)
    assert making.path(run) == [("rest", "moved"), ("other", "queued")]
    assert StepRun.objects.filter(finished_at=None).count() == 0


def test_whose_step_is_gone_stays_in_the_old_version_without_a_choice(now: dt.datetime, karen: User) -> None:
    flow, run = begun(now)
    publish(flow, [letter("other")], run, "nowhere", now + DAY, karen)
    making.work(now + 3 * DAY)
    assert making.path(run) == [("rest", "over"), ("hello", "queued")]


def test_the_ended_get_nothing_more_and_a_reason(now: dt.datetime, karen: User) -> None:
    flow = making.publish(
        [letter("hello"), {"uid": "rest", "kind": "wait", "for": "3d"}, letter("next")], now
    )
    run = making.enter(cast.join("p", now, quiet=True).member, now)
    publish(flow, [letter("hello")], run, END, now, karen)
    kept = making.run_of(run.member)
    assert (kept.status, kept.due_at) == (Enrolment.Status.ENDED, None)
    assert Message.objects.get().status == Message.Status.SKIPPED
    assert Decision.objects.get(verdict="ended").reason == "ended by staff when version 2 was published"
    making.work(now + 9 * DAY)
    assert Message.objects.count() == 1


def test_a_letter_that_has_not_left_gets_the_new_text_and_none_is_sent_twice(
    now: dt.datetime, karen: User
) -> None:
    steps = [letter("hello"), {"uid": "rest", "kind": "wait", "for": "3d"}]
    flow = making.publish(steps, now)
    run = making.enter(cast.join("p", now, quiet=True).member, now)
    flow.draft = making.definition(steps)
    flow.draft["letters"][0]["body"] = "Other words."
    versions.publish(flow, {(run.version_id, "rest"): Move("rest")}, now, karen, without_face=True)
    making.work(now)
    assert "Other words" in Message.objects.get().letter_version.texts["en"]["text"]


def test_a_run_that_failed_is_tried_again_in_the_new_version(now: dt.datetime, karen: User) -> None:
    flow, run = begun(now)
    Enrolment.objects.update(parked_at=now, error="it broke")
    publish(flow, [{"uid": "rest", "kind": "wait", "for": "1d"}, letter("hello")], run, "rest", now, karen)
    making.work(now + DAY)
    assert making.path(run) == [("rest", "over"), ("hello", "queued")]


def test_nothing_moves_when_it_cannot_be_published(now: dt.datetime, karen: User) -> None:
    flow, run = begun(now)
    with pytest.raises(Exception, match="a wait needs"):
        publish(flow, [{"uid": "rest", "kind": "wait"}], run, "rest", now, karen)
    assert making.run_of(run.member).version_id == run.version_id


def test_everybody_moves_in_a_fixed_number_of_queries(
    now: dt.datetime, karen: User, django_assert_max_num_queries: object
) -> None:
    flow, run = begun(now)
    for number in range(30):
        making.enter(cast.join(f"q{number}", now, quiet=True).member, now)
    with django_assert_max_num_queries(45):  # type: ignore[operator]
        steps = [{"uid": "rest", "kind": "wait", "for": "1d"}, letter("hello")]
        assert publish(flow, steps, run, "rest", now, karen).moved == 31


def test_who_stands_where_is_told_by_what_the_step_says(now: dt.datetime) -> None:
    flow, _run = begun(now)
    flow.draft = making.definition([letter("hello")])
    (standing,) = versions.standing(flow)
    assert (standing.number, standing.text, standing.is_gone) == (1, "Waits 3 days", True)


@pytest.mark.parametrize(("span", "after"), [("2d", 2), ("5d", 5)])
def test_whoever_was_moved_to_a_longer_or_shorter_wait_is_not_due_before_it_is_over(
    now: dt.datetime, karen: User, span: str, after: int
) -> None:
    flow, run = begun(now)
    steps = [{"uid": "rest", "kind": "wait", "for": span}, letter("hello")]
    publish(flow, steps, run, "rest", now + DAY, karen)
    assert making.run_of(run.member).due_at == now + after * DAY
    assert StepRun.objects.get().due_at == now + after * DAY


def test_whoever_is_moved_to_another_wait_reaches_it_at_that_moment(now: dt.datetime, karen: User) -> None:
    flow, run = begun(now)
    steps = [{"uid": "nap", "kind": "wait", "for": "2d"}, letter("hello")]
    publish(flow, steps, run, "nap", now + DAY, karen)
    assert making.run_of(run.member).due_at == now + 3 * DAY
    making.work(now + 3 * DAY)
    assert making.path(run) == [("rest", "moved"), ("nap", "over"), ("hello", "queued")]


def test_a_letter_to_which_somebody_is_moved_is_planned_for_that_moment_and_not_late(
    now: dt.datetime, karen: User
) -> None:
    flow, run = begun(now)
    publish(flow, [letter("other")], run, "other", now + 2 * DAY, karen)
    making.work(now + 2 * DAY)
    message = Message.objects.get()
    assert (message.first_due_at, message.not_after) == (now + 2 * DAY, now + 5 * DAY)


def test_a_new_wait_for_what_happened_already_is_over_and_for_what_did_not_is_told_of_it(
    now: dt.datetime, karen: User
) -> None:
    flow, run = begun(now)
    sister = making.enter(cast.join("s", now, quiet=True).member, now)
    making.happens(run.member, "shop.visited", now + DAY / 2)
    making.work(now + DAY / 2)
    steps = [{"uid": "rest", "kind": "wait", "event": "shop.visited", "then": "hello"}, letter("hello")]
    publish(flow, steps, run, "rest", now + DAY, karen)
    making.work(now + DAY)
    assert making.path(run) == [("rest", "event"), ("hello", "queued")]
    waits = making.run_of(sister.member)
    assert (waits.due_at, waits.awaits) == (None, "shop.visited")
    making.happens(sister.member, "shop.visited", now + 2 * DAY)
    making.work(now + 2 * DAY)
    assert making.path(sister) == [("rest", "event"), ("hello", "queued")]
