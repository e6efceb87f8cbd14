"""How often a membership was renewed: by the calendar, and by what billing told, never twice."""

import datetime as dt
from typing import Any

import pytest

from members import fact_keeping
from members.models import Member, MemberFacts, Plan
from members.renewals import Stretch, count
from tests.members.contracts import MONTHLY, YEARLY, day, ida, tell

pytestmark = pytest.mark.django_db
NOW = day("2026-03-02")


def renewed(member: Member, now: dt.datetime = NOW) -> int:
    fact_keeping.recompute([member.pk], now)
    return MemberFacts.objects.get(pk=member.pk).renewals


@pytest.mark.parametrize(
    ("since", "terms", "times"),
    [
        ("2025-03-03", YEARLY, 0),
        ("2025-03-02", YEARLY, 1),
        ("2021-01-15", YEARLY, 5),
        ("2026-01-31", MONTHLY, 1),  # due on the last day of February
        ("2025-03-02", {**MONTHLY, "interval_count": 3}, 4),
    ],
)
def test_an_imported_contract_counts_its_terms_without_being_told(
    since: str, terms: dict[str, Any], times: int
) -> None:
    member = ida(since)
    tell(member, "started", since, **terms)
    assert renewed(member) == times


def test_what_billing_tells_is_not_counted_on_top() -> None:
    member = ida("2023-01-01")
    tell(member, "started", "2023-01-01", **YEARLY)
    assert renewed(member, day("2025-12-31")) == 2
    tell(member, "renewed", "2025-12-30")
    assert renewed(member, day("2025-12-31")) == 2
    assert renewed(member, day("2026-01-01")) == 3
    for month in ("01-05", "01-12", "01-19", "01-26"):
        tell(member, "renewed", f"2026-{month}")
    assert renewed(member) == 5, "what was told is never less"


def test_a_trial_and_a_pause_put_the_next_term_off() -> None:
    member = ida("2025-10-01")
    tell(member, "started", "2025-10-01", status="trialing", trial_ends_at=day("2025-10-15"), **MONTHLY)
    tell(member, "changed", "2025-10-15", status="active")
    assert renewed(member, day("2025-11-14")) == 0
    assert renewed(member, day("2025-11-15")) == 1
    tell(member, "paused", "2025-11-20")
    assert renewed(member, day("2026-02-01")) == 1
    tell(member, "resumed", "2026-02-01")
    assert renewed(member, day("2026-02-24")) == 1
    assert renewed(member, day("2026-02-27")) == 2


def test_contracts_that_follow_each_other_go_on_counting() -> None:
    member = ida("2023-01-01")
    for year in (2023, 2024, 2025):
        tell(member, "started", f"{year}-01-01", f"c{year}", **YEARLY)
        tell(member, "ended", f"{year + 1}-01-01", f"c{year}")
    tell(member, "started", "2026-01-01", "c2026", **MONTHLY)
    assert renewed(member) == 5, "three years, then two months"


def test_two_contracts_at_the_same_time_do_not_count_twice() -> None:
    member = ida("2023-01-01")
    tell(member, "started", "2023-01-01", "club", **YEARLY)
    tell(member, "started", "2023-01-01", "locker", **YEARLY)
    tell(member, "started", "2024-01-01", "lessons", **MONTHLY)
    tell(member, "changed", "2024-06-01", "club", amount=95000)
    assert renewed(member) == 3


def test_a_new_life_counts_anew_and_a_past_one_nothing() -> None:
    member = ida("2020-01-01")
    tell(member, "started", "2020-01-01", **YEARLY)
    tell(member, "ended", "2024-01-01")
    assert renewed(member) == 0
    tell(member, "started", "2025-01-01", "d", **YEARLY)
    assert renewed(member) == 1


def test_a_term_that_is_overdue_is_not_renewed_yet() -> None:
    member = ida("2024-01-01")
    tell(member, "started", "2024-01-01", **YEARLY)
    tell(member, "past_due", "2026-01-01")
    assert renewed(member) == 1


def test_where_the_contract_says_no_interval_the_plan_does() -> None:
    Plan.objects.create(slug="full", name="Full", interval="year")
    member = ida("2023-01-01")
    tell(member, "started", "2023-01-01", plan=Plan.objects.get(slug="full"))
    assert renewed(member) == 3
    other = ida("2023-01-01", "other")
    tell(other, "started", "2023-01-01", "o")
    assert renewed(other) == 0


def test_the_night_counts_a_term_that_is_over_and_looks_at_nobody_else() -> None:
    young, old = ida("2025-03-03"), ida("2020-06-01", "old")
    tell(young, "started", "2025-03-03", **YEARLY)
    tell(old, "started", "2020-06-01", "o", **YEARLY)
    fact_keeping.roll(NOW)
    assert MemberFacts.objects.get(pk=young.pk).renews_at == day("2026-03-03")
    assert fact_keeping.roll(NOW + dt.timedelta(hours=1)) == 0
    assert fact_keeping.roll(day("2026-03-03")) == 1
    assert MemberFacts.objects.get(pk=young.pk).renewals == 1


def test_a_trial_whose_end_is_known_is_renewed_a_term_after_it() -> None:
    trial = Stretch(1, 1, "trial", day("2026-03-01"), day("2026-03-15"), "month", 1)
    paid = Stretch(1, 1, "paid", day("2026-03-15"), None, "month", 1)
    assert count([trial, paid], NOW) == (0, day("2026-04-15"))
    assert count([trial, paid], day("2026-04-15")) == (1, day("2026-05-15"))
