"""More or fewer than usual is told from chance, and too little to go by is said."""

import datetime as dt
import random
from collections.abc import Sequence

import pytest

from flows import watching
from flows.models import Enrolment, Flow
from flows.watching import Volume
from mail.models import Message
from members.models import Member
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)
HELLO = [{"uid": "hello", "kind": "send", "letter": "hello"}]


def volume(count: int, *before: int) -> Volume:
    return Volume(Flow(slug="trial"), watching.ENTRIES, 1, count, before)


@pytest.mark.parametrize(
    ("count", "before", "verdict"),
    [
        (0, (20, 22, 19, 21), "fell"),
        (60, (20, 22, 19, 21), "rose"),
        (21, (20, 22, 19, 21), "usual"),
        (12, (20, 22, 19, 21), "usual"),  # a bad day, not a broken flow
        (0, (3, 2, 4, 3, 2, 3), "usual"),  # so few that chance alone does it
        (0, (0, 0, 0, 0), "usual"),
        (9, (0, 0, 0, 0), "rose"),
        (0, (50, 2, 70, 4), "usual"),  # it always jumped about
        (0, (100, 100, 100), "unknown"),  # three weeks say nothing yet
        (5, (), "unknown"),
    ],
)
def test_the_verdict(count: int, before: Sequence[int], verdict: str) -> None:
    assert volume(count, *before).verdict == verdict


def test_chance_alone_raises_next_to_no_alarm() -> None:
    lot = random.Random(7)

    def poisson(mean: float) -> int:
        count, waited = 0, lot.expovariate(mean)
        while waited < 1:
            count, waited = count + 1, waited + lot.expovariate(mean)
        return count

    alarms = 0
    for mean in (0.5, 3, 10, 40):
        for _ in range(1000):
            alarms += volume(poisson(mean), *(poisson(mean) for _week in range(8))).verdict != "usual"
    assert alarms <= 4


def test_what_is_told_is_what_the_limits_say() -> None:
    low, high = volume(0, 20, 22, 19, 21, 20, 20, 21, 19).limits
    assert (round(low), round(high)) == (5, 44)
    assert volume(7, 20, 22, 19, 21, 20, 20, 21, 19).verdict == "usual"
    assert volume(5, 20, 22, 19, 21, 20, 20, 21, 19).verdict == "fell"


@pytest.fixture
def people(db: None, now: dt.datetime) -> list[Member]:
    return [cast.join(f"p{number}", now - 400 * DAY, quiet=True).member for number in range(12)]


def come_in(flow: Flow, people: list[Member], at: dt.datetime) -> None:
    assert flow.current is not None
    Enrolment.objects.bulk_create(
        Enrolment(
            flow=flow, version=flow.current, member=member, status="completed", entered_at=at, planned_at=at
        )
        for member in people
    )


def test_a_day_is_compared_with_the_same_weekday_of_the_weeks_before(
    people: list[Member], now: dt.datetime
) -> None:
    flow = making.publish(HELLO, now - 6 * WEEK)
    for week in range(1, 6):
        come_in(flow, people, now - DAY - week * WEEK)  # Sundays
        come_in(flow, people[:2], now - 2 * DAY - week * WEEK)
    come_in(flow, people[:2], now - 2 * DAY)
    come_in(flow, people, now)  # today is not over
    day, week, *letters = watching.volumes(watching.history(now))
    assert (day.measure, day.days, day.count, day.before) == ("entries", 1, 0, (12,) * 5)
    assert (week.days, week.count, week.before) == (7, 2, (14,) * 4)
    assert day.verdict == "fell"
    assert [one.measure for one in letters] == ["letters", "letters"]


