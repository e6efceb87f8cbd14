"""Hard cases of time: workers that come late, events that come late, twice or in the wrong order, and history."""

import io

import pytest
from django.core.management import call_command

from tests.stories.playing import House

SERIES = """
trigger = { event = "shop.began" }
exit = { event = "shop.left" }
steps = [
  { uid = "hello", kind = "send", letter = "hello" },
  { uid = "day", kind = "wait", day = 3, at = "09:00" },
  { uid = "third", kind = "send", letter = "third" },
  { uid = "week", kind = "wait", day = 10, at = "09:00" },
  { uid = "tenth", kind = "send", letter = "tenth" },
]
"""


def begin(house: House) -> None:
    house.publish(SERIES, "2026-03-01 00:00")
    house.joins("ida", "2026-03-02 08:00")


def test_after_days_of_silence_what_is_too_late_is_skipped_and_the_rest_leaves_in_order(house: House) -> None:
    begin(house)
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00", "2026-03-13 10:00")  # the third day is over since the 5th
    assert house.letters() == ["2026-03-02 10:00 hello", "2026-03-13 10:00 tenth"]
    assert house.stayed() == ["third: too_late: 2026-03-05 08:00 UTC"]
    assert house.state("ida") == "completed"
    assert house.reasons("ida")[-1] == "completed"


def test_what_is_worked_off_more_than_three_days_late_starts_nothing(house: House) -> None:
    begin(house)
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-05 10:01")
    assert house.letters() == []
    assert house.reasons("ida") == ["not_entered: too old"]


def test_what_is_worked_off_within_three_days_starts_as_it_was_then(house: House) -> None:
    begin(house)
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-05 08:30")
    assert house.letters() == ["2026-03-05 08:30 hello", "2026-03-05 08:30 third"]


def test_an_exit_acts_however_late_it_is_told(house: House) -> None:
    begin(house)
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00", "2026-03-05 08:00")
    house.happens("shop.left", "ida", "2026-03-05 09:00", told="2026-03-11 10:00")
    house.tick("2026-03-11 10:00", "2026-03-12 08:00")
    assert house.letters() == ["2026-03-02 10:00 hello", "2026-03-05 08:00 third"]
    assert house.state("ida") == "exited"


def test_beginning_and_end_told_in_the_wrong_order_are_an_end(house: House) -> None:
    begin(house)
    house.happens("shop.left", "ida", "2026-03-02 12:00")
    house.happens("shop.began", "ida", "2026-03-02 10:00", told="2026-03-02 12:30")
    house.tick("2026-03-02 12:30", "2026-03-12 08:00")
    assert house.letters() == []


def test_an_event_that_is_told_twice_is_one(house: House) -> None:
    begin(house)
    first = house.happens("shop.began", "ida", "2026-03-02 10:00", id="once")
    again = house.happens("shop.began", "ida", "2026-03-02 10:00", id="once")
    assert (first["accepted"], again["duplicates"]) == (1, 1)
    house.tick("2026-03-02 10:00")
    house.happens("shop.began", "ida", "2026-03-02 10:00", id="once", told="2026-03-03 10:00")
    house.tick("2026-03-03 10:00")
    assert house.letters() == ["2026-03-02 10:00 hello"]
    assert house.reasons("ida").count("entered") == 1


def test_what_happened_before_the_flow_was_first_published_starts_nothing(house: House) -> None:
    house.joins("ida", "2026-02-28 08:00")
    house.happens("shop.began", "ida", "2026-02-28 23:59")
    house.publish(SERIES, "2026-03-01 00:00")
    house.tick("2026-03-01 00:00")
    assert house.letters() == []
    assert house.reasons("ida") == ["not_entered: happened before the flow was first published"]


@pytest.mark.parametrize("live", [False, True])
def test_a_list_of_history_starts_nothing_unless_it_is_read_in_as_live(house: House, live: bool) -> None:
    begin(house)
    file = house.folder / "events.csv"
    file.write_text("id,member,name,occurred_at,data\nh1,ida,shop.began,2026-03-02T10:00:00Z,{}\n")
    house.tell_time("2026-03-02 12:00")
    call_command("import_csv", "events", file, live=live, stdout=io.StringIO())
    house.tick("2026-03-02 12:00")
    assert house.letters() == (["2026-03-02 12:00 hello"] if live else [])
    assert house.state("ida") == ("active" if live else "never")


def test_ticks_may_come_as_often_as_they_like(house: House) -> None:
    begin(house)
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick(*["2026-03-02 10:00"] * 3)
    house.tick_through("2026-03-05 07:45", "2026-03-05 08:15", minutes=5)
    house.tick("2026-03-05 07:00")  # a clock that is put back does nothing twice
    assert house.letters() == ["2026-03-02 10:00 hello", "2026-03-05 08:00 third"]
