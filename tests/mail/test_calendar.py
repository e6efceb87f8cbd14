"""When letters may leave: by the wall clock of the member, across changes of the clocks, month ends and leap days."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.calendar import WEEKDAYS, Blackout, Calendar, Hours, Shut, Window

ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Copenhagen",
        "Pacific/Auckland",
        "America/New_York",
        "Asia/Kolkata",
        "America/Santiago",
    )
]
COPENHAGEN = ZONES[0]
MINUTE = dt.timedelta(minutes=1)
TIMES = st.sampled_from([dt.time(hour, minute) for hour in range(24) for minute in (0, 30)])
# Days around changes of the clocks in all of these zones, a leap day, and the turn of a year.
DAYS = st.sampled_from(
    [
        dt.datetime(*date, tzinfo=dt.UTC)
        for date in ((2026, 3, 28), (2026, 10, 24), (2026, 3, 7), (2026, 10, 31), (2026, 4, 4), (2026, 9, 5))
    ]
    + [dt.datetime(2026, 9, 26, tzinfo=dt.UTC), dt.datetime(2028, 2, 28, tzinfo=dt.UTC)]
    + [dt.datetime(2026, 12, 31, tzinfo=dt.UTC)]
)
MOMENTS = st.builds(lambda day, minutes: day + minutes * MINUTE, DAYS, st.integers(0, 3 * 24 * 60))


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    start = draw(TIMES)
    return Hours(start, draw(TIMES.filter(lambda time: time != start)))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    days = tuple(draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True)))
    return Window(draw(st.none() | hours()), days, draw(st.sampled_from([(), ("ask",)])))


CALENDARS = st.builds(
    Calendar,
    quiet=st.none() | hours(),
    windows=st.lists(windows(), max_size=2).map(tuple),
    blackouts=st.sampled_from(
        [(), (Blackout("03-29"),), (Blackout("12-31", "01-01"),), (Blackout(easter=-2),)]
    ),
)


def by_minutes(calendar: Calendar, moment: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
    """The first minute that is allowed, by asking each of the next nine days."""
    whole = moment.replace(second=0, microsecond=0)
    if not calendar.hindrance(moment, zone, "ask"):
        return moment
    for minutes in range(1, 9 * 24 * 60):
        if not calendar.hindrance(whole + minutes * MINUTE, zone, "ask"):
            return whole + minutes * MINUTE
    return None


@settings(max_examples=120, deadline=None)
@given(CALENDARS, MOMENTS, st.sampled_from(ZONES))
def test_the_next_moment_is_allowed_never_before_and_the_first(
    calendar: Calendar, moment: dt.datetime, zone: ZoneInfo
) -> None:
    slowly = by_minutes(calendar, moment, zone)
    try:
        found = calendar.next_open(moment, zone, "ask")
    except Shut:
        assert slowly is None
        return
    assert found >= moment
    assert not calendar.hindrance(found, zone, "ask")
    if slowly is None:
        assert found > moment + dt.timedelta(days=8)
    else:
        assert found == slowly


@settings(max_examples=60, deadline=None)
@given(CALENDARS, MOMENTS, st.sampled_from(ZONES))
def test_what_is_open_stays_so_until_it_closes(
    calendar: Calendar, moment: dt.datetime, zone: ZoneInfo
) -> None:
    if calendar.hindrance(moment, zone, "ask"):
        return
    closes = calendar.closes(moment, zone, "ask")
    assert closes > moment
    for minutes in range(0, 3 * 24 * 60, 10):
        if (at := moment + minutes * MINUTE) < closes:
            assert not calendar.hindrance(at, zone, "ask")


@pytest.mark.parametrize(
    ("due", "leaves"),
    [
        ("2026-03-02T22:30Z", "2026-03-03T07:00Z"),  # 23:30 in Copenhagen
        ("2026-03-03T06:59Z", "2026-03-03T07:00Z"),
        ("2026-03-03T07:00Z", "2026-03-03T07:00Z"),
        ("2026-03-28T22:00Z", "2026-03-29T06:00Z"),  # the night has an hour less
        ("2026-10-24T21:00Z", "2026-10-25T07:00Z"),  # the night has an hour more
        ("2028-02-28T20:30Z", "2028-02-29T07:00Z"),
        ("2026-12-31T23:30Z", "2027-01-01T07:00Z"),
    ],
)
def test_quiet_from_nine_until_eight(due: str, leaves: str) -> None:
    calendar = Calendar(quiet=Hours(dt.time(21), dt.time(8)))
    moment, wanted = (dt.datetime.fromisoformat(text.replace("Z", "+00:00")) for text in (due, leaves))
    assert calendar.next_open(moment, COPENHAGEN, "value") == wanted


def test_hours_that_do_not_exist_that_night_end_with_the_jump() -> None:
    calendar = Calendar(quiet=Hours(dt.time(1), dt.time(2, 30)))
    due = dt.datetime(2026, 3, 29, 0, 30, tzinfo=dt.UTC)  # 01:30, half an hour before the clocks go to 03:00
    assert calendar.next_open(due, COPENHAGEN, "value") == dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC)


def test_asks_keep_both_their_own_days_and_the_hours_of_all() -> None:
    days = ("tue", "wed", "thu")
    calendar = Calendar(windows=(Window(Hours(dt.time(8), dt.time(20))), Window(None, days, ("ask",))))
    friday = dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC)
    assert calendar.next_open(friday, COPENHAGEN, "value") == friday
    tuesday = dt.datetime(2026, 3, 10, 7, tzinfo=dt.UTC)
    assert calendar.next_open(friday, COPENHAGEN, "ask") == tuesday


@pytest.mark.parametrize(
    ("blackout", "inside", "outside"),
    [
        (Blackout("2026-12-24"), ["2026-12-24"], ["2026-12-23", "2026-12-25", "2027-12-24"]),
        (Blackout("12-24", "12-26"), ["2026-12-24", "2031-12-26"], ["2026-12-23", "2026-12-27"]),
        (Blackout("12-31", "01-01"), ["2026-12-31", "2027-01-01"], ["2026-12-30", "2027-01-02"]),
        (Blackout(easter=-2), ["2026-04-03", "2027-03-26"], ["2026-04-02", "2026-04-05"]),
    ],
)
def test_days_are_kept_free(blackout: Blackout, inside: list[str], outside: list[str]) -> None:
    assert all(blackout.holds(dt.date.fromisoformat(day)) for day in inside)
    assert not any(blackout.holds(dt.date.fromisoformat(day)) for day in outside)


def test_a_while_of_open_hours_passes_over_the_night() -> None:
    calendar = Calendar(quiet=Hours(dt.time(21), dt.time(8)))
    evening = dt.datetime(2026, 3, 2, 19, tzinfo=dt.UTC)  # 20:00
    found = calendar.openings(evening, COPENHAGEN, "value", dt.timedelta(hours=3))
    morning = dt.datetime(2026, 3, 3, 7, tzinfo=dt.UTC)  # two of the three hours, from eight on
    hour = dt.timedelta(hours=1)
    assert found == [(evening, evening + hour), (morning, morning + 2 * hour)]


def test_without_rules_letters_leave_when_they_are_due() -> None:
    moment = dt.datetime(2026, 3, 2, 22, 30, tzinfo=dt.UTC)
    assert not Calendar()
    assert Calendar().next_open(moment, COPENHAGEN, "ask") == moment
    with pytest.raises(Shut):
        Calendar(blackouts=(Blackout("01-01", "12-31"),)).next_open(moment, COPENHAGEN, "ask")
