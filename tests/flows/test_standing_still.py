"""Pausing holds everything; going on asks what becomes of what is late."""

import datetime as dt

import pytest

from flows import standing_still, versions
from flows.models import Decision, Enrolment, Flow
from flows.moving_runs import Move
from mail import outbox
from mail.models import Message
from office.models import User
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
Status = Message.Status
STEPS = [
    {"uid": "hello", "kind": "send", "letter": "hello", "not_after": "2d"},
    {"uid": "rest", "kind": "wait", "for": "1d"},
    {"uid": "next", "kind": "send", "letter": "next", "not_after": "2d"},
    {"uid": "stay", "kind": "wait", "for": "90d"},
]


@pytest.fixture
def karen(db: None) -> User:
    return User.objects.create(username="karen", role="editor")


def paused(now: dt.datetime, karen: User, people: int = 1) -> Flow:
    """A flow in which the first letter is on its way to everybody, standing still."""
    flow = making.publish(STEPS, now)
    for number in range(people):
        making.enter(cast.join(f"p{number}", now, quiet=True, email=f"p{number}@example.com").member, now)
    assert standing_still.pause(flow, karen, now) == people
    return flow


def test_nothing_leaves_and_nobody_moves_while_it_stands_still(now: dt.datetime, karen: User) -> None:
    paused(now, karen)
    making.work(now + 5 * DAY)
    outbox.send_due(now + 5 * DAY)
    assert [(one.status, one.reason) for one in Message.objects.all()] == [(Status.HELD, "paused")]
    assert Enrolment.objects.get().step == "rest"


def test_a_second_pause_changes_nothing(now: dt.datetime, karen: User) -> None:
    flow = paused(now, karen)
    assert standing_still.pause(flow, karen, now + DAY) is None
    flow.refresh_from_db()
    assert flow.paused_at == now


def test_what_waits_for_a_yes_still_waits_afterwards(now: dt.datetime, karen: User) -> None:
    flow = paused(now, karen)
    Message.objects.update(reason="")
    standing_still.resume(flow, karen, now + DAY)
    assert Message.objects.get().status == Status.HELD


def test_what_became_late_is_counted(now: dt.datetime, karen: User) -> None:
    flow = paused(now, karen, 3)
    assert standing_still.late(flow, now) == standing_still.Late(0, 3)
    Message.objects.update(status=Status.SENT)
    Enrolment.objects.update(letter_pending=False)
    assert standing_still.late(flow, now + 5 * DAY) == standing_still.Late(3, 0)


def test_spread_it_happens_now_and_counts_as_in_time(now: dt.datetime, karen: User) -> None:
    flow, later = paused(now, karen, 4), now + 5 * DAY
    standing_still.resume(flow, karen, later, way="spread", over=4 * DAY)
    moments = sorted(Message.objects.values_list("due_at", flat=True))
    assert moments == [later + number * DAY for number in range(4)]
    assert all(one.status == Status.QUEUED and one.not_after > one.due_at for one in Message.objects.all())
    due = sorted(Enrolment.objects.values_list("due_at", flat=True))
    assert due == [later + number * DAY for number in range(4)]


def test_a_wait_that_ended_meanwhile_plans_its_letter_anew(now: dt.datetime, karen: User) -> None:
    flow, later = paused(now, karen), now + 5 * DAY
    Message.objects.update(status=Status.SENT, finished_at=now)
    standing_still.resume(flow, karen, later, way="spread")
    making.work(later)
    planned = Message.objects.get(key__contains=":next:")
    assert planned.due_at == later


def test_skipped_the_late_letter_stays_and_the_member_goes_on(now: dt.datetime, karen: User) -> None:
    flow, later = paused(now, karen), now + 5 * DAY
    standing_still.resume(flow, karen, later, way="skip")
    outbox.send_due(later)
    assert Message.objects.get().reason.startswith("too_late")
    making.work(later)
    assert making.path(Enrolment.objects.get())[:2] == [("hello", "queued"), ("rest", "over")]


def test_ended_it_is_over_for_those_who_would_have_moved_on(now: dt.datetime, karen: User) -> None:
    flow, later = paused(now, karen), now + 5 * DAY
    newcomer = cast.join("q", later, quiet=True).member
    standing_still.resume(flow, karen, later, way="end")
    assert Enrolment.objects.get().status == Enrolment.Status.ENDED
    assert Decision.objects.filter(verdict="ended").count() == 1
    assert Message.objects.get().status == Status.SKIPPED
    assert making.enter(newcomer, later).status == Enrolment.Status.ACTIVE


def test_a_running_flow_cannot_be_let_run_again(now: dt.datetime, karen: User) -> None:
    flow = making.publish(STEPS, now)
    assert not standing_still.resume(flow, karen, now)


@pytest.mark.parametrize("to", ["rest", "next", "stay"])
@pytest.mark.parametrize("moved_after", [dt.timedelta(), dt.timedelta(hours=1)])
def test_whoever_was_moved_just_before_or_during_the_pause_is_not_late_by_it(
    now: dt.datetime, karen: User, to: str, moved_after: dt.timedelta
) -> None:
    flow = making.publish(STEPS, now)
    run = making.enter(cast.join("p", now, quiet=True).member, now)
    Message.objects.update(status=Status.SENT, finished_at=now)
    making.work(now)
    if moved_after:
        standing_still.pause(flow, karen, now)
    flow.refresh_from_db()
    flow.draft = making.definition([*STEPS, {"uid": "last", "kind": "end"}])
    versions.publish(flow, {(run.version_id, "rest"): Move(to)}, now + moved_after, karen, without_face=True)
    standing_still.pause(flow, karen, now)
    flow.refresh_from_db()
    later = now + 2 * moved_after
    assert standing_still.late(flow, later) == standing_still.Late(0, 0)
    standing_still.resume(flow, karen, later, way="end")
    assert making.run_of(run.member).status == Enrolment.Status.ACTIVE


def test_spread_those_who_were_due_before_the_pause_take_their_turn_too(
    now: dt.datetime, karen: User
) -> None:
    flow = making.publish(STEPS, now)
    for number in range(4):
        making.happens(cast.join(f"p{number}", now, quiet=True).member, making.BEGAN, now)
    making.work(now)
    Message.objects.update(status=Status.SENT, finished_at=now)
    Enrolment.objects.update(letter_pending=False, due_at=now - DAY)
    standing_still.pause(flow, karen, now)
    standing_still.resume(flow, karen, now + DAY, way="spread", over=4 * DAY)
    due = sorted(Enrolment.objects.values_list("due_at", flat=True))
    assert due == [now + DAY + number * DAY for number in range(4)]
