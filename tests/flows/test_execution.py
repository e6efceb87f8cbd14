"""Steps are worked off in batches; a run that fails is set aside and blocks nobody."""

import datetime as dt

import pytest

from flows import execution
from flows import steps as kinds
from flows.models import Enrolment
from flows.steps import end
from lifecycle import journey
from mail.models import Message
from members import answering
from members.models import Event, Member
from relationship.models import Task
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
TWO = [
    {"uid": "one", "kind": "send", "letter": "one"},
    {"uid": "two", "kind": "send", "letter": "two"},
]


class Poison:
    """A kind of step that fails for one member."""

    KEYS: frozenset[str] = frozenset()
    problems = staticmethod(end.problems)
    victim = 0

    def run(self, visits: list[kinds.Visit], now: dt.datetime) -> None:
        if any(visit.member.pk == self.victim for visit in visits):
            raise RuntimeError("this member's step breaks")
        end.run(visits, now)


@pytest.fixture
def people(db: None, now: dt.datetime) -> list[Member]:
    return [
        cast.join(f"p{number}", now, quiet=True, email=f"p{number}@example.com").member for number in range(5)
    ]


def test_a_run_that_fails_is_set_aside_and_its_neighbours_go_on(
    people: list[Member], now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = Poison()
    poison.victim = people[2].pk
    making.publish([{"uid": "stop", "kind": "end"}], now)
    monkeypatch.setitem(kinds._kinds, "end", poison)
    for person in people:
        making.happens(person, making.BEGAN, now)
    making.work(now)
    statuses = dict(Enrolment.objects.values_list("member_id", "status"))
    assert [statuses[person.pk] for person in people] == ["completed"] * 2 + ["active"] + ["completed"] * 2
    aside = Enrolment.objects.get(parked_at__isnull=False)
    assert aside.error == "RuntimeError: this member's step breaks"
    assert execution.advance(now + DAY) == 0


def test_an_event_that_fails_is_set_aside_and_neither_neighbours_nor_later_events_wait(
    people: list[Member], now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(events: list[Event], _now: dt.datetime) -> None:
        if any(event.member_id == people[1].pk for event in events):
            raise RuntimeError("this answer breaks")

    monkeypatch.setitem(journey.JOURNEY, "shop.visited", [breaks])
    for person in people:
        making.happens(person, "shop.visited", now)
    later = making.happens(people[1], "shop.left", now + DAY)
    making.work(now + DAY)
    aside = Event.objects.get(parked_at__isnull=False)
    assert (aside.member_id, aside.error) == (people[1].pk, "RuntimeError: this answer breaks")
    assert Event.objects.filter(name="shop.visited", handled_at__isnull=False).count() == 4
    later.refresh_from_db()
    assert later.handled_at == now + DAY


def test_what_was_set_aside_can_be_taken_up_again(
    people: list[Member], now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_events: list[Event], _now: dt.datetime) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setitem(journey.JOURNEY, "shop.visited", [breaks])
        event = making.happens(people[0], "shop.visited", now)
        making.work(now)
    event.refresh_from_db()
    assert event.parked_at == now
    answering.retry(event)
    making.work(now + DAY)
    event.refresh_from_db()
    assert (event.parked_at, event.error, event.handled_at) == (None, "", now + DAY)


def test_older_events_of_a_member_are_answered_first(
    people: list[Member], now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, dt.datetime]] = []

    def notes(events: list[Event], _now: dt.datetime) -> None:
        seen.extend((event.member_id, event.occurred_at) for event in events)

    monkeypatch.setitem(journey.JOURNEY, "shop.visited", [notes])
    for day in (3, 1, 2):
        for person in people[:2]:
            making.happens(person, "shop.visited", now + day * DAY)
    making.work(now + 3 * DAY)
    for person in people[:2]:
        assert [at for member, at in seen if member == person.pk] == [now + day * DAY for day in (1, 2, 3)]


def test_the_next_letter_waits_until_the_one_before_is_final(people: list[Member], now: dt.datetime) -> None:
    making.publish(TWO, now)
    making.enter(people[0], now)
    assert [message.letter_version.letter.slug for message in Message.objects.all()] == ["one"]
    Message.objects.update(status="sent", finished_at=now)
    making.work(now)
    assert Message.objects.count() == 2


def test_steps_of_many_take_no_more_queries_than_those_of_few(
    now: dt.datetime, db: None, django_assert_max_num_queries: object
) -> None:
    making.publish([{"uid": "call", "kind": "task", "title": "Call {{ member.first_name }}"}], now)
    for number in range(60):
        person = cast.join(f"q{number}", now, quiet=True, first_name="Bo").member
        making.happens(person, making.BEGAN, now)
    while answering.answer(journey.answers, now):
        pass
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        assert execution.advance(now) == 60
    assert Task.objects.filter(title="Call Bo").count() == 60


def test_a_run_that_never_rests_is_set_aside(people: list[Member], now: dt.datetime) -> None:
    making.publish([{"uid": "a", "kind": "task", "title": "x"}, {"uid": "b", "kind": "end"}], now)
    from flows.models import Step

    Step.objects.filter(uid="b").update(
        kind="branch", settings={"if": {"fact": "stage", "op": "exists"}, "then": "a"}
    )
    run = making.enter(people[0], now)
    assert run.parked_at == now
    assert "without a wait" in run.error
    assert not Task.objects.exists()
