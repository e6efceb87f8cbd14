"""Other systems tell of a member's whole life: in any order, many times, honestly or not."""

import datetime as dt
import time
from typing import Any

import pytest

from intake import applying
from intake.models import Delivery
from members.models import Event, Member
from tests.intake import post
from tests.intake.conftest import secret as secret  # noqa: PLC0414

NOW = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)


def life(name: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Joined in October, paid for November, gone on the tenth."""
    who = {"external_id": name, "email": f"{name}@example.com", "first_name": "Wim"}
    contract = {
        "external_id": f"s-{name}",
        "member": name,
        "plan": "standard",
        "amount": 4900,
        "currency": "EUR",
    }
    contract["interval"] = "month"
    start, end = "2026-10-01T00:00:00Z", "2026-11-10T00:00:00Z"
    return [
        ("member.signed_up", start, who),
        ("subscription.started", start, {**contract, "status": "active", "started_at": start}),
        ("subscription.renewed", "2026-11-01T00:00:00Z", {**contract, "status": "active"}),
        ("subscription.ended", end, {**contract, "status": "ended", "ended_at": end}),
    ]


def tick() -> None:
    while applying.apply_waiting(NOW):
        pass


@pytest.mark.parametrize(
    "order", ["3012", "0312", "3|012", "0|3|12", "31|0|2", "0123", "3|2|1|0", "00112233"]
)
def test_a_life_told_in_any_order_ends_as_former(secret: str, order: str) -> None:
    for place, what in enumerate(order):
        if what == "|":
            tick()
            continue
        kind, at, data = life("wim")[int(what)]
        answer = post.generic(secret, kind, at, data, ident=f"e{what}")
        assert answer.status_code == (200 if what in order[:place] else 202)
    tick()
    wim = Member.objects.get()
    contract = wim.subscriptions.get()
    assert (wim.stage, wim.status, wim.plan and wim.plan.slug) == ("former", "ended", "standard")
    assert wim.stage_since == dt.datetime(2026, 11, 10, tzinfo=dt.UTC)
    assert contract.started_at == dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
    told = list(Event.objects.exclude(name="stage.entered").order_by("name").values_list("name", flat=True))
    assert told == ["member.signed_up", "subscription.ended", "subscription.renewed", "subscription.started"]
    assert not Delivery.objects.exclude(status="applied").exists()


def test_an_event_told_three_times_counts_once(secret: str) -> None:
    post.generic(secret, *life("wim")[0], ident="e0")
    for _time in range(3):
        post.generic(secret, "poll.answered", "2026-11-20T12:00:00Z", {"member": "wim"}, ident="p1")
        tick()
    assert Event.objects.filter(name="poll.answered").count() == 1


@pytest.mark.parametrize("wrong", ["spoilt", "stale", "early", "another key", "odd", "bare"])
def test_a_forgery_writes_nothing(secret: str, wrong: str) -> None:
    body = (
        b'{"type": "member.signed_up", "timestamp": "2026-11-01T00:00:00Z", "data": {"external_id": "ghost"}}'
    )
    odd = {"webhook-id": "x", "webhook-timestamp": "NaN", "webhook-signature": "v1,\u00e9"}
    answer = {
        "spoilt": lambda: post.signed(secret, body, "g", spoil=b" "),
        "stale": lambda: post.signed(secret, body, "g", stamp=time.time() - 400),
        "early": lambda: post.signed(secret, body, "g", stamp=time.time() + 400),
        "another key": lambda: post.signed("whsec_" + "QUJD" * 8, body, "g"),
        "odd": lambda: post.raw(body, odd),
        "bare": lambda: post.raw(body, {}),
    }[wrong]()
    tick()
    assert answer.status_code == 401
    assert not Delivery.objects.exists()
    assert not Member.objects.exists()
