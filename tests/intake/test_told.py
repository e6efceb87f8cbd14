"""What `value.*` and `survey.answered` may say: one wrong item is refused by name, the others are taken."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from intake import applying, events, outcomes
from intake.generic import told
from intake.models import Delivery, Endpoint
from members.models import Event
from tests import cast
from tests.intake import lists

pytestmark = pytest.mark.django_db

GOOD: list[tuple[str, dict[str, Any]]] = [
    ("value.event_attended", {}),
    ("value.saved", {"amount": 4900, "unit": "DKK", "currency": "DKK", "saved": True}),
    ("value.ticket", {"amount": 1, "unit": "ticket", "saved": 12000, "title": "Spring concert"}),
    ("value.hours", {"amount": 0.5, "unit": "hour", "saved": False}),
    ("survey.answered", {}),
    ("survey.answered", {"question": "Would you recommend us?", "score": 10}),
    ("survey.answered", {"answer": "More evenings on Sundays"}),
    ("poll.answered", {"score": "as they like"}),
]
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("value.saved", {"unit": "DKK"}, "data.amount"),
    ("value.saved", {"amount": "49,00", "unit": "DKK"}, "data.amount"),
    ("value.saved", {"amount": True, "unit": "DKK"}, "data.amount"),
    ("value.saved", {"amount": float("inf"), "unit": "DKK"}, "data.amount"),
    ("value.saved", {"amount": 1}, "data.unit"),
    ("value.saved", {"amount": 1, "unit": ""}, "data.unit"),
    ("value.saved", {"amount": 1, "unit": "DKK", "currency": "kr."}, "data.currency"),
    ("value.saved", {"amount": 1, "unit": "DKK", "saved": "much"}, "data.saved"),
    ("value.saved", {"amount": 1, "unit": "DKK", "saved": -5}, "data.saved"),
    ("survey.answered", {"score": 11}, "data.score"),
    ("survey.answered", {"score": "9"}, "data.score"),
    ("survey.answered", {"question": 7}, "data.question"),
    ("survey.answered", {"answer": ["a"]}, "data.answer"),
]


@pytest.mark.parametrize(("kind", "data"), GOOD)
def test_what_is_right_is_taken(kind: str, data: dict[str, Any]) -> None:
    told.check(kind, data)


@pytest.mark.parametrize(("kind", "data", "field"), BAD)
def test_what_is_wrong_is_named(kind: str, data: dict[str, Any], field: str) -> None:
    with pytest.raises(outcomes.NotUnderstood, match=f"^{field}: "):
        told.check(kind, data)


def test_one_wrong_item_of_a_batch_holds_up_nobody(now: dt.datetime) -> None:
    cast.join("a", now)
    said = [(kind, data) for kind, data in GOOD] + [(kind, data) for kind, data, _field in BAD]
    batch = [
        {"id": f"e{place}", "member": "a", "name": kind, "occurred_at": now.isoformat(), "data": data}
        for place, (kind, data) in enumerate(said)
    ]
    tally = events.take(batch, now)
    assert (tally.accepted, sorted(tally.rejected)) == (len(GOOD), list(range(len(GOOD), len(said))))


def test_a_webhook_is_set_aside_and_can_be_replayed(now: dt.datetime) -> None:
    cast.join("a", now)
    door = Endpoint.objects.create(slug="shop", source="generic", secret="-", created_at=now)
    body = {"type": "value.saved", "timestamp": now.isoformat(), "data": {"member": "a", "unit": "DKK"}}
    delivery = Delivery.objects.create(
        endpoint=door, provider_id="w1", kind="value.saved", received_at=now, body=json.dumps(body)
    )
    applying.apply_waiting(now)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.reason.startswith("data.amount: ")) == ("parked", True)
    body["data"] = {"member": "a", "unit": "DKK", "amount": 100}
    Delivery.objects.filter(pk=delivery.pk).update(body=json.dumps(body))
    applying.replay(delivery, now)
    applying.apply_waiting(now)
    assert Event.objects.get(name="value.saved").data == {"unit": "DKK", "amount": 100}


def test_a_list_refuses_the_line_and_takes_the_others(tmp_path: Path, now: dt.datetime) -> None:
    cast.join("a", now - dt.timedelta(days=400))
    rows = [
        ("e1", "a", "value.saved", "2026-02-01", '{"amount": "much", "unit": "DKK"}'),
        ("e2", "a", "value.saved", "2026-02-01", '{"amount": 100, "unit": "DKK"}'),
    ]
    file = lists.write(tmp_path, ("id", "member", "name", "occurred_at", "data"), *rows)
    assert lists.take("events", file)[0] == lists.counts(created=1, refused=1)
