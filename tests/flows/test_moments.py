"""When dates and repetitions fall due by somebody's own calendar, and that ranges for the index never miss one."""

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import moments, spans

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
RENEWAL = {"date": "subscription.current_period_end", "offset": "-14d", "at": "09:00"}
ZONES = [
    "Europe/Copenhagen", "UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago",
    "Australia/Lord_Howe", "America/St_Johns", "Pacific/Chatham",
]  # fmt: skip
AT = ["09:00", "02:30", "00:00", "23:59", "06:07"]


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def all_of(trigger: dict[str, str], value: str, until: str, zone: ZoneInfo = COPENHAGEN) -> list[str]:
    start = utc("1900-01-01")
    found = moments.due(trigger, utc(value), zone, start, utc(until))
    return [moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") for _number, moment in found]


def test_two_weeks_before_the_end_of_the_term_is_nine_in_the_morning_there() -> None:
    assert all_of(RENEWAL, "2026-11-07T12:00", "2027-01-01") == ["2026-10-24 09:00"]
    # Just before midnight in UTC is the next day in Copenhagen, and still the same one in New York.
    assert all_of(RENEWAL, "2026-07-20T23:00", "2027-01-01") == ["2026-07-07 09:00"]
    assert all_of(RENEWAL, "2026-07-20T23:00", "2027-01-01", ZoneInfo("America/New_York")) == [
        "2026-07-06 09:00"
    ]


def test_without_a_time_of_day_the_date_keeps_its_own_across_summer_time() -> None:
    trigger = {"date": "joined_at", "offset": "30d"}
    assert all_of(trigger, "2026-03-10T12:00", "2027-01-01") == ["2026-04-09 13:00"]


def test_hours_elapse() -> None:
    trigger = {"date": "joined_at", "offset": "-2h"}
    assert list(moments.due(trigger, utc("2026-03-29T02:30"), COPENHAGEN, utc("2026-01-01"), utc("2027-01-01"))) == [
        (1, utc("2026-03-29T00:30"))
    ]  # fmt: skip


def test_month_ends_are_drawn_in_from_the_first_date_and_come_back() -> None:
    trigger = {"every": "1mo", "anchor": "joined_at", "at": "09:00"}
    assert all_of(trigger, "2026-01-31T12:00", "2026-06-01") == [
        "2026-02-28 09:00",
        "2026-03-31 09:00",
        "2026-04-30 09:00",
        "2026-05-31 09:00",
    ]


def test_who_joined_on_a_leap_day_has_an_anniversary_each_year() -> None:
    trigger = {"every": "1y", "anchor": "joined_at", "at": "09:00"}
    assert all_of(trigger, "2024-02-29T12:00", "2029-01-01") == [
        "2025-02-28 09:00",
        "2026-02-28 09:00",
        "2027-02-28 09:00",
        "2028-02-29 09:00",
    ]


def test_a_time_that_the_clocks_jump_over_is_the_next_and_one_that_comes_twice_the_first() -> None:
    trigger = {"date": "joined_at", "offset": "1d", "at": "02:30"}
    assert list(moments.due(trigger, utc("2026-03-28T12:00"), COPENHAGEN, utc("2026-03-01"), utc("2026-05-01"))) == [
        (1, utc("2026-03-29T01:00"))
    ]  # fmt: skip
    assert list(moments.due(trigger, utc("2026-10-24T12:00"), COPENHAGEN, utc("2026-10-01"), utc("2026-12-01"))) == [
        (1, utc("2026-10-25T00:30"))
    ]  # fmt: skip


SECONDS = st.integers(0, 6 * 365 * 86400)
MOMENTS = SECONDS.map(lambda seconds: dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds))
DATES = st.builds(
    lambda offset, at: {"date": "joined_at", "offset": offset, **({"at": at} if at else {})},
    st.sampled_from(["0d", "-14d", "7d", "1mo", "-1mo", "1y", "3w"]),
    st.sampled_from(["", *AT]),
)
REPEATED = st.builds(
    lambda every, at: {"every": every, **({"at": at} if at else {})},
    st.sampled_from(["1d", "1w", "1mo", "3mo", "1y"]),
    st.sampled_from(["", *AT]),
)


@settings(max_examples=250, deadline=None)
@given(
    DATES | REPEATED,
    MOMENTS,
    st.sampled_from(ZONES),
    st.sampled_from([15, 60, 60 * 24, 60 * 24 * 45]),
    st.integers(0, 60 * 24 * 400),
)
def test_whatever_falls_due_lies_in_the_ranges(
    trigger: dict[str, str], value: dt.datetime, zone: str, minutes: int, later: int
) -> None:
    """The span is laid around a real moment of the date, so that there is something to miss."""
    far = value + dt.timedelta(days=800)
    known = list(moments.due(trigger, value, ZoneInfo(zone), value - dt.timedelta(days=40), far))
    assert known
    number, moment = known[later % len(known)]
    after = moment - dt.timedelta(minutes=1 + later % minutes)
    until = after + dt.timedelta(minutes=minutes)
    assert (number, moment) in set(moments.due(trigger, value, ZoneInfo(zone), after, until))
    ranges = spans.of(trigger, after, until, earliest=value)
    assert any(start <= value < end for start, end in ranges)
    assert all(one[1] < other[0] for one, other in itertools.pairwise(ranges))


@settings(max_examples=100, deadline=None)
@given(DATES | REPEATED, MOMENTS, st.sampled_from(ZONES))
def test_whatever_comes_is_asked_for_within_a_quarter_of_an_hour(
    trigger: dict[str, str], value: dt.datetime, zone: str
) -> None:
    known = moments.due(
        trigger, value, ZoneInfo(zone), value - dt.timedelta(days=40), value + dt.timedelta(days=800)
    )
    moment = next(known)[1]
    last = moment - dt.timedelta(seconds=1)
    assert spans.is_possible(trigger, last, moment + dt.timedelta(minutes=15))


@pytest.mark.parametrize("at", AT)
def test_an_exact_moment_is_asked_for_at_once(at: str) -> None:
    due = dt.datetime.combine(dt.date(2026, 5, 5), dt.time.fromisoformat(at), tzinfo=COPENHAGEN).astimezone(
        dt.UTC
    )
    trigger = {**RENEWAL, "at": at}
    assert spans.is_possible(trigger, due - dt.timedelta(seconds=2), due)
    assert not spans.is_possible(trigger, due, due + dt.timedelta(minutes=14, seconds=59))


def test_the_ranges_of_a_morning_are_about_a_day_wide_each() -> None:
    nine = utc("2026-05-05T07:00")
    (only,) = spans.of(RENEWAL, nine - dt.timedelta(minutes=15), nine)
    assert only[1] - only[0] <= dt.timedelta(days=1, hours=7)
    yearly = spans.of(
        {"every": "1y", "at": "09:00"}, nine - dt.timedelta(minutes=15), nine, utc("1996-01-01")
    )
    assert len(yearly) == 30
