"""Real events of Stripe (API versions of 2016–2020, from dj-stripe's tests): twice and shuffled, one end state."""

import datetime as dt
import json
import random
from typing import Any

import pytest

from intake import applying
from intake.models import Delivery
from members.models import Member, Payment, Subscription
from tests.conftest import FIXTURES
from tests.intake import post, register

FOLDER = FIXTURES / "webhooks" / "stripe" / "events_djstripe"
NOW = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason=f"no fixtures in {FOLDER}")


def shipped() -> list[dict[str, Any]]:
    """Those that are whole events; two of them lack an id."""
    found = [json.loads(file.read_text()) for file in sorted(FOLDER.glob("*.json"))]
    return [event for event in found if isinstance(event.get("id"), str)]


def play(events: list[dict[str, Any]], pause: int) -> dict[str, Any]:
    for place, event in enumerate(events, 1):
        assert post.stripe(event).status_code in (200, 202)
        if place % pause == 0:
            applying.apply_waiting(NOW)
    while applying.apply_waiting(NOW):
        pass
    assert not Delivery.objects.filter(status="parked").exists()
    assert not Delivery.objects.filter(status="received").exists()
    return register.dump()


@pytest.fixture
def in_order(till: str) -> dict[str, Any]:
    """What the house knows when each came once, as made."""
    found = play(sorted(shipped(), key=lambda event: int(event["created"])), pause=1000)
    for model in (Delivery, Payment, Subscription, Member):
        model.objects.all().delete()
    return found


@pytest.mark.parametrize("seed", range(3))
def test_twice_and_shuffled_ends_the_same(in_order: dict[str, Any], seed: int) -> None:
    events = shipped() * 2
    random.Random(seed).shuffle(events)
    assert play(events, pause=7) == in_order
    assert len(in_order["members"]) == 1
    assert len(in_order["contracts"]) == 1
