"""What members are worth per month, and how that moved: to the cent, per currency."""

import datetime as dt
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from members import mrr
from members.models import Member, Span, Subscription
from tests.members.contracts import MONTHLY, YEARLY, day, ida, tell

pytestmark = pytest.mark.django_db
EUR = {**MONTHLY, "currency": "EUR", "amount": 2000}


def moved(start: str, end: str) -> list[tuple[str, str, int]]:
    mrr.movements(day(start), day(end))  # which sees to it that it balances
    return [(str(move.kind), move.currency, move.amount) for move in mrr.moves(day(start), day(end))]


def test_worth_at_any_date_keeps_currencies_apart() -> None:
    member, other = ida(), ida(name="ole")
    tell(member, "started", "2025-01-01", "a", **MONTHLY)
    tell(member, "started", "2025-02-01", "b", **EUR)
    tell(member, "ended", "2025-03-01", "a")
    tell(other, "started", "2025-01-15", "c", **YEARLY)
    assert mrr.of(member, day("2024-12-31")) == {}
    assert mrr.of(member, day("2025-01-01")) == {"DKK": 10000}
    assert mrr.of(member, day("2025-02-28")) == {"DKK": 10000, "EUR": 2000}
    assert mrr.of(member, day("2025-03-01")) == {"EUR": 2000}  # the end is exclusive
    assert mrr.total(day("2025-02-15")) == {"DKK": 17500, "EUR": 2000}
    assert list(mrr.by_member(day("2025-02-15"))) == [
        (member.pk, "DKK", 10000),
        (member.pk, "EUR", 2000),
        (other.pk, "DKK", 7500),
    ]
    assert list(mrr.by_member(day("2025-02-15"), [other.pk])) == [(other.pk, "DKK", 7500)]


def test_the_five_movements() -> None:
    member = ida()
    tell(member, "started", "2025-01-10", "a", **MONTHLY)
    tell(member, "changed", "2025-02-10", "a", amount=15000)
    tell(member, "changed", "2025-03-10", "a", amount=9000)
    tell(member, "ended", "2025-04-10", "a")
    tell(member, "started", "2025-06-10", "b", **MONTHLY)
    assert moved("2025-01-01", "2025-02-01") == [("new", "DKK", 10000)]
    assert moved("2025-02-01", "2025-03-01") == [("expansion", "DKK", 5000)]
    assert moved("2025-03-01", "2025-04-01") == [("contraction", "DKK", 6000)]
    assert moved("2025-04-01", "2025-05-01") == [("churn", "DKK", 9000)]
    assert moved("2025-06-01", "2025-07-01") == [("reactivation", "DKK", 10000)]
    year = mrr.movements(day("2025-01-01"), day("2026-01-01"))["DKK"]
    assert year == mrr.Movements(0, 10000, 10000, 5000, 6000, 9000, 10000)


def test_leaving_one_of_two_contracts_is_contraction() -> None:
    member = ida()
    tell(member, "started", "2025-01-10", "a", **MONTHLY)
    tell(member, "started", "2025-01-10", "b", **YEARLY)
    tell(member, "ended", "2025-03-10", "a")
    assert moved("2025-03-01", "2025-04-01") == [("contraction", "DKK", 10000)]
    tell(member, "ended", "2025-04-10", "b")
    assert moved("2025-04-01", "2025-05-01") == [("churn", "DKK", 7500)]


def test_back_to_back_is_neither_churn_nor_reactivation() -> None:
    member = ida()
    tell(member, "started", "2025-01-10", "a", **MONTHLY)
    tell(member, "ended", "2025-03-10", "a")
    tell(member, "started", "2025-03-11", "b", **{**MONTHLY, "amount": 12000})
    assert moved("2025-03-01", "2025-04-01") == [("expansion", "DKK", 2000)]
    assert moved("2025-03-01", "2025-03-10") == [("contraction", "DKK", 10000)]
    assert moved("2025-03-10", "2025-04-01") == [("expansion", "DKK", 12000)]


