"""When a wait is over, to the minute, in the member's own time."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import timing

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
ZONES = [
    "Europe/Copenhagen",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Beirut",
    "Pacific/Auckland",
    "UTC",
]


def at(text: str, zone: ZoneInfo = COPENHAGEN) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("settings", "reached", "over"),
    [
        # 2 March 2026 is a Monday.
        ({"for": "2d"}, "2026-03-02T23:30", "2026-03-04T23:30"),
        ({"at": "09:00"}, "2026-03-02T08:59", "2026-03-02T09:00"),
        ({"at": "09:00"}, "2026-03-02T09:00", "2026-03-03T09:00"),  # strictly after reaching
        ({"for": "2d", "at": "09:00"}, "2026-03-02T23:30", "2026-03-05T09:00"),
        ({"for": "2d", "at": "09:00"}, "2026-03-02T09:00", "2026-03-04T09:00"),  # at or after
        ({"for": "1d", "at": "09:00", "days": ["mon"]}, "2026-03-02T08:00", "2026-03-09T09:00"),
        ({"at": "09:00", "days": ["tue", "thu"]}, "2026-03-03T10:00", "2026-03-05T09:00"),
        ({"days": ["sat"]}, "2026-03-02T08:15", "2026-03-07T08:15"),
        ({"days": ["mon"]}, "2026-03-02T08:15", "2026-03-09T08:15"),
        ({"at": "02:30"}, "2026-03-28T12:00", "2026-03-29T03:00"),  # the clocks jump over it
        ({"at": "02:30"}, "2026-03-29T03:00", "2026-03-30T02:30"),
        ({"event": "x.y", "timeout": "5d"}, "2026-03-27T10:00", "2026-04-01T10:00"),
    ],
)
def test_a_wait_is_over_when_it_says(settings: dict[str, Any], reached: str, over: str) -> None:
    assert timing.until(settings, at(reached), at("2026-03-01T00:00"), COPENHAGEN) == at(over)


def test_a_day_counts_from_entry_however_late_the_wait_is_reached() -> None:
    settings = {"day": 13, "at": "09:00"}
    for reached in ("2026-03-02T23:30", "2026-03-10T12:00", "2026-03-20T12:00"):
        assert timing.until(settings, at(reached), at("2026-03-02T23:30"), COPENHAGEN) == at(
            "2026-03-15T09:00"
        )


def test_a_day_without_a_time_keeps_the_time_of_entry() -> None:
    assert timing.until({"day": 30}, at("2026-03-02T12:00"), at("2026-03-02T23:30"), COPENHAGEN) == at(
        "2026-04-01T23:30"
    )


def test_an_event_without_timeout_is_awaited_for_ever() -> None:
    assert timing.until({"event": "x.y"}, at("2026-03-02T12:00"), at("2026-03-02T12:00"), COPENHAGEN) is None


def test_a_time_that_comes_twice_ends_one_wait() -> None:
    first = timing.until({"at": "02:30"}, at("2026-10-24T12:00"), at("2026-10-24T12:00"), COPENHAGEN)
    assert first == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    again = timing.until({"at": "02:30"}, first, first, COPENHAGEN)
    assert again == dt.datetime(2026, 10, 26, 1, 30, tzinfo=dt.UTC)


@given(
    st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2027, 1, 1), timezones=st.just(dt.UTC)),  # noqa: DTZ001
    st.times(timezones=st.none()),
    st.sampled_from(ZONES),
)
def test_a_time_of_day_comes_once_on_every_local_day(start: dt.datetime, clock: dt.time, name: str) -> None:
    zone, settings = ZoneInfo(name), {"at": f"{clock:%H:%M}"}
    moment, days = start, []
    for _ in range(10):
        following = timing.until(settings, moment, start, zone)
        assert following is not None
        assert following > moment
        moment = following
        days.append(moment.astimezone(zone).date())
    assert days == [days[0] + dt.timedelta(days=ahead) for ahead in range(10)]
    assert days[0] - start.astimezone(zone).date() <= dt.timedelta(days=1)