def test_letters_are_counted_for_the_flow_they_belong_to(people: list[Member], now: dt.datetime) -> None:
    flow = making.publish(HELLO, now - 6 * WEEK)
    making.publish([{"uid": "x", "kind": "send", "letter": "other"}], now - 6 * WEEK, slug="other", name="O")
    step = flow.current.steps.get() if flow.current else None
    assert step
    assert step.letter_version
    for number, moment in enumerate((now - DAY, now - DAY, now - 2 * DAY, now - WEEK - DAY)):
        Message.objects.create(
            key=f"flow:{number}:hello:1", group=f"flow:{number}", member=people[0],
            letter_version=step.letter_version, purpose="value", status="sent", due_at=moment,
            first_due_at=moment, not_after=moment, message_id=f"<{number}@x>", created_at=moment,
            finished_at=moment,
        )  # fmt: skip
    found = {(one.flow.slug, one.measure, one.days): one for one in watching.volumes(watching.history(now))}
    assert (found["trial", "letters", 1].count, found["trial", "letters", 7].count) == (2, 3)
    assert found["trial", "letters", 1].before[0] == 1
    assert found["other", "letters", 7].count == 0


def test_weeks_before_the_first_publishing_do_not_count(people: list[Member], now: dt.datetime) -> None:
    making.publish(HELLO, now - 3 * WEEK)
    assert {len(one.before) for one in watching.volumes(watching.history(now)) if one.days == 1} == {2}
    assert {one.verdict for one in watching.volumes(watching.history(now))} == {"unknown"}


@pytest.mark.parametrize(("quiet", "is_told"), [(7, False), (9, True), (60, True)])
def test_a_flow_in_which_little_happens_is_told_when_nothing_does(
    people: list[Member], now: dt.datetime, quiet: int, is_told: bool
) -> None:
    flow = making.publish(HELLO, now - 20 * WEEK)
    for day in range(quiet + 1, 141):
        come_in(flow, people[:1], now - day * DAY)
    found = watching.silences(watching.history(now))
    assert [(one.flow, one.measure, one.days, one.usual) for one in found] == (
        [(flow, "entries", quiet, 7)] if is_told else []
    )
    assert {one.verdict for one in watching.volumes(watching.history(now))} == {"usual"}


def test_a_flow_whose_members_come_in_crowds_may_rest_between(people: list[Member], now: dt.datetime) -> None:
    flow = making.publish(HELLO, now - 26 * WEEK)
    for week in (4, 8, 12, 16, 20, 24):
        come_in(flow, people, now - week * WEEK + DAY)
    assert watching.silences(watching.history(now)) == []


def test_a_flow_that_is_paused_is_not_watched(now: dt.datetime) -> None:
    flow = making.publish(HELLO, now - 6 * WEEK)
    Flow.objects.filter(pk=flow.pk).update(paused_at=now)
    assert watching.volumes(watching.history(now)) == []


def test_many_flows_and_members_take_no_more_queries(
    people: list[Member], now: dt.datetime, django_assert_num_queries: object
) -> None:
    for number in range(3):
        flow = making.publish(HELLO, now - 6 * WEEK, slug=f"f{number}", name=str(number))
        come_in(flow, people, now - DAY)
    with django_assert_num_queries(4):  # type: ignore[operator]
        assert len(watching.volumes(watching.history(now))) == 12


def test_who_is_late_stands_still_and_who_is_held_does_not(people: list[Member], now: dt.datetime) -> None:
    flow = making.publish([{"uid": "rest", "kind": "wait", "for": "1h"}], now)
    late, soon, held, aside = (making.enter(person, now) for person in people[:4])
    past = now - dt.timedelta(minutes=16)
    for run, changed in (
        (late, {"due_at": past}),
        (soon, {"due_at": now - dt.timedelta(minutes=14)}),
        (held, {"due_at": past, "letter_pending": True}),
        (aside, {"due_at": past, "parked_at": now}),
    ):
        Enrolment.objects.filter(pk=run.pk).update(**changed)
    assert watching.standing_still(now) == [watching.Standing(flow, 1, past)]
    assert watching.set_aside() == [watching.Standing(flow, 1, now)]
    Flow.objects.update(paused_at=now)
    assert watching.standing_still(now) == []