def test_another_currency_is_a_change_of_plan() -> None:
    member = ida()
    tell(member, "started", "2025-01-10", "a", **MONTHLY)
    tell(member, "ended", "2025-03-10", "a")
    tell(member, "started", "2025-03-10", "b", **EUR)
    assert moved("2025-03-01", "2025-04-01") == [("contraction", "DKK", 10000), ("expansion", "EUR", 2000)]


def test_a_trial_becomes_new_when_it_is_paid_and_a_pause_is_contraction() -> None:
    member = ida()
    tell(member, "started", "2025-01-10", trial_ends_at=day("2025-02-10"), **MONTHLY)
    tell(member, "paused", "2025-03-10")
    tell(member, "resumed", "2025-04-10")
    assert moved("2025-01-01", "2025-02-01") == []
    assert moved("2025-02-01", "2025-03-01") == [("new", "DKK", 10000)]
    assert moved("2025-03-01", "2025-04-01") == [("contraction", "DKK", 10000)]
    assert moved("2025-04-01", "2025-05-01") == [("expansion", "DKK", 10000)]


def test_a_trial_that_was_left_moves_nothing_and_a_paid_return_is_new() -> None:
    member = ida()
    tell(member, "started", "2025-01-10", "a", status="trialing", **MONTHLY)
    tell(member, "ended", "2025-02-10", "a")
    tell(member, "started", "2025-06-10", "b", **MONTHLY)
    assert moved("2025-01-01", "2026-01-01") == [("new", "DKK", 10000)]


def test_many_members_take_as_many_queries_as_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(20):
        tell(ida(name=f"m{number}"), "started", "2025-01-10", f"c{number}", **MONTHLY)
    with django_assert_num_queries(5):  # with those of the transaction
        found = mrr.movements(day("2025-01-01"), day("2025-02-01"))
    assert found["DKK"].new == 200000


Shape = list[tuple[int, int, int, int, str]]
BEGAN = day("2025-01-01")
shapes: st.SearchStrategy[Shape] = st.lists(
    st.tuples(
        st.integers(0, 3),  # whose
        st.integers(0, 400),  # from this half day on
        st.integers(1, 200),  # so long
        st.sampled_from([0, 1, 1999, 7500]),
        st.sampled_from(["DKK", "EUR"]),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shape=shapes, edges=st.lists(st.integers(-10, 650), min_size=2, max_size=4, unique=True))
def test_it_balances_and_adjoining_times_add_up(db: None, shape: Shape, edges: list[int]) -> None:
    moments = [half_day(edge) for edge in sorted(edges)]
    with transaction.atomic():
        members = [ida(name=f"m{number}") for number in range(4)]
        for number, one in enumerate(shape):
            span(members[one[0]], number, one)
        parts = [mrr.movements(start, end) for start, end in pairwise(moments)]
        whole = mrr.movements(moments[0], moments[-1])
        assert all(ledger.is_balanced for part in [*parts, whole] for ledger in part.values())
        for currency in ("DKK", "EUR"):
            assert sum(net(part, currency) for part in parts) == net(whole, currency)
        kinds = ("churn", "new", "reactivation")
        assert totals(parts, kinds[:1]) == totals([whole], kinds[:1])
        assert totals(parts, kinds[1:]) == totals([whole], kinds[1:])
        transaction.set_rollback(True)


def half_day(number: int) -> dt.datetime:
    return BEGAN + dt.timedelta(hours=12 * number)


def span(member: Member, number: int, one: tuple[int, int, int, int, str]) -> None:
    _whose, since, length, worth, currency = one
    row = Subscription.objects.create(member=member, source="house", external_id=str(number))
    kind = Span.Kind.PAID if worth else Span.Kind.PAUSED
    Span.objects.create(
        member=member, subscription=row, kind=kind, starts_at=half_day(since),
        ends_at=half_day(since + length) if length < 190 else None, mrr=worth, currency=currency,
    )  # fmt: skip


def net(part: dict[str, mrr.Movements], currency: str) -> int:
    ledger = part.get(currency, mrr.Movements())
    return ledger.closing - ledger.opening


def totals(parts: list[dict[str, mrr.Movements]], kinds: tuple[str, ...]) -> int:
    return sum(getattr(ledger, kind) for part in parts for ledger in part.values() for kind in kinds)
