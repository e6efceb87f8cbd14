"""Any order and any duplication of what arrives ends in the same state (invariant 11 of the quality promises)."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake import applying
from intake.models import Delivery, Endpoint
from members import subscriptions
from tests.intake import register

NOW = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
TICK = "tick"

Message = tuple[str, str, dict[str, Any]]


def contract(name: str, **said: Any) -> dict[str, Any]:
    return {"external_id": name, "member": "wim", **said}


WIM = {"external_id": "wim", "email": "wim@example.com", "first_name": "Wim"}
PRICE = {"plan": "standard", "amount": 4900, "currency": "EUR", "interval": "month"}
PAID = {"external_id": "p-1", "member": "wim", "subscription": "s-1", "amount": 4900, "currency": "EUR"}
JOINED: list[Message] = [
    ("member.signed_up", "2025-01-01T10:00:00Z", WIM),
    ("member.updated", "2025-02-01T10:00:00Z", {"external_id": "wim", "last_name": "Kok", "country": "nl"}),
    ("member.updated", "2025-03-01T10:00:00Z", {"external_id": "wim", "last_name": "Bakker"}),
    ("poll.answered", "2025-03-02T10:00:00Z", {"member": "wim", "answer": 4}),
]
WAVERING: list[Message] = [
    ("subscription.started", "2025-01-02T10:00:00Z", contract("s-1", **PRICE)),
    ("subscription.renewed", "2025-02-02T10:00:00Z", contract("s-1", current_period_end="2025-03-02")),
    (
        "subscription.cancelled",
        "2025-02-05T10:00:00Z",
        contract("s-1", effective_at="2025-03-02", reason="price"),
    ),
    (
        "subscription.cancelled",
        "2025-02-06T10:00:00Z",
        contract("s-1", effective_at="2025-03-02", reason="time"),
    ),
    ("subscription.resumed", "2025-02-10T10:00:00Z", contract("s-1")),
    ("subscription.past_due", "2025-03-02T10:00:00Z", contract("s-1")),
    ("subscription.renewed", "2025-03-04T10:00:00Z", contract("s-1", status="active")),
    ("subscription.cancel_scheduled", "2025-03-10T10:00:00Z", contract("s-1", effective_at="2025-04-02")),
    ("subscription.ended", "2025-04-02T00:00:00Z", contract("s-1", ended_at="2025-04-02")),
]
BACK: list[Message] = [
    ("subscription.started", "2025-12-01T00:00:00Z", contract("s-2", **PRICE)),
    ("subscription.paused", "2026-01-01T00:00:00Z", contract("s-2")),
]
SAME_BACK: list[Message] = [("subscription.started", "2025-06-01T00:00:00Z", contract("s-1", **PRICE))]
MONEY: list[Message] = [
    ("payment.failed", "2025-03-02T10:00:00Z", PAID),
    ("payment.succeeded", "2025-03-04T10:00:00Z", PAID),
    ("payment.refunded", "2025-03-09T10:00:00Z", {**PAID, "amount": 1000}),
]
LIVES = {
    "stays": JOINED + WAVERING[:1] + MONEY,
    "wavers": JOINED + WAVERING[:5],
    "leaves": JOINED + WAVERING + MONEY,
    "is ended by the clock": JOINED[:1] + WAVERING[:4],
    "returns": JOINED[:1] + WAVERING + BACK,
    "returns to the same contract": JOINED[:1] + WAVERING + SAME_BACK,
}


quick = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
long = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TOLD_IN_ORDER: dict[str, dict[str, Any]] = {}


@pytest.mark.parametrize("name", LIVES)
@quick
@given(chaos=st.data())
def test_any_order_ends_the_same(db: None, name: str, chaos: st.DataObject) -> None:
    shuffled(name, chaos, hasty=False)


@pytest.mark.parametrize("name", LIVES)
@quick
@given(chaos=st.data())
def test_a_clock_that_acts_on_half_the_news_is_set_right(db: None, name: str, chaos: st.DataObject) -> None:
    shuffled(name, chaos, hasty=True)


@pytest.mark.faults
@pytest.mark.parametrize("name", LIVES)
@long
@given(chaos=st.data())
def test_a_hundred_orders_end_the_same(db: None, name: str, chaos: st.DataObject) -> None:
    shuffled(name, chaos, hasty=chaos.draw(st.booleans()))


def shuffled(name: str, chaos: st.DataObject, *, hasty: bool) -> None:
    messages = list(enumerate(LIVES[name]))
    doubles = chaos.draw(st.lists(st.sampled_from(messages), max_size=3))
    order = chaos.draw(st.permutations([*messages, *doubles, *[TICK] * 3]))
    found = outcome(order, hasty=hasty)
    if name not in TOLD_IN_ORDER:
        TOLD_IN_ORDER[name] = outcome(list(messages))
    expected = dict(TOLD_IN_ORDER[name])
    if hasty:  # an end that the clock wrote too early stays in the timeline
        del found["events"], expected["events"]
    assert found == expected


def outcome(order: list[Any], *, hasty: bool = False) -> dict[str, Any]:
    """The state after these arrivals, then forgotten again. Hasty: the clock ends contracts at each tick."""
    with transaction.atomic():
        door = Endpoint.objects.create(slug="shop", source="generic", secret="", created_at=NOW)
        for item in order:
            if item == TICK:
                tick(hasty)
            else:
                arrive(door, *item)
        tick(hasty)
        subscriptions.end_lapsed(NOW)
        assert not Delivery.objects.exclude(status="applied").exists()
        found = register.dump()
        transaction.set_rollback(True)
    return found


def arrive(door: Endpoint, number: int, message: Message) -> None:
    kind, at, data = message
    body = json.dumps({"type": kind, "timestamp": at, "data": data})
    Delivery.objects.get_or_create(
        endpoint=door, provider_id=f"e-{number}", defaults={"kind": kind, "received_at": NOW, "body": body}
    )


def tick(hasty: bool) -> None:
    while applying.apply_waiting(NOW):
        pass
    if hasty:
        subscriptions.end_lapsed(NOW)
