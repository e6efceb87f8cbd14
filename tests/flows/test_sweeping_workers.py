"""Several workers look for the same dates at once: everybody enters once, and nobody is left out."""

import datetime as dt
import threading

import pytest
from django.conf import settings
from django.db import connection

from flows import sweeping
from flows.models import Decision, Enrolment, Sweep
from lifecycle import journey
from members import answering
from members.models import Subscription
from tests import cast
from tests.flows import making

PEOPLE, WORKERS = 40, 4
DAY = dt.timedelta(days=1)
is_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif(not is_postgres, reason="on SQLite one writer at a time is all there is"),
]


def work(now: dt.datetime) -> None:
    """Looks for dates, and answers events of the same members in between, which holds them."""
    try:
        for _pass in range(60):
            sweeping.sweep(now, 7)
            answering.answer(journey.answers, now, 5)
    finally:
        connection.close()


def test_each_moment_is_decided_about_once_whoever_looks(now: dt.datetime) -> None:
    for number in range(PEOPLE):
        member = cast.join(f"p{number}", now, quiet=True).member
        ends = now + 30 * DAY + number * dt.timedelta(minutes=1)
        Subscription.objects.create(
            member=member, source="test", external_id=str(number), current_period_end=ends
        )
        making.happens(member, "poll.answered", now)
    trigger = {"date": "subscription.current_period_end", "offset": "-14d", "at": "09:00"}
    making.publish([{"uid": "rest", "kind": "wait", "for": "30d"}], now, trigger=trigger, reentry="after 1d")
    later = now + 18 * DAY
    workers = [threading.Thread(target=work, args=(later,)) for _number in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Enrolment.objects.count() == Decision.objects.count() == PEOPLE
    assert Enrolment.objects.values("member").distinct().count() == PEOPLE
    assert Sweep.objects.get().swept_to == later
