"""Contracts: whatever order billing tells things in, and however often, the end is the same."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members import merging, subscriptions
from members.models import Event, Member, StageChange, Subscription
from tests import cast
from tests.members import told

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
BEGAN = dt.datetime(2025, 1, 31, 10, tzinfo=dt.UTC)
YEAR_END = dt.datetime(2026, 1, 31, 10, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 3, 2, 22, 30, tzinfo=dt.UTC)
PRICE = {"amount": 90000, "currency": "DKK", "interval": "year"}


@pytest.fixture
def member(db: None) -> Member:
    return cast.join("lone", BEGAN, quiet=True, email="lone@example.com").member


def change(member: Member, name: str, days: int, **fields: Any) -> subscriptions.Change:
    at = BEGAN + days * DAY
    return subscriptions.Change(f"subscription.{name}", member, "house", "s-1", at, f"{name}:{days}", fields)


def state(member: Member) -> dict[str, Any]:
    """What the register says in the end, and what happened, whatever the order it was told in."""
    row = Subscription.objects.values(
        *(
            "status",
            "started_at",
            "current_period_end",
            "cancelled_at",
            "cancel_effective_at",
            "cancel_reason",
        ),
        *("ended_at", "access_ends_at", "amount", "voluntary"),
    ).get()
    who = Member.objects.values("status", "stage", "stage_since", "plan__slug").get(pk=member.pk)
    names = Event.objects.filter(name__startswith="subscription.").values_list("name", "occurred_at")
    return {"row": row, "member": who, "events": sorted(names)}


def plays(member: Member, changes: list[subscriptions.Change]) -> dict[str, Any]:
    """The end of hearing these, rolled back."""
    with transaction.atomic():
        for one in changes:
            subscriptions.apply(one, NOW)
        found = state(member)
        transaction.set_rollback(True)
    return found


STORY: list[tuple[str, int, dict[str, Any]]] = [
    ("started", 0, {**PRICE, "current_period_end": YEAR_END}),
    ("past_due", 10, {}),
    ("renewed", 14, {"current_period_end": YEAR_END}),
    ("changed", 40, {"amount": 45000}),
    ("cancelled", 100, {"cancel_reason": "no time", "cancel_effective_at": YEAR_END}),
    ("resumed", 120, {}),
    ("cancelled", 200, {"cancel_reason": "moved", "cancel_effective_at": YEAR_END}),
    ("ended", 365, {"ended_at": YEAR_END}),
]


@pytest.fixture
def in_order(member: Member) -> dict[str, Any]:
    """How the story ends when each part of it is told once, as it happened."""
    wanted = plays(member, [change(member, name, days, **fields) for name, days, fields in STORY])
    assert wanted["row"]["status"] == "ended"
    assert wanted["row"]["cancel_reason"] == "moved"
    assert wanted["member"]["stage"] == "former"
    return wanted


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(len(STORY))), st.lists(st.integers(0, len(STORY) - 1), max_size=4))
def test_any_order_and_any_repetition_ends_the_same(
    member: Member, in_order: dict[str, Any], order: list[int], again: list[int]
) -> None:
    changes = [change(member, name, days, **fields) for name, days, fields in STORY]
    assert plays(member, [changes[place] for place in [*order, *again]]) == in_order


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_end_wins_against_anything_else_of_the_same_second(member: Member, order: tuple[int, int]) -> None:
    told.say(member, "started", BEGAN)
    both = [change(member, "renewed", 30), change(member, "ended", 30)]
    for place in order:
        subscriptions.apply(both[place], NOW)
    assert Subscription.objects.get().status == "ended"


def test_a_late_older_message_fills_what_is_open_and_disturbs_nothing_newer(member: Member) -> None:
    told.say(member, "changed", BEGAN + 40 * DAY, amount=45000)
    told.say(member, "started", BEGAN, **PRICE)
    row = Subscription.objects.get()
    assert (row.amount, row.currency, row.started_at, row.status) == (45000, "DKK", BEGAN, "active")


def test_a_decision_to_leave_stands_through_a_renewal(member: Member) -> None:
    told.say(member, "started", BEGAN)
    told.say(member, "cancelled", BEGAN + 10 * DAY, cancel_effective_at=YEAR_END)
    told.say(member, "renewed", BEGAN + 20 * DAY)
    row = Subscription.objects.get()
    assert (row.status, row.access_ends_at) == ("cancelled", YEAR_END)


def test_taking_the_decision_back_is_staying(member: Member) -> None:
    told.say(member, "started", BEGAN)
    told.say(member, "cancelled", BEGAN + 10 * DAY, cancel_effective_at=YEAR_END, cancel_reason="price")
    row = told.say(member, "resumed", BEGAN + 20 * DAY)
    assert (row.status, row.cancelled_at, row.access_ends_at, row.cancel_reason) == ("active", None, None, "")


def test_where_billing_stays_silent_the_clock_ends_what_was_cancelled(member: Member) -> None:
    told.say(member, "started", BEGAN)
    told.say(member, "cancelled", BEGAN + 10 * DAY, cancel_effective_at=YEAR_END)
    assert subscriptions.end_lapsed(YEAR_END - dt.timedelta(seconds=1)) == 0
    assert subscriptions.end_lapsed(YEAR_END) == 1
    assert subscriptions.end_lapsed(YEAR_END + DAY) == 0
    row, who = Subscription.objects.get(), Member.objects.get(pk=member.pk)
    assert (row.status, row.ended_at) == ("ended", YEAR_END)
    assert (who.stage, who.stage_since) == ("former", YEAR_END)
    assert Event.objects.get(name="subscription.ended").data == {"by": "clock"}


def test_what_billing_says_after_the_clock_still_counts(member: Member) -> None:
    told.say(member, "started", BEGAN)
    told.say(member, "cancelled", BEGAN + 10 * DAY, cancel_effective_at=YEAR_END)
    subscriptions.end_lapsed(YEAR_END)
    told.say(member, "resumed", BEGAN + 20 * DAY)  # told late: the decision had been taken back in time
    assert Subscription.objects.get().status == "active"
    assert Member.objects.get(pk=member.pk).stage == "onboarding"


def test_a_contract_of_somebody_else_is_refused_and_nothing_is_written(member: Member) -> None:
    told.say(member, "started", BEGAN)
    other = cast.join("per", BEGAN, quiet=True).member
    with pytest.raises(merging.NotTheirs):
        told.say(other, "ended", BEGAN + DAY)
    assert Subscription.objects.get().status == "active"
    assert not Event.objects.filter(member=other, name="subscription.ended").exists()


def test_of_two_live_contracts_none_is_the_only_one(member: Member) -> None:
    assert subscriptions.only_live(member) is None
    first = told.say(member, "started", BEGAN)
    assert subscriptions.only_live(member) == first
    told.say(member, "started", BEGAN, of="s-2")
    assert subscriptions.only_live(member) is None
    told.say(member, "ended", BEGAN + DAY, of="s-2")
    assert subscriptions.only_live(member) == first


def test_leaving_one_of_two_contracts_is_not_leaving(member: Member) -> None:
    told.say(member, "started", BEGAN)
    told.say(member, "started", BEGAN, of="s-2")
    told.say(member, "ended", BEGAN + DAY)
    assert Member.objects.get(pk=member.pk).stage == "onboarding"
    assert list(StageChange.objects.values_list("kind", flat=True)) == ["joined"]
