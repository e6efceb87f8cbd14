"""Durations: minutes and hours elapse, the rest is calendar in the member's own zone."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members import durations
from members.models import Member

COPENHAGEN, NEW_YORK = ZoneInfo("Europe/Copenhagen"), ZoneInfo("America/New_York")


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def local(text: str, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(dt.UTC)


@pytest.mark.parametrize("text", ["", "2", "d", "2 days", "-1d", "1.5h", "2D", "999999d", "1d2h", None])
def test_what_is_no_duration_says_what_one_looks_like(text: str) -> None:
    with pytest.raises(durations.BadDuration, match="write 30m, 12h, 2d, 3w, 1mo or 1y"):
        durations.parse(text)


@pytest.mark.parametrize(
    ("start", "span", "zone", "end"),
    [
        # Hours elapse, days keep the local time: the clocks go forward on 29 March in Copenhagen.
        ("2026-03-28T20:00", "24h", COPENHAGEN, "2026-03-29T21:00"),
        ("2026-03-28T20:00", "1d", COPENHAGEN, "2026-03-29T20:00"),
        # And back on 25 October.
        ("2026-10-24T20:00", "24h", COPENHAGEN, "2026-10-25T19:00"),
        ("2026-10-24T20:00", "1d", COPENHAGEN, "2026-10-25T20:00"),
        # A time that does not exist is the next that does.
        ("2026-03-28T02:30", "1d", COPENHAGEN, "2026-03-29T03:00"),
        ("2026-03-07T02:15", "1d", NEW_YORK, "2026-03-08T03:00"),
        # Leap days and month ends are clamped.
        ("2024-02-29T09:00", "1y", COPENHAGEN, "2025-02-28T09:00"),
        ("2025-01-31T09:00", "1mo", COPENHAGEN, "2025-02-28T09:00"),
        ("2025-03-31T09:00", "1mo", COPENHAGEN, "2025-04-30T09:00"),
        ("2024-01-31T09:00", "1mo", COPENHAGEN, "2024-02-29T09:00"),
        ("2026-02-16T09:00", "2w", COPENHAGEN, "2026-03-02T09:00"),
        ("2026-03-02T09:00", "30m", COPENHAGEN, "2026-03-02T09:30"),
    ],
)
def test_a_span_ends_when_people_think_it_does(start: str, span: str, zone: ZoneInfo, end: str) -> None:
    assert durations.add(local(start, zone), span, zone) == local(end, zone)


def test_a_time_that_comes_twice_is_its_first() -> None:
    autumn = dt.datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001 (a local time)
    assert durations.resolve(autumn, COPENHAGEN) == utc("2026-10-25T00:30")
    assert durations.resolve(dt.datetime(2026, 11, 1, 1, 30), NEW_YORK) == utc("2026-11-01T05:30")  # noqa: DTZ001


def test_a_time_that_the_clocks_jump_over_is_the_moment_after_the_jump() -> None:
    for minute in (0, 1, 30, 59):
        gone = dt.datetime(2026, 3, 29, 2, minute)  # noqa: DTZ001
        assert durations.resolve(gone, COPENHAGEN) == utc("2026-03-29T01:00")


@given(
    st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2032, 1, 1)),  # noqa: DTZ001
    st.sampled_from(
        ["Europe/Copenhagen", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo"]
    ),
)
def test_every_local_time_has_one_moment_that_is_not_before_it(naive: dt.datetime, name: str) -> None:
    zone = ZoneInfo(name)
    shown = durations.resolve(naive, zone).astimezone(zone).replace(tzinfo=None)
    assert shown >= naive
    assert shown - naive <= dt.timedelta(hours=1)


def test_a_member_without_a_zone_lives_where_the_house_is(settings: object) -> None:
    settings.TIME_ZONE = "Europe/Copenhagen"  # type: ignore[attr-defined]
    assert durations.zone_of(Member(time_zone="Europe/Oslo")).key == "Europe/Oslo"
    assert durations.zone_of(Member(time_zone="")).key == "Europe/Copenhagen"
    assert durations.zone_of(Member(time_zone="../../etc/passwd")).key == "Europe/Copenhagen"
    assert not durations.is_zone("Europe/Atlantis")
