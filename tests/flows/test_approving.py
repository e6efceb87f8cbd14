"""Two people who say yes at once, and a letter that is stopped meanwhile: each letter is decided about once."""

import datetime as dt
import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection

from flows import approving, letting_run, reconciling
from flows.models import Flow
from mail import approving as letters_approving
from mail import outbox
from mail.models import Message
from office.models import AuditEntry, User
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
LETTER = [{"uid": "hello", "kind": "send", "letter": "hello"}]
is_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")


def held(now: dt.datetime, number: int) -> Flow:
    """A flow with so many letters that wait."""
    flow = making.publish(LETTER, now, hold=True)
    for place in range(number):
        making.happens(cast.join(f"p{place}", now, quiet=True).member, making.BEGAN, now)
    making.work(now)
    return flow


def marks(flow: Flow, now: dt.datetime) -> dict[UUID, str]:
    rows = list(letting_run.held(flow).select_related("member", "letter_version__sender"))
    seen = letters_approving.seen(rows, now)
    return {row.uuid: seen[row.pk] for row in rows}


def at_once(*deeds: Callable[[], object]) -> None:
    """All of these in threads of their own."""

    def run(deed: Callable[[], object]) -> None:
        try:
            deed()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_flows_with_waiting_letters_are_counted(db: None, now: dt.datetime) -> None:
    flow = held(now, 3)
    assert approving.waiting() == [approving.Waiting(flow, 3, now)]


def test_a_letter_that_was_stopped_meanwhile_stays_stopped(db: None, now: dt.datetime) -> None:
    flow, by = held(now, 2), User.objects.create(username="bo")
    shown = marks(flow, now)
    outbox.void([Message.objects.order_by("pk")[0].group], "exit", now)
    assert approving.approve(flow, shown, by, now) == approving.Outcome(gone=1, decided=1)
    assert sorted(Message.objects.values_list("status", flat=True)) == ["queued", "skipped"]


def test_what_waited_for_a_person_is_not_overdue_after_the_yes(db: None, now: dt.datetime) -> None:
    flow, by = held(now, 1), User.objects.create(username="bo")
    later = now + dt.timedelta(days=1)
    approving.approve(flow, marks(flow, later), by, later)
    assert Message.objects.get().due_at == later


@pytest.mark.postgres
@pytest.mark.skipif(not is_postgres, reason="on SQLite one writer at a time is all there is")
@pytest.mark.django_db(transaction=True)
def test_two_people_who_say_yes_at_once_send_each_letter_once(now: dt.datetime) -> None:
    flow, by = held(now, 20), User.objects.create(username="bo")
    shown, found = marks(flow, now), list[approving.Outcome]()
    at_once(*[lambda: found.append(approving.approve(flow, shown, by, now)) for _person in range(3)])
    assert sorted((one.gone, one.decided) for one in found) == [(0, 20), (0, 20), (20, 0)]
    assert AuditEntry.objects.filter(deed="flow.letters_approved").count() == 1


@pytest.mark.postgres
@pytest.mark.skipif(not is_postgres, reason="on SQLite one writer at a time is all there is")
@pytest.mark.django_db(transaction=True)
def test_two_people_who_find_out_different_things_do_one_of_them(now: dt.datetime) -> None:
    held(now, 1)
    Message.objects.update(status="unknown", attempts=1, submitted_at=now, unknown_at=now, finished_at=now)
    by, letter = User.objects.create(username="bo"), {Message.objects.get().uuid: 1}
    found: list[int] = []
    at_once(
        lambda: found.append(reconciling.arrived(letter, by, now)),
        lambda: found.append(reconciling.send_again(letter, by, now)),
    )
    assert sorted(found) == [0, 1]
    assert Message.objects.get().status in ("sent", "queued")
