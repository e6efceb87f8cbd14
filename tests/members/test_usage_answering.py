"""What follows from uses: flows wait for them, begin with them, end by them; facts know them."""

import datetime as dt

import pytest

from flows.models import Decision, Enrolment
from lifecycle import clock, journey
from members import usage, usage_answering
from members.models import Member, UsageBatch
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
STOP = [{"uid": "stay", "kind": "wait", "for": "30d"}, {"uid": "stop", "kind": "end"}]


@pytest.fixture
def member(db: None, now: dt.datetime) -> Member:
    return cast.join("lone", now - DAY, quiet=True, email="lone@example.com").member


def visit(member: Member, *moments: dt.datetime, name: str = "usage.visit") -> None:
    uses = [usage.Use(member.pk, "door", f"{moment}", name, moment) for moment in moments]
    usage.record_many(uses, max(moments))


def follow(now: dt.datetime) -> int:
    return usage_answering.answer(journey.uses, now)


def test_a_use_lets_a_member_in_and_the_decision_names_it(member: Member, now: dt.datetime) -> None:
    making.publish(STOP, now, trigger={"event": "usage.visit"})
    visit(member, now + HOUR, now + 2 * HOUR)
    assert follow(now + 2 * HOUR) == 1
    run = making.run_of(member)
    assert (run.status, run.entered_at, run.event) == ("active", now + HOUR, None)
    assert Decision.objects.get(verdict="entered").values == {"event": "usage.visit"}


def test_a_use_from_before_the_flow_does_not_hide_a_later_one_of_the_same_batch(
    member: Member, now: dt.datetime
) -> None:
    making.publish(STOP, now, trigger={"event": "usage.visit"})
    visit(member, now - HOUR, now + HOUR)
    follow(now + HOUR)
    assert making.run_of(member).entered_at == now + HOUR


def test_an_old_use_starts_nothing_and_counts_as_a_fact(member: Member, now: dt.datetime) -> None:
    making.publish(STOP, now - 9 * DAY, trigger={"event": "usage.visit"})
    visit(member, now - 4 * DAY)
    follow(now)
    assert not Enrolment.objects.exists()
    assert Decision.objects.get().reason == "too old"
    member.facts.refresh_from_db()
    assert (member.facts.last_use_on, member.facts.consumption_28d) == ((now - 4 * DAY).date(), 1)


def test_a_use_is_an_exit_and_a_goal(member: Member, now: dt.datetime) -> None:
    over = {"exit": {"event": "usage.left"}, "goal": {"event": "usage.visit", "within": "7d"}}
    making.publish(STOP, now, **over)
    making.enter(member, now)
    visit(member, now - HOUR, now + HOUR)
    follow(now + HOUR)
    assert making.run_of(member).goal_at == now + HOUR
    visit(member, now + 2 * HOUR, name="usage.left")
    follow(now + 2 * HOUR)
    assert making.run_of(member).status == "exited"


def test_a_use_wakes_a_run_that_waits_for_it(member: Member, now: dt.datetime) -> None:
    steps = [{"uid": "wait", "kind": "wait", "event": "usage.visit", "timeout": "9d"}, *STOP[1:]]
    making.publish(steps, now)
    making.enter(member, now)
    visit(member, now + HOUR)
    clock.tick(now + HOUR)
    assert making.path(making.run_of(member))[0] == ("wait", "event")


def test_a_name_that_no_flow_mentions_reaches_nobody(
    member: Member, now: dt.datetime, django_assert_max_num_queries: object
) -> None:
    making.publish(STOP, now)
    assert journey.uses() == {}
    visit(member, now)
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        follow(now)
    assert not Decision.objects.exists()
    assert UsageBatch.objects.get().handled_at == now
    assert usage_answering.forget(now + 4 * DAY) == 1


def test_what_fails_for_one_member_is_set_aside_and_the_others_go_on(
    member: Member, now: dt.datetime
) -> None:
    other = cast.join("other", now - DAY, quiet=True).member
    reached = []

    def deed(uses: list[object], _now: dt.datetime) -> None:
        if any(use.member_id == member.pk for use in uses):  # type: ignore[attr-defined]
            raise RuntimeError("breaks")
        reached.extend(uses)

    for one in (member, other):
        usage.record_many([usage.Use(one.pk, "door", f"{one.pk}", "usage.visit", now)], now)
    assert usage_answering.answer(lambda: {"usage.visit": [deed]}, now) == 2  # type: ignore[list-item]
    assert [use.member_id for use in reached] == [other.pk]  # type: ignore[attr-defined]
    aside = UsageBatch.objects.exclude(error="").get()
    assert (aside.error, [line[0] for line in aside.news]) == ("RuntimeError: breaks", [member.pk])
    assert follow(now) == 0
