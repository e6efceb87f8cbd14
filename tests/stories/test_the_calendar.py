"""Hard cases of the calendar: weekdays, month ends, leap days, changed clocks, and members who move."""

import pytest

from tests.stories.playing import House

WAIT = """
trigger = { event = "shop.began" }
steps = [
  { uid = "pause", kind = "wait", WAIT },
  { uid = "hello", kind = "send", letter = "hello" },
]
"""


def begin(house: House, wait: str, when: str, **person: str) -> None:
    house.publish(WAIT.replace("WAIT", wait), "2026-01-01 00:00")
    house.joins("ida", when, **person)
    house.happens("shop.began", "ida", when)
    house.tick(when)


WEEKDAYS = 'at = "09:00", days = ["mon", "tue", "wed", "thu", "fri"]'


@pytest.mark.parametrize(
    ("wait", "begins", "before", "then"),
    [
        # Friday noon, before a month end: Monday the 1st at 09:00 in Copenhagen, UTC+2
        (WEEKDAYS, "2026-05-29 10:00", "2026-06-01 06:59", "2026-06-01 07:00"),
        # exactly 09:00 on a weekday: strictly after reaching
        (WEEKDAYS, "2026-03-02 08:00", "2026-03-03 07:59", "2026-03-03 08:00"),
        # one second's breadth before: still today
        (WEEKDAYS, "2026-03-02 07:59", "2026-03-02 07:59", "2026-03-02 08:00"),
        # a month from 31 January 2028 is the leap day
        ('for = "1mo", at = "09:00"', "2028-01-31 07:00", "2028-02-29 07:59", "2028-02-29 08:00"),
        # a year from the leap day is 28 February
        ('for = "1y"', "2028-02-29 10:00", "2029-02-28 09:59", "2029-02-28 10:00"),
        ('for = "1d", at = "09:00"', "2028-02-28 10:00", "2028-02-29 12:00", "2028-03-01 08:00"),
        ('for = "2d", at = "09:00"', "2026-03-02 08:00", "2026-03-04 07:59", "2026-03-04 08:00"),
        # 02:30 does not exist on 29 March 2026: the next time that does is 03:00, 01:00 UTC
        ('at = "02:30"', "2026-03-28 10:00", "2026-03-29 00:59", "2026-03-29 01:00"),
        # 02:30 comes twice on 25 October 2026: the first is 00:30 UTC
        ('at = "02:30"', "2026-10-24 10:00", "2026-10-25 00:29", "2026-10-25 00:30"),
        # a day keeps the local time when the clocks change, 24 hours do not
        ('for = "1d"', "2026-03-28 10:00", "2026-03-29 08:59", "2026-03-29 09:00"),
        ('for = "24h"', "2026-03-28 10:00", "2026-03-29 09:59", "2026-03-29 10:00"),
        # the 13th day after entry, which summer time begins in between
        ('day = 13, at = "09:00"', "2026-03-20 22:30", "2026-04-02 06:59", "2026-04-02 07:00"),
        # late in the evening in UTC is the next day in Copenhagen
        ('day = 1, at = "09:00"', "2026-03-02 23:30", "2026-03-04 07:59", "2026-03-04 08:00"),
    ],
)
def test_a_wait_goes_by_the_clock_on_the_members_wall(
    house: House, wait: str, begins: str, before: str, then: str
) -> None:
    begin(house, wait, begins)
    house.tick(before)
    assert house.letters() == []
    house.tick(then)
    assert house.letters() == [f"{then} hello"]


def test_a_day_after_entry_that_is_over_already_is_now_and_the_letter_is_in_time(house: House) -> None:
    house.publish(
        """
        trigger = { event = "shop.began" }
        steps = [
          { uid = "long", kind = "wait", for = "20d" },
          { uid = "day", kind = "wait", day = 13, at = "09:00" },
          { uid = "hello", kind = "send", letter = "hello" },
        ]
        """,
        "2026-03-01 00:00",
    )
    house.joins("ida", "2026-03-02 08:00")
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00", "2026-03-22 10:00")
    assert house.letters() == ["2026-03-22 10:00 hello"]


def test_who_moves_west_while_waiting_is_written_to_at_nine_there(house: House) -> None:
    begin(house, 'for = "1d", at = "09:00"', "2026-03-02 10:00")
    house.moves("ida", "America/New_York", "2026-03-03 10:00")
    house.tick(
        "2026-03-03 10:00", "2026-03-04 08:00", "2026-03-04 13:59", "2026-03-04 14:00", "2026-03-05 14:00"
    )
    assert house.letters() == ["2026-03-04 14:00 hello"]


def test_who_moves_east_while_waiting_is_written_to_at_nine_there(house: House) -> None:
    begin(house, 'for = "1d", at = "09:00"', "2026-03-02 10:00")
    house.moves("ida", "Asia/Tokyo", "2026-03-03 10:00")
    house.tick("2026-03-03 10:00", "2026-03-03 23:59", "2026-03-04 00:00", "2026-03-04 08:00")
    assert house.letters() == ["2026-03-04 00:00 hello"]


def test_who_moves_to_where_nine_is_over_is_written_to_the_next_morning(house: House) -> None:
    begin(house, 'at = "09:00"', "2026-03-02 10:00")
    house.moves("ida", "Asia/Tokyo", "2026-03-03 05:00")  # 14:00 there; 06:00 in Copenhagen
    house.tick(
        "2026-03-03 05:00", "2026-03-03 08:00", "2026-03-03 23:59", "2026-03-04 00:00", "2026-03-05 00:00"
    )
    assert house.letters() == ["2026-03-04 00:00 hello"]
