"""A share of entrants that staff raise: sticky, explained, and a matter of later occasions only."""

import datetime as dt

import pytest

from flows import entering, ramping
from flows.models import Decision, Enrolment, Flow
from members.models import Member
from office.models import AuditEntry, User
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
REST = [{"uid": "rest", "kind": "wait", "for": "30d"}]


@pytest.fixture
def people(db: None, now: dt.datetime) -> list[Member]:
    return [cast.join(f"p{number}", now, quiet=True).member for number in range(40)]


def come(people: list[Member], at: dt.datetime) -> set[int]:
    for person in people:
        making.happens(person, making.BEGAN, at)
    making.work(at)
    return set(Enrolment.objects.values_list("member_id", flat=True))


def test_a_larger_share_takes_the_same_people_and_more(people: list[Member], now: dt.datetime) -> None:
    flow = making.publish(REST, now)
    assert ramping.set_share(flow, 20, None, now)
    few = come(people, now)
    assert 1 < len(few) < 18
    waiting = Decision.objects.filter(verdict="not_entered")
    assert set(waiting.values_list("reason", flat=True)) == {"not yet let in: the flow takes 20 % so far"}
    ramping.set_share(flow, 60, None, now)
    assert set(Enrolment.objects.values_list("member_id", flat=True)) == few  # only later occasions count
    many = come(people, now + DAY)
    assert few < many
    assert len(many) < 40
    ramping.set_share(flow, 100, None, now)
    assert len(come(people, now + 2 * DAY)) == 40


def test_nobody_who_waits_counts_as_kept_out_for_comparison(people: list[Member], now: dt.datetime) -> None:
    flow = making.publish(REST, now, holdout=0.3)
    ramping.set_share(flow, 0, None, now)
    assert come(people, now) == set()
    ramping.set_share(flow, 100, None, now)
    assert come(people, now + DAY) == {one.pk for one in people}
    out = Enrolment.objects.filter(status="held_out").values_list("member_id", flat=True)
    assert set(out) == {one.pk for one in people if entering.is_held_out("trial", one, 0.3)}


def test_what_a_person_says_counts_whatever_the_share(people: list[Member], now: dt.datetime) -> None:
    flow = making.publish(REST, now)
    ramping.set_share(flow, 0, None, now)
    entering.let_in(flow, people[:1], now, note="let in by Bo")
    assert Enrolment.objects.count() == 1


def test_who_raised_it_is_written_down_and_saying_it_again_changes_nothing(
    db: None, now: dt.datetime
) -> None:
    flow, bo = making.publish(REST, now), User.objects.create(username="bo")
    assert ramping.set_share(flow, 20, bo, now)
    assert not ramping.set_share(flow, 20, bo, now)
    entry = AuditEntry.objects.get(deed="flow.share_set")
    assert (entry.user, entry.details) == (bo, {"before": 100, "after": 20})


@pytest.mark.parametrize("wrong", [-1, 101, True])
def test_what_is_no_share_changes_nothing(db: None, now: dt.datetime, wrong: int) -> None:
    flow = making.publish(REST, now)
    with pytest.raises(ramping.NotAShare):
        ramping.set_share(flow, wrong, None, now)
    assert Flow.objects.get().ramp == 100
