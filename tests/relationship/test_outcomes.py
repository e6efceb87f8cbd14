"""What came of a task, and what staff write down by hand."""

import datetime as dt
import uuid

import pytest

from members import fact_keeping, signs
from members.models import Event, Member, MemberFacts, UsageDay
from office.models import User
from relationship import outcomes, talking, tasks
from relationship.models import Task
from tests import cast


@pytest.fixture
def karen(db: None) -> User:
    return User.objects.create_user("karen", role="staff")


@pytest.fixture
def ole(now: dt.datetime, db: None) -> Member:
    return cast.ole(now - dt.timedelta(days=40)).member


@pytest.fixture
def task(ole: Member, now: dt.datetime) -> Task:
    tasks.give([tasks.Order("t", ole, "Call Ole", "Welcome", now)], now)
    return Task.objects.get(key="t")


def talks(member: Member, now: dt.datetime) -> int:
    found = signs.of([member.pk], now).get(member.pk)
    return found.lately(signs.is_dialogue) if found else 0


def test_a_call_counts_as_a_talk_until_it_is_taken_back(task: Task, karen: User, now: dt.datetime) -> None:
    assert outcomes.note(task, "called", karen, now, "Comes on Thursday")
    task.refresh_from_db()
    assert (task.outcome, task.note, task.done_by) == ("called", "Comes on Thursday", karen)
    assert Event.objects.get(name="task.done").data["talked"] is True
    fact_keeping.refresh(now)
    assert MemberFacts.objects.get(member=task.member).last_conversation_at == now
    outcomes.take_back(task, karen, now)
    fact_keeping.refresh(now)
    assert MemberFacts.objects.get(member=task.member).last_conversation_at is None
    task.refresh_from_db()
    assert (task.done_at, task.note) == (None, "")


def test_nobody_answered_comes_again_tomorrow_at_nine_and_is_counted(
    task: Task, karen: User, now: dt.datetime
) -> None:
    before = task.due_at
    assert outcomes.note(task, "no_answer", karen, now)
    task.refresh_from_db()
    assert (task.done_at, task.tries) == (None, 1)
    assert task.due_at == outcomes.tomorrow(now)
    assert Event.objects.filter(name="task.tried").count() == 1
    outcomes.take_back(task, karen, now)
    task.refresh_from_db()
    assert (task.due_at, task.tries) == (before, 0)


def test_what_two_people_click_at_once_counts_once(task: Task, karen: User, now: dt.datetime) -> None:
    twin = Task.objects.get(pk=task.pk)
    assert outcomes.note(task, "no_answer", karen, now)
    assert not outcomes.note(twin, "no_answer", karen, now + dt.timedelta(seconds=1))
    assert Task.objects.get().tries == 1


def test_what_was_not_needed_is_no_sign(task: Task, karen: User, now: dt.datetime) -> None:
    outcomes.note(task, "not_needed", karen, now)
    assert not Event.objects.filter(name="task.done").exists()


def test_a_talk_is_written_down_once_for_one_click(ole: Member, karen: User, now: dt.datetime) -> None:
    mark = uuid.uuid4()
    assert talking.hold(ole, "About the boat", mark, karen, now)
    assert not talking.hold(ole, "About the boat", mark, karen, now)
    assert talks(ole, now) == 1


def test_a_note_is_no_talk(ole: Member, karen: User, now: dt.datetime) -> None:
    talking.jot(ole, "Likes tea", uuid.uuid4(), karen, now)
    assert Event.objects.get(name="staff.noted").data == {"note": "Likes tea"}
    assert talks(ole, now) == 0


def test_who_was_here_is_counted_once_a_day(ole: Member, karen: User, now: dt.datetime) -> None:
    assert talking.see(ole, karen, now)
    assert not talking.see(ole, karen, now + dt.timedelta(minutes=1))
    assert UsageDay.objects.get(member=ole).count == 1


def test_who_was_not_here_after_all_never_was(ole: Member, karen: User, now: dt.datetime) -> None:
    assert not talking.unsee(ole, karen, now)
    talking.see(ole, karen, now)
    assert talking.unsee(ole, karen, now + dt.timedelta(minutes=1))
    assert not UsageDay.objects.filter(member=ole).exists()
    assert talking.see(ole, karen, now + dt.timedelta(minutes=2))
    assert UsageDay.objects.get(member=ole).count == 1
