"""The first ten letters of a new flow wait for a person, and nothing more leaves before the yes."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from flows import execution, letting_run, publishing
from flows.models import Enrolment, Flow
from mail.models import Message
from members.models import Member
from office.models import AuditEntry, User
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
LETTER = [{"uid": "hello", "kind": "send", "letter": "hello"}, {"uid": "rest", "kind": "wait", "for": "90d"}]
is_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")


@pytest.fixture
def bo(db: None) -> User:
    return User.objects.create(username="bo")


def publish(by: User | None, now: dt.datetime, **over: Any) -> Flow:
    steps = over.pop("steps", LETTER)
    definition = making.definition(steps, **over)
    return publishing.publish(definition, now, by=by, without_face=True)[0].flow


def come(number: int, at: dt.datetime, first: int = 0) -> list[Member]:
    people = [cast.join(f"p{first + place}", at, quiet=True).member for place in range(number)]
    for person in people:
        making.happens(person, making.BEGAN, at)
    making.work(at)
    return people


def statuses() -> dict[str, int]:
    found: dict[str, int] = {}
    for status in Message.objects.values_list("status", flat=True):
        found[status] = found.get(status, 0) + 1
    return found


def test_ten_letters_are_kept_and_then_it_asks(bo: User, now: dt.datetime) -> None:
    flow = publish(bo, now)
    come(9, now)
    assert statuses() == {"held": 9}
    flow.refresh_from_db()
    assert (flow.letters_to_hold, flow.asks_to_run_at) == (1, None)
    come(4, now + DAY, first=9)
    assert statuses() == {"held": 10}
    flow.refresh_from_db()
    assert (flow.letters_to_hold, flow.asks_to_run_at) == (0, now + DAY)
    assert Enrolment.objects.filter(awaits=letting_run.YES, due_at=None).count() == 3


def test_a_yes_lets_everything_go_and_is_written_down(bo: User, now: dt.datetime) -> None:
    flow = publish(bo, now)
    come(12, now)
    assert letting_run.let_run(flow, bo, now + DAY) == letting_run.Outcome(letters=10, too_late=0, members=2)
    making.work(now + DAY)
    assert statuses() == {"queued": 12}
    assert AuditEntry.objects.get(deed="flow.let_run").user == bo
    come(1, now + 2 * DAY, first=12)
    assert statuses() == {"queued": 13}
    assert letting_run.let_run(flow, bo, now + DAY) == letting_run.Outcome(0, 0, 0)
    assert AuditEntry.objects.filter(deed="flow.let_run").count() == 1


def test_it_may_be_let_run_before_it_asks(bo: User, now: dt.datetime) -> None:
    flow = publish(bo, now)
    come(2, now)
    assert letting_run.let_run(flow, bo, now).letters == 2
    come(20, now, first=2)
    assert statuses() == {"queued": 22}


def test_what_became_late_meanwhile_is_not_sent(bo: User, now: dt.datetime) -> None:
    flow = publish(bo, now)
    come(2, now)
    come(1, now + 3 * DAY, first=2)
    outcome = letting_run.let_run(flow, bo, now + 4 * DAY)
    assert (outcome.letters, outcome.too_late) == (1, 2)
    assert set(Message.objects.filter(status="skipped").values_list("reason", flat=True)) == {"too_late"}


def test_letters_can_be_thrown_away_one_by_one(bo: User, now: dt.datetime) -> None:
    flow = publish(bo, now)
    come(3, now)
    other = making.publish(LETTER, now, slug="other", hold=True, trigger={"event": "other.began"})
    making.happens(cast.join("else", now, quiet=True).member, "other.began", now)
    making.work(now)
    everything = list(Message.objects.order_by("pk").values_list("uuid", flat=True))
    assert letting_run.discard(flow, everything[:1], bo, now) == 1
    assert letting_run.discard(flow, everything, bo, now) == 2
    assert Message.objects.get(status="held").group == f"flow:{Enrolment.objects.get(flow=other).pk}"
    assert set(Message.objects.filter(status="skipped").values_list("reason", flat=True)) == {"discarded"}
    assert AuditEntry.objects.filter(deed="flow.letters_discarded").count() == 2


def test_a_second_version_asks_nobody_again(bo: User, now: dt.datetime) -> None:
    flow = publish(bo, now)
    letting_run.let_run(flow, bo, now)
    publish(bo, now, name="Changed")
    flow.refresh_from_db()
    assert flow.letters_to_hold == 0


@pytest.mark.parametrize(
    ("by_person", "over"), [(False, {}), (True, {"purpose": "transactional", "topic": None}), (True, {"hold": True})]
)  # fmt: skip
def test_what_is_not_made_in_the_editor_or_cannot_wait_is_free(
    bo: User, now: dt.datetime, by_person: bool, over: dict[str, Any]
) -> None:
    flow = publish(bo if by_person else None, now, **over)
    come(1, now)
    assert (flow.letters_to_hold, flow.asks_to_run_at) == (0, None)
    assert statuses() == ({"held": 1} if over.get("hold") else {"queued": 1})


@pytest.mark.postgres
@pytest.mark.skipif(not is_postgres, reason="on SQLite one writer at a time is all there is")
@pytest.mark.django_db(transaction=True)
def test_ten_are_ten_however_many_workers_write(now: dt.datetime) -> None:
    publish(User.objects.create(username="bo"), now)
    Flow.objects.update(letters_to_hold=0)
    steps = [{"uid": "first", "kind": "wait", "for": "1d"}, *LETTER]
    publish(None, now, steps=steps)
    come(30, now)
    Flow.objects.update(letters_to_hold=10)

    def work() -> None:
        try:
            for _pass in range(12):
                execution.advance(now + 2 * DAY, 4)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    while execution.advance(now + 2 * DAY):
        pass
    assert statuses() == {"held": 10}
    assert Enrolment.objects.filter(awaits=letting_run.YES).count() == 20
