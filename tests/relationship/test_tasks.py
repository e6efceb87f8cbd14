"""Tasks: given once, closed once, and both leave a trace."""

import datetime as dt

import pytest

from flows import checking
from members.models import Member, MemberFacts
from office.models import AuditEntry, User
from relationship import tasks
from relationship.models import Task
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def member(db: None, now: dt.datetime) -> Member:
    return cast.join("ole", now, quiet=True, first_name="Ole", time_zone="Europe/Copenhagen").member


def order(member: Member, now: dt.datetime, key: str = "k") -> tasks.Order:
    return tasks.Order(key, member, "Call Ole", "has not been by", now + DAY)


def test_an_order_that_is_repeated_is_one_task(member: Member, now: dt.datetime) -> None:
    tasks.give([order(member, now)], now)
    tasks.give([order(member, now), order(member, now, "other")], now)
    assert Task.objects.count() == 2


def test_a_task_is_closed_by_whoever_is_first(member: Member, now: dt.datetime) -> None:
    tasks.give([order(member, now)], now)
    task = Task.objects.get()
    anna, bent = (User.objects.create_user(name, password="x") for name in ("anna", "bent"))
    assert tasks.close(task, anna, "called", now)
    assert not tasks.close(task, bent, "not needed", now + DAY)
    task.refresh_from_db()
    assert (task.done_by, task.done_at, task.outcome) == (anna, now, "called")
    entry = AuditEntry.objects.get()
    assert (entry.user, entry.deed, entry.details["outcome"]) == (anna, "task.closed", "called")


def test_a_step_gives_the_task_and_goes_on(member: Member, now: dt.datetime) -> None:
    steps = [{"uid": "call", "kind": "task", "title": "Call {{ member.first_name }}", "due": "3d"}]
    flow = making.publish(steps, now)
    run = making.enter(member, now)
    task = Task.objects.get()
    assert (task.title, task.because, task.due_at) == ("Call Ole", flow.name, now + 3 * DAY)
    assert run.status == "completed"


def test_a_title_cannot_carry_the_members_own_code(now: dt.datetime) -> None:
    sly = cast.join("sly", now, quiet=True, first_name="{{ member.name }}\nX").member
    making.publish([{"uid": "call", "kind": "task", "title": "Call {{ member.first_name }}"}], now)
    making.enter(sly, now)
    assert Task.objects.get().title == "Call {{ member.name }} X"


def test_somebody_without_a_first_name_is_called_by_what_is_known(now: dt.datetime) -> None:
    member = cast.join("x", now, quiet=True, email="x@example.com").member
    making.publish([{"uid": "call", "kind": "task", "title": "Call {{ member.first_name }}"}], now)
    making.enter(member, now)
    assert Task.objects.get().title == "Call x@example.com"


def test_a_title_says_what_is_known_of_the_member(member: Member, now: dt.datetime) -> None:
    title = "Call {{ member.name }}, {{ plan.name }}, member since {{ member.since }}: {{ business.name }}"
    making.publish([{"uid": "call", "kind": "task", "title": title}], now)
    making.enter(member, now)
    assert Task.objects.get().title == f"Call Ole, {member.plan}, member since 2 March 2026: Our club"


@pytest.mark.parametrize(
    ("title", "said"),
    [
        (
            "Call {{ member.frist_name }}",
            "there is no field member.frist_name; did you mean member.first_name?",
        ),
        (
            "Call {{ links.unsubscribe }}",
            "links.unsubscribe is not known here; known are the fields of business",
        ),
    ],
)
def test_a_title_may_only_mention_what_a_task_knows(title: str, said: str) -> None:
    found = checking.errors(making.definition([{"uid": "call", "kind": "task", "title": title}]))
    assert len(found) == 1
    assert said in found[0]


def test_a_reward_is_a_task_for_whoever_gives_it(member: Member, now: dt.datetime) -> None:
    steps = [
        {"uid": "gift", "kind": "reward", "reward": "one guest ticket for {{ plan.name }}", "due": "5d"},
        {
            "uid": "card",
            "kind": "reward",
            "reward": "a card",
            "title": "Write {{ member.first_name }} a card",
        },
    ]
    making.publish(steps, now)
    run = making.enter(member, now)
    first, second = Task.objects.order_by("pk")
    assert (first.title, first.due_at) == (f"Give Ole: one guest ticket for {member.plan}", now + 5 * DAY)
    assert second.title == "Write Ole a card"
    assert making.path(run) == [("gift", "reward"), ("card", "reward")]


def test_a_reward_says_what_is_given(db: None) -> None:
    found = checking.errors(making.definition([{"uid": "gift", "kind": "reward", "due": "soon"}]))
    assert any("a reward needs “reward”" in error for error in found)
    assert any("steps[gift].due" in error for error in found)


def test_a_task_is_for_who_is_named_else_for_who_looks_after_the_member(
    member: Member, now: dt.datetime
) -> None:
    anna, bent = (User.objects.create_user(name, password="x") for name in ("anna", "bent"))
    MemberFacts.objects.filter(member=member).update(owner="anna")
    steps = [
        {"uid": "one", "kind": "task", "title": "one"},
        {"uid": "two", "kind": "task", "title": "two", "to": "bent"},
        {"uid": "three", "kind": "reward", "reward": "a card"},
    ]
    making.publish(steps, now)
    making.enter(member, now)
    assert [task.assigned_to for task in Task.objects.order_by("pk")] == [anna, bent, anna]


def test_a_task_for_somebody_who_left_is_for_whoever_comes_first(member: Member, now: dt.datetime) -> None:
    User.objects.create_user("anna", password="x", is_active=False)
    tasks.give([tasks.Order("k", member, "Call", "", now, to="anna")], now)
    assert Task.objects.get().assigned_to is None
    found = checking.errors(making.definition([{"uid": "x", "kind": "task", "title": "Call", "to": "anna"}]))
    assert found == ["steps[x].to: nobody who works here is called “anna”"]
