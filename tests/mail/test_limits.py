"""Several workers send to the same members at once, and nobody gets more than the limit."""

import datetime as dt
import threading

import pytest
from django.conf import settings
from django.db import connection, transaction

from lifecycle.invariants import limits
from lifecycle.invariants.lines import Moment
from mail import arbitration, claiming, outbox
from mail.models import Message
from members.models import Event, Member
from tests import cast
from tests.mail import letters

NOW = dt.datetime(2026, 3, 3, 11, tzinfo=dt.UTC)
PEOPLE, WORKERS, ROUNDS = 3, 3, 8
PURPOSES = ("ask", "value", "value", "ask", "onboarding", "dunning")
is_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif(not is_postgres, reason="on SQLite one writer at a time is all there is"),
]


def join(number: int) -> Member:
    member = cast.join(f"p-{number}", NOW, email=f"p{number}@example.com", locale="en").member
    Event.objects.update(handled_at=NOW)
    return member


def work(number: int) -> None:
    try:
        for turn in range(ROUNDS):  # their clocks differ a little, and each takes a few letters at a time
            outbox.send_due(NOW + dt.timedelta(seconds=turn, milliseconds=200 * number), limit=3)
    finally:
        connection.close()


def test_workers_together_keep_the_limit_of_each_member() -> None:
    letters.rule(NOW, caps=[{"letters": 2, "within": "7d"}])
    for number in range(PEOPLE):
        member = join(number)
        for place, purpose in enumerate(PURPOSES):
            letters.due(member, NOW + dt.timedelta(seconds=number % 3 + place), purpose, valid=3)
    workers = [threading.Thread(target=work, args=(number,)) for number in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    letters.send(NOW + dt.timedelta(seconds=ROUNDS + 1))
    for member in Member.objects.all():
        sent = Message.objects.filter(member=member, status="sent")
        assert sent.exclude(purpose="dunning").count() == 2
        assert sent.filter(purpose="dunning").count() == 1
    assert list(limits.passed(Moment(NOW))) == []
    assert not Message.objects.filter(status__in=("queued", "claimed", "submitting", "failed")).exists()


def test_a_worker_waits_for_what_another_decides_about_the_same_member() -> None:
    """The other has decided and not said so yet; a letter that came since weighs more, and must still wait."""
    letters.rule(NOW, caps=[{"letters": 1, "within": "7d"}])
    member = join(1)
    ask, found = letters.due(member, NOW, "ask"), {}
    decided = threading.Event()

    def decide() -> None:
        try:
            _lease, claimed = claiming.claim(NOW + dt.timedelta(seconds=1), 10)
            found.update(arbitration.decide(claimed, NOW + dt.timedelta(seconds=1)))
        finally:
            decided.set()
            connection.close()

    _lease, claimed = claiming.claim(NOW, 10)
    with transaction.atomic():
        assert arbitration.decide(claimed, NOW)[ask.pk] == arbitration.Verdict()
        other = threading.Thread(target=queue_and, args=(member, decide))
        other.start()
        decided.wait(0.5)  # without the lock it would decide here, not knowing of ours
    other.join()
    value = Message.objects.get(purpose="value")
    assert found[value.pk].reason.startswith("postponed: cap 1/7d")


def queue_and(member: Member, then: object) -> None:
    letters.due(member, NOW, "value", valid=20)
    then()  # type: ignore[operator]
