"""Clocks of quiet and sleep, which stand still in quiet months."""

import datetime as dt

import pytest

from members import pulse


def by_hand(since: dt.date, days: int, still: frozenset[int]) -> dt.date:
    while days:
        since += dt.timedelta(days=1)
        days -= since.month not in still
    return since


@pytest.mark.parametrize(
    "still", [frozenset(), frozenset({7}), frozenset({6, 7, 8, 12}), frozenset(range(1, 12))]
)
def test_days_are_counted_outside_quiet_months(still: frozenset[int]) -> None:
    for start in range(0, 400, 13):
        since = dt.date(2026, 1, 1) + dt.timedelta(days=start)
        for days in (0, 1, 28, 60, 120):
            assert pulse.reached(since, days, still) == by_hand(since, days, still)


def test_a_plan_that_is_always_quiet_lets_nobody_fall_asleep() -> None:
    assert pulse.reached(dt.date(2026, 1, 1), 1, frozenset(range(1, 13))) == dt.date.max


def test_the_latest_day_is_the_last_one_that_has_been_reached() -> None:
    for offset in range(0, 365, 7):
        today = dt.date(2026, 1, 1) + dt.timedelta(days=offset)
        for still in (frozenset(), frozenset({7, 8})):
            latest = pulse.latest(today, 60, still)
            assert pulse.reached(latest, 60, still) <= today
            assert pulse.reached(latest + dt.timedelta(days=1), 60, still) > today
