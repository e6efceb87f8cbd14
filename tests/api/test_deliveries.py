"""Messages to other systems arrive at least once, signed, are tried again for days, and trouble nobody else."""

import datetime as dt
import json
import threading
import uuid
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from api import deliveries, endpoints, receipts
from api.models import Delivery, Endpoint
from office.models import AuditEntry
from tests.api import hooks

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR, DAY = (dt.timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


@pytest.fixture(autouse=True)
def _development(settings: LazySettings) -> None:
    settings.WEBHOOKS_ALLOW_PRIVATE = True


@pytest.fixture
def hook() -> Iterator[hooks.Hook]:
    with hooks.listening() as server:
        yield server


@pytest.fixture
def shared(hook: hooks.Hook, now: dt.datetime) -> str:
    """The secret of the endpoint `crm`."""
    return endpoints.create("crm", hook.url, now)[1]


@pytest.fixture
def crm(shared: str) -> Endpoint:
    return Endpoint.objects.get(slug="crm")


def tell(endpoint: Endpoint, now: dt.datetime, key: str = "k", about: uuid.UUID | None = None) -> Delivery:
    endpoint.refresh_from_db()
    deliveries.queue([deliveries.Draft(key, endpoint, "club.waved", {"who": "Østergård"}, about)], now)
    return Delivery.objects.get(key=key)


def work(now: dt.datetime) -> int:
    done = 0
    while more := deliveries.send_due(now):
        done += more
    return done


def test_a_message_arrives_as_standard_webhooks_has_it(
    hook: hooks.Hook, crm: Endpoint, shared: str, now: dt.datetime
) -> None:
    row = tell(crm, now)
    assert work(now) == 1
    (headers, body) = hook.got[0]
    said = Webhook(shared).verify(body, {name.lower(): value for name, value in headers.items()})
    assert said == {"type": "club.waved", "timestamp": "2026-03-02T22:30:00Z", "data": {"who": "Østergård"}}
    assert json.loads(body) == said
    assert headers["webhook-id"] == row.ident
    assert headers["Content-Type"] == "application/json"
    row.refresh_from_db()
    assert (row.status, row.code, row.attempts, row.finished_at) == ("delivered", 204, 1, now)


def test_the_same_key_is_one_message(hook: hooks.Hook, crm: Endpoint, now: dt.datetime) -> None:
    tell(crm, now)
    tell(crm, now)
    work(now)
    assert len(hook.got) == 1


def test_a_new_secret_signs_beside_the_former(
    hook: hooks.Hook, crm: Endpoint, shared: str, now: dt.datetime
) -> None:
    new = endpoints.rotate(crm)
    tell(crm, now)
    work(now)
    (headers, body) = hook.got[0]
    plain = {name.lower(): value for name, value in headers.items()}
    assert Webhook(shared).verify(body, plain) == Webhook(new).verify(body, plain)


def test_it_is_tried_again_on_the_schedule_of_the_specification_under_one_id(
    hook: hooks.Hook, crm: Endpoint, now: dt.datetime
) -> None:
    hook.answers = [500]
    row = tell(crm, now)
    moment, waited = now, []
    for _ in range(20):
        work(moment)
        row.refresh_from_db()
        if row.status != "queued":
            break
        waited.append(row.due_at - moment)
        work(row.due_at - SECOND)
        moment = row.due_at
    assert row.status == "failed"
    assert len(hook.got) == row.attempts == 10
    assert len({headers["webhook-id"] for headers, _body in hook.got}) == 1
    least = [
        5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR,
    ]  # fmt: skip
    assert all(
        planned <= real <= planned * (1 + receipts.JITTER)
        for planned, real in zip(least, waited, strict=True)
    )
    assert moment - now >= 75 * HOUR


def test_one_that_arrives_late_is_done_and_the_endpoint_is_well(
    hook: hooks.Hook, crm: Endpoint, now: dt.datetime
) -> None:
    hook.answers = [503, 204]
    row = tell(crm, now)
    work(now)
    crm.refresh_from_db()
    assert crm.failing_since == now
    work(now + 5 * MINUTE)
    row.refresh_from_db()
    crm.refresh_from_db()
    assert (row.status, row.attempts, crm.failing_since, crm.rests_until) == ("delivered", 2, None, None)


def test_who_asks_to_be_left_alone_is(hook: hooks.Hook, crm: Endpoint, now: dt.datetime) -> None:
    hook.answers, hook.headers = [429], {"Retry-After": "900"}
    row = tell(crm, now)
    work(now)
    other = tell(crm, now, "other")
    assert work(now + 14 * MINUTE) == 0
    row.refresh_from_db()
    assert row.due_at >= now + 15 * MINUTE
    work(now + 15 * MINUTE)
    other.refresh_from_db()
    assert other.attempts == 1


def test_one_that_is_gone_is_switched_off_at_once(hook: hooks.Hook, crm: Endpoint, now: dt.datetime) -> None:
    hook.answers = [410]
    gone, waiting = tell(crm, now), tell(crm, now + DAY, "later")
    Delivery.objects.filter(pk=waiting.pk).update(due_at=now + DAY)
    work(now)
    for row in (gone, waiting, crm):
        row.refresh_from_db()
    assert (gone.status, waiting.status, crm.disabled_at) == ("failed", "dropped", now)
    assert "410" in crm.disabled_because
    assert AuditEntry.objects.get().deed == "outgoing_webhook.disabled"
    assert tell(crm, now, "after").status == "dropped"


def test_one_that_fails_for_days_is_switched_off_and_one_that_answers_now_and_then_is_not(
    hook: hooks.Hook, crm: Endpoint, now: dt.datetime
) -> None:
    hook.answers = [500]
    for day in range(5):
        tell(crm, now + day * DAY, f"k{day}")
        work(now + day * DAY)
    crm.refresh_from_db()
    assert crm.disabled_at is None
    hook.answers = [204, 500]
    work(now + 4 * DAY + HOUR)
    for day in range(5, 9):
        tell(crm, now + day * DAY, f"k{day}")
        work(now + day * DAY)
    crm.refresh_from_db()
    assert crm.disabled_at is None
    work(now + 10 * DAY)
    crm.refresh_from_db()
    assert crm.disabled_at == now + 10 * DAY


def test_a_worker_that_died_loses_nothing(hook: hooks.Hook, crm: Endpoint, now: dt.datetime) -> None:
    row = tell(crm, now)
    past = timezone.now() - MINUTE
    Delivery.objects.update(status="claimed", lease=uuid.uuid4(), leased_until=past, attempts=1)
    work(now)
    row.refresh_from_db()
    assert (row.status, row.attempts, len(hook.got)) == ("delivered", 2, 1)


def test_what_another_worker_holds_is_left_to_it(hook: hooks.Hook, crm: Endpoint, now: dt.datetime) -> None:
    tell(crm, now)
    soon = timezone.now() + MINUTE
    Delivery.objects.update(status="claimed", lease=uuid.uuid4(), leased_until=soon)
    assert work(now + DAY) == 0
    assert not hook.got


def test_what_was_sent_can_be_sent_again_under_its_id(
    hook: hooks.Hook, crm: Endpoint, now: dt.datetime
) -> None:
    row = tell(crm, now)
    work(now)
    assert deliveries.resend([row], now + DAY) == 1
    work(now + DAY)
    assert [headers["webhook-id"] for headers, _body in hook.got] == [row.ident] * 2


def test_who_is_forgotten_is_forgotten_here_too(hook: hooks.Hook, crm: Endpoint, now: dt.datetime) -> None:
    anna = uuid.uuid4()
    sent = tell(crm, now, "sent", about=anna)
    work(now)
    unsent = tell(crm, now, "unsent", about=anna)
    deliveries.forget([anna], now)
    for row in (sent, unsent):
        row.refresh_from_db()
        assert row.body == ""
    assert (sent.status, unsent.status) == ("delivered", "dropped")
    assert deliveries.resend([sent, unsent], now) == 0
    assert work(now + DAY) == 0


def test_old_messages_go_and_those_on_their_way_stay(
    hook: hooks.Hook, crm: Endpoint, now: dt.datetime
) -> None:
    tell(crm, now, "done")
    work(now)
    tell(crm, now, "waits")
    assert deliveries.forget_old(now + 89 * DAY) == 0
    assert deliveries.forget_old(now + 91 * DAY) == 1
    assert [row.key for row in Delivery.objects.all()] == ["waits"]


def test_many_go_side_by_side_and_claiming_does_not_ask_for_each(
    hook: hooks.Hook, crm: Endpoint, now: dt.datetime, django_assert_max_num_queries: object
) -> None:
    for number in range(deliveries.BATCH):
        tell(crm, now, f"k{number}")
    with django_assert_max_num_queries(14 + deliveries.BATCH):  # type: ignore[operator]
        assert deliveries.send_due(now) == deliveries.BATCH
    assert len(hook.got) == deliveries.BATCH


def test_one_that_has_many_does_not_hold_up_another(
    hook: hooks.Hook, crm: Endpoint, now: dt.datetime
) -> None:
    for number in range(30):
        tell(crm, now, f"many{number}")
    with hooks.listening() as other:
        shop = endpoints.create("shop", other.url, now)[0]
        tell(shop, now + MINUTE, "one")
        deliveries.send_due(now + MINUTE)
        assert len(other.got) == 1
    assert 0 < len(hook.got) < 30


def test_one_that_rests_is_left_in_peace(hook: hooks.Hook, crm: Endpoint, now: dt.datetime) -> None:
    tell(crm, now)
    Endpoint.objects.update(rests_until=now + HOUR)
    assert work(now) == 0
    assert work(now + HOUR) == 1


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_send_each_message_once(
    hook: hooks.Hook, crm: Endpoint, now: dt.datetime
) -> None:
    keys = [f"k{number}" for number in range(40)]
    deliveries.queue([deliveries.Draft(key, crm, "club.waved", {"key": key}) for key in keys], now)

    def worker() -> None:
        try:
            work(now)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    work(now)
    assert [row.error for row in Delivery.objects.exclude(error="")] == []
    got = sorted(json.loads(body)["data"]["key"] for _headers, body in hook.got)
    assert got == sorted(keys)
    assert set(Delivery.objects.values_list("status", "attempts")) == {("delivered", 1)}
