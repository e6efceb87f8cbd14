"""How long somebody has been a member, whatever contracts that took."""

import datetime as dt

import pytest

from members import lifetimes
from members.models import Member
from tests.members.contracts import MONTHLY, YEARLY, day, ida, tell

pytestmark = pytest.mark.django_db


def lives(member: Member) -> list[tuple[str, str]]:
    return [
        (f"{life.since:%Y-%m-%d}", f"{life.until:%Y-%m-%d}" if life.until else "")
        for life in lifetimes.lives_of(member)
    ]


def test_a_change_of_plan_back_to_back_is_one_life() -> None:
    member = ida()
    tell(member, "started", "2025-01-01", "a", **MONTHLY)
    tell(member, "ended", "2025-03-01", "a")
    tell(member, "started", "2025-03-02", "b", **YEARLY)
    assert lives(member) == [("2025-01-01", "")]
    assert lifetimes.lives_of(member, dt.timedelta()) == [
        (day("2025-01-01"), day("2025-03-01")),
        (day("2025-03-02"), None),
    ]


def test_more_than_a_day_apart_are_two_lives() -> None:
    member = ida()
    tell(member, "started", "2025-01-01", "a", **MONTHLY)
    tell(member, "ended", "2025-03-01", "a")
    tell(member, "started", "2025-03-03", "b", **MONTHLY)
    tell(member, "ended", "2025-04-03", "b")
    assert lives(member) == [("2025-01-01", "2025-03-01"), ("2025-03-03", "2025-04-03")]


def test_contracts_that_overlap_are_one_life() -> None:
    member = ida()
    tell(member, "started", "2025-01-01", "long", **YEARLY)
    tell(member, "ended", "2025-12-01", "long")
    tell(member, "started", "2025-02-01", "short", **MONTHLY)
    tell(member, "ended", "2025-03-01", "short")
    tell(member, "started", "2025-11-01", "last", **MONTHLY)
    tell(member, "ended", "2026-02-01", "last")
    assert lives(member) == [("2025-01-01", "2026-02-01")]


def test_a_pause_ends_no_life_but_is_no_tenure() -> None:
    member = ida()
    tell(member, "started", "2025-01-01", trial_ends_at=day("2025-01-11"), **MONTHLY)
    tell(member, "paused", "2025-02-01")
    tell(member, "resumed", "2025-03-01")
    assert lives(member) == [("2025-01-01", "")]
    assert lifetimes.tenure(member, day("2025-01-06")) == 5
    assert lifetimes.tenure(member, day("2025-02-20")) == 31
    assert lifetimes.tenure(member, day("2025-03-11")) == 41


def test_days_that_two_contracts_share_count_once() -> None:
    member = ida()
    tell(member, "started", "2025-01-01", "a", **MONTHLY)
    tell(member, "started", "2025-01-11", "b", **MONTHLY)
    tell(member, "ended", "2025-01-21", "a")
    assert lifetimes.tenure(member, day("2025-01-31")) == 30


def test_tenure_begins_anew_with_each_life() -> None:
    member = ida()
    tell(member, "started", "2025-01-01", "a", **MONTHLY)
    tell(member, "ended", "2025-03-01", "a")
    tell(member, "started", "2025-06-01", "b", **MONTHLY)
    assert lifetimes.tenure(member, day("2025-02-01")) == 31
    assert lifetimes.tenure(member, day("2025-04-01")) == 0
    assert lifetimes.tenure(member, day("2025-06-08")) == 7


def test_somebody_without_a_contract_has_no_life() -> None:
    member = ida()
    assert lifetimes.lives_of(member) == []
    assert lifetimes.tenure(member, day("2025-06-08")) == 0
