"""Several workers share what arrived: each message once, whoever takes it, whatever they hold meanwhile."""

import datetime as dt
import json
import threading

import pytest
from django.conf import settings
from django.db import connection

from intake import applying, endpoints
from intake.models import Delivery, Endpoint
from members.models import Event, Member

NOW = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
PEOPLE, WORKERS = 6, 4
is_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif(not is_postgres, reason="on SQLite one writer at a time is all there is"),
]


def arrive() -> None:
    endpoints.create("shop", "generic", NOW)
    door, told = Endpoint.objects.get(), []
    for number in range(PEOPLE):
        name, sub = f"p-{number}", {"member": f"p-{number}", "external_id": f"s-{number}"}
        at = "2026-11-01T00:00:00Z"
        told += [
            ("subscription.ended", "2026-11-10T00:00:00Z", sub),
            ("poll.answered", at, {"member": name}),
            ("member.signed_up", at, {"external_id": name, "first_name": name}),
            ("subscription.started", at, {**sub, "plan": "gold"}),
            ("subscription.renewed", "2026-11-05T00:00:00Z", sub),
        ]
    Delivery.objects.bulk_create(
        Delivery(
            endpoint=door,
            provider_id=str(number),
            received_at=NOW,
            body=json.dumps({"type": kind, "timestamp": at, "data": data}),
        )
        for number, (kind, at, data) in enumerate(told)
    )


def work() -> None:
    try:
        for _pass in range(40):
            applying.apply_waiting(NOW, limit=3)
    finally:
        connection.close()


def test_each_arrival_is_applied_once_by_whichever_worker() -> None:
    arrive()
    workers = [threading.Thread(target=work) for _number in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    while applying.apply_waiting(NOW):
        pass
    assert set(Delivery.objects.values_list("status", "reason")) == {("applied", "")}
    assert set(Member.objects.values_list("stage", "status")) == {("former", "ended")}
    assert Event.objects.exclude(name="stage.entered").count() == PEOPLE * 5
