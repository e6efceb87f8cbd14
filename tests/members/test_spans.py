"""What a contract was worth, and when, follows from what was told of it, in whatever order."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from members import contract_terms, plans, spans, subscriptions
from members.models import Member, Span, Subscription
from tests.members.contracts import MONTHLY, NOW, YEARLY, day, ida, tell
from tests.members.contracts import spans as told

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("amount", "interval", "count", "worth"),
    [
        (10000, "month", 1, 10000),
        (90000, "year", 1, 7500),
        (90000, "year", 2, 3750),
        (10000, "month", 3, 3333),
        (1200, "week", 1, 5200),
        (100, "day", 1, 3042),
        (6, "day", 1, 182),  # 182.5: halves to the even one
        (18, "year", 1, 2),  # 1.5
        (30, "year", 1, 2),  # 2.5
    ],
)
def test_an_amount_per_interval_is_worth_so_much_per_month(
    amount: int, interval: str, count: int, worth: int
) -> None:
    assert contract_terms.per_month(amount, interval, count) == worth


def test_a_renewal_splits_nothing() -> None:
    member = ida()
    tell(member, "started", "2025-01-01", **MONTHLY)
    for month in ("2025-02-01", "2025-03-01"):
        tell(member, "renewed", month, **MONTHLY)
    assert told(member) == [("paid", "2025-01-01", "", 10000)]


def test_a_new_price_plan_or_interval_begins_a_span() -> None:
    member = ida()
    tell(member, "started", "2025-01-01", plan=plans.named("full"), **MONTHLY)
    tell(member, "renewed", "2025-02-01", amount=12000)
    tell(member, "changed", "2025-03-01", plan=plans.named("passive"))
    tell(member, "changed", "2025-04-01", **YEARLY)
    assert told(member) == [
        ("paid", "2025-01-01", "2025-02-01", 10000),
        ("paid", "2025-02-01", "2025-03-01", 12000),
        ("paid", "2025-03-01", "2025-04-01", 12000),
        ("paid", "2025-04-01", "", 7500),
    ]
    named = Span.objects.order_by("starts_at").values_list("plan__slug", flat=True)
    assert list(named) == ["full", "full", "passive", "passive"]


def test_a_trial_is_worth_nothing_until_its_day() -> None:
    member = ida()
    tell(member, "started", "2025-01-01", trial_ends_at=day("2025-01-15"), status="trialing", **MONTHLY)
    assert told(member) == [
        ("trial", "2025-01-01", "2025-01-15", 0),
        ("paid", "2025-01-15", "", 10000),
    ]


def test_a_trial_without_a_day_lasts_until_it_is_converted() -> None:
    member = ida()
    tell(member, "started", "2025-01-01", status="trialing", **MONTHLY)
    assert told(member) == [("trial", "2025-01-01", "", 0)]
    tell(member, "changed", "2025-01-20", status="active")
    assert told(member) == [
        ("trial", "2025-01-01", "2025-01-20", 0),
        ("paid", "2025-01-20", "", 10000),
    ]


def test_a_trial_that_was_left_was_never_worth_anything() -> None:
    member = ida()
    tell(member, "started", "2025-01-01", trial_ends_at=day("2025-01-15"), **MONTHLY)
    tell(member, "cancelled", "2025-01-05", cancel_effective_at=day("2025-01-15"))
    tell(member, "ended", "2025-01-15")
    assert told(member) == [("trial", "2025-01-01", "2025-01-15", 0)]


def test_a_pause_is_worth_nothing_and_ends_nothing() -> None:
    member = ida()
    tell(member, "started", "2025-01-01", **MONTHLY)
    tell(member, "paused", "2025-02-01")
    tell(member, "resumed", "2025-03-01")
    assert told(member) == [
        ("paid", "2025-01-01", "2025-02-01", 10000),
        ("paused", "2025-02-01", "2025-03-01", 0),
        ("paid", "2025-03-01", "", 10000),
    ]


def test_who_is_leaving_counts_until_access_ends() -> None:
    member = ida()
    tell(member, "started", "2025-01-01", **MONTHLY)
    tell(member, "cancelled", "2025-02-05", cancel_effective_at=day("2025-04-01"))
    assert told(member) == [("paid", "2025-01-01", "2025-04-01", 10000)]
    tell(member, "resumed", "2025-02-10")
    assert told(member) == [("paid", "2025-01-01", "", 10000)]


def test_an_end_by_the_clock_that_was_too_early_leaves_no_gap() -> None:
    member = ida()
    tell(member, "started", "2025-01-01", **MONTHLY)
    tell(member, "cancelled", "2025-02-05", cancel_effective_at=day("2025-03-01"))
    assert subscriptions.end_lapsed(NOW) == 1
    assert told(member) == [("paid", "2025-01-01", "2025-03-01", 10000)]
    tell(member, "resumed", "2025-02-20")
    assert told(member) == [("paid", "2025-01-01", "", 10000)]


def test_a_contract_that_is_taken_up_again_has_two_lives() -> None:
    member = ida()
    tell(member, "started", "2025-01-01", **MONTHLY)
    tell(member, "ended", "2025-03-01")
    tell(member, "started", "2025-06-01", **{**MONTHLY, "amount": 8000})
    assert told(member) == [
        ("paid", "2025-01-01", "2025-03-01", 10000),
        ("paid", "2025-06-01", "", 8000),
    ]


def test_a_start_that_lies_ahead_is_worth_nothing_today() -> None:
    member = ida()
    tell(member, "started", "2025-01-01", started_at=day("2027-01-01"), **MONTHLY)
    assert told(member) == [("paid", "2027-01-01", "", 10000)]


def test_a_contract_of_a_list_counts_from_its_start() -> None:
    member = ida()
    row = Subscription.objects.create(
        member=member, source="house", external_id="x", started_at=day("2024-05-01"), status="ended",
        ended_at=day("2025-05-01"), **YEARLY,
    )  # fmt: skip
    assert spans.rebuild([row.pk]) == 1
    assert told(member) == [("paid", "2024-05-01", "2025-05-01", 7500)]


def test_an_unknown_price_is_worth_nothing() -> None:
    member = ida()
    tell(member, "started", "2025-01-01")
    assert told(member) == [("paid", "2025-01-01", "", 0)]


def test_building_anew_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    member = ida()
    tell(member, "started", "2025-01-01", plan=plans.named("full"), **MONTHLY)
    tell(member, "paused", "2025-02-01")
    before = list(Span.objects.values_list("pk", flat=True))
    call_command("rebuild_spans")
    assert list(Span.objects.values_list("pk", flat=True)) == before
    Span.objects.all().delete()
    call_command("rebuild_spans")
    assert capsys.readouterr().out == "changed=0\nchanged=1\n"
    assert told(member) == [("paid", "2025-01-01", "2025-02-01", 10000), ("paused", "2025-02-01", "", 0)]


def test_many_contracts_take_as_many_queries_as_one(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(30):
        tell(
            ida(name=f"m{number}"), "started", "2025-01-01", f"c{number}", plan=plans.named("full"), **MONTHLY
        )
    Span.objects.all().delete()
    with django_assert_max_num_queries(9):
        assert spans.rebuild(Subscription.objects.values_list("pk", flat=True)) == 30


def test_the_spans_of_an_erased_member_stay_and_only_end() -> None:
    member = ida()
    tell(member, "started", "2025-01-01", **MONTHLY)
    tell(member, "renewed", "2025-02-01", amount=12000)
    Member.objects.filter(pk=member.pk).update(erased_at=NOW)
    member.events.update(data={})
    tell(member, "ended", "2025-06-01")
    assert told(member) == [
        ("paid", "2025-01-01", "2025-02-01", 10000),
        ("paid", "2025-02-01", "2025-06-01", 12000),
    ]


HISTORIES: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "wavers": [
        ("started", "2025-01-01", {"trial_ends_at": day("2025-01-15"), **MONTHLY}),
        ("renewed", "2025-02-01", {"current_period_end": day("2025-03-01")}),
        ("cancelled", "2025-02-05", {"cancel_effective_at": day("2025-03-01")}),
        ("cancelled", "2025-02-06", {"cancel_effective_at": day("2025-04-01")}),
        ("resumed", "2025-02-10", {}),
        ("changed", "2025-03-05", {"amount": 12000}),
        ("paused", "2025-04-01", {}),
    ],
    "leaves and returns": [
        ("started", "2025-01-01", MONTHLY),
        ("cancelled", "2025-02-05", {"cancel_effective_at": day("2025-03-01")}),
        ("ended", "2025-03-01", {}),
        ("started", "2025-06-01", YEARLY),
        ("past_due", "2025-07-01", {}),
        ("ended", "2025-09-01", {"ended_at": day("2025-08-31")}),
    ],
}


@pytest.mark.parametrize("name", HISTORIES)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chaos=st.data())
def test_any_order_and_any_doubling_gives_the_same_spans(db: None, name: str, chaos: st.DataObject) -> None:
    messages = HISTORIES[name]
    numbers = list(range(len(messages)))
    doubles = chaos.draw(st.lists(st.sampled_from(numbers), max_size=3))
    order = chaos.draw(st.permutations([*numbers, *doubles, -1]))
    assert outcome(name, order) == outcome(name, numbers)


def outcome(name: str, order: list[int]) -> list[tuple[str, str, str, int]]:
    with transaction.atomic():
        member = ida()
        for number in order:
            if number < 0:
                subscriptions.end_lapsed(NOW)  # acts on half the news
                continue
            word, at, columns = HISTORIES[name][number]
            tell(member, word, at, **columns)
        found = told(member)
        transaction.set_rollback(True)
    return found


def test_the_histories_mean_what_they_say() -> None:
    numbers = {name: list(range(len(messages))) for name, messages in HISTORIES.items()}
    assert outcome("wavers", numbers["wavers"]) == [
        ("trial", "2025-01-01", "2025-01-15", 0),
        ("paid", "2025-01-15", "2025-03-05", 10000),
        ("paid", "2025-03-05", "2025-04-01", 12000),
        ("paused", "2025-04-01", "", 0),
    ]
    assert outcome("leaves and returns", numbers["leaves and returns"]) == [
        ("paid", "2025-01-01", "2025-03-01", 10000),
        ("paid", "2025-06-01", "2025-08-31", 7500),
    ]
