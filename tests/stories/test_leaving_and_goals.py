"""Hard cases: who leaves while waiting, who reaches the goal, and what is still sent to them."""

import pytest

from tests.stories.playing import House

COURSE = """
trigger = { event = "shop.began" }
exit = { event = "shop.left" }
steps = [
  { uid = "hello", kind = "send", letter = "hello" },
  { uid = "pause", kind = "wait", for = "2d" },
  { uid = "more", kind = "send", letter = "more" },
]
"""


def test_whoever_leaves_while_waiting_gets_nothing_more(house: House) -> None:
    house.publish(COURSE, "2026-03-01 00:00")
    house.joins("ida", "2026-03-02 08:00")
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00")
    house.happens("shop.left", "ida", "2026-03-03 10:00")
    house.tick("2026-03-03 10:00", "2026-03-04 10:00", "2026-03-09 10:00")
    assert house.letters() == ["2026-03-02 10:00 hello"]
    assert house.state("ida") == "exited"


def test_an_exit_and_the_end_of_a_wait_in_one_tick_are_an_exit(house: House) -> None:
    house.publish(COURSE, "2026-03-01 00:00")
    house.joins("ida", "2026-03-02 08:00")
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00")
    house.happens("shop.left", "ida", "2026-03-04 09:59")
    house.tick("2026-03-04 10:00")
    assert house.letters() == ["2026-03-02 10:00 hello"]
    assert house.state("ida") == "exited"


def test_nothing_is_done_between_what_came_first_and_an_exit_that_is_told_with_it(house: House) -> None:
    house.publish(
        COURSE.replace('kind = "send", letter = "more"', 'kind = "set", tag = "more"'), "2026-03-01 00:00"
    )
    house.joins("ida", "2026-03-02 08:00")
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00")
    house.happens("shop.looked", "ida", "2026-03-04 10:30")
    house.happens("shop.left", "ida", "2026-03-04 10:31")
    house.tick("2026-03-04 10:32")
    assert house.state("ida") == "exited"
    assert "set: +more" not in house.reasons("ida")


def test_an_exit_that_came_before_entry_is_none_though_it_is_told_later(house: House) -> None:
    house.publish(COURSE, "2026-03-01 00:00")
    house.joins("ida", "2026-03-02 08:00")
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00")
    house.happens("shop.left", "ida", "2026-03-02 09:00", told="2026-03-03 10:00")
    house.tick("2026-03-03 10:00", "2026-03-04 10:00")
    assert house.letters() == ["2026-03-02 10:00 hello", "2026-03-04 10:00 more"]


def test_whoever_left_before_the_beginning_is_told_does_not_enter(house: House) -> None:
    house.publish(COURSE, "2026-03-01 00:00")
    house.joins("ida", "2026-03-02 08:00")
    house.happens("shop.left", "ida", "2026-03-02 11:00")
    house.tick("2026-03-02 11:00")
    house.happens("shop.began", "ida", "2026-03-02 10:00", told="2026-03-02 12:00")
    house.tick("2026-03-02 12:00")
    assert house.letters() == []
    assert house.reasons("ida") == ["not_entered: shop.left came at or after it"]


@pytest.mark.parametrize(
    ("ends", "state", "letters"), [("true", "goal", []), ("false", "completed", ["2026-03-02 12:00 hello"])]
)
def test_a_goal_that_was_reached_before_the_beginning_is_told_counts(
    house: House, ends: str, state: str, letters: list[str]
) -> None:
    house.publish(
        f"""
        trigger = {{ event = "shop.began" }}
        goal = {{ event = "shop.bought", within = "1h", ends = {ends} }}
        steps = [{{ uid = "s", kind = "send", letter = "hello" }}]
        """,
        "2026-03-01 00:00",
    )
    for who, bought in (("ida", "2026-03-02 11:00"), ("per", "2026-03-02 11:01")):
        house.joins(who, "2026-03-02 08:00")
        house.happens("shop.bought", who, bought)
        house.tick(bought)
    for who in ("ida", "per"):
        house.happens("shop.began", who, "2026-03-02 10:00", told="2026-03-02 12:00")
    house.tick("2026-03-02 12:00")
    assert (house.state("ida"), house.state("per")) == (state, "completed")
    assert house.goals() == {"ida": "2026-03-02 11:00", "per": None}
    assert house.letters("ida") == letters
    assert house.letters("per") == ["2026-03-02 12:00 hello"]


def test_an_exit_that_is_told_stops_a_letter_that_is_due_already(house: House) -> None:
    house.rules('quiet_hours = { from = "21:00", to = "08:00" }')
    house.publish(COURSE, "2026-03-01 00:00")
    house.joins("ida", "2026-03-02 08:00")
    house.happens("shop.began", "ida", "2026-03-02 22:00")
    house.tick("2026-03-02 22:00")
    assert house.waiting() == ["2026-03-03 07:00 postponed: quiet_hours until 2026-03-03T08:00+01:00"]
    house.happens("shop.left", "ida", "2026-03-03 06:59")
    house.tick("2026-03-03 07:00")
    assert house.letters() == []
    assert house.stayed() == ["hello: exit"]


HOPE = """
trigger = { event = "shop.began" }
steps = [
  { uid = "hope", kind = "wait", event = "shop.bought", timeout = "2d", then = "thanks" },
  { uid = "nudge", kind = "send", letter = "nudge" },
  { uid = "patience", kind = "wait", for = "30d" },
  { uid = "stop", kind = "end" },
  { uid = "thanks", kind = "send", letter = "thanks" },
]
"""
ENDS = 'goal = { event = "shop.bought", within = "10d", ends = true }\n'


def test_an_event_that_is_awaited_and_the_goal_goes_to_the_wait_first(house: House) -> None:
    house.publish(ENDS + HOPE, "2026-03-01 00:00")
    house.joins("ida", "2026-03-02 08:00")
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00")
    house.happens("shop.bought", "ida", "2026-03-03 10:00")
    house.tick("2026-03-03 10:00")
    assert house.letters() == ["2026-03-03 10:00 thanks"]
    assert house.state("ida") == "completed"


def test_a_goal_that_the_wait_was_too_short_for_ends_the_run_though_a_worker_comes_late(house: House) -> None:
    house.publish(ENDS + HOPE, "2026-03-01 00:00")
    house.joins("ida", "2026-03-02 08:00")
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00")
    house.happens("shop.bought", "ida", "2026-03-04 12:00")
    house.tick("2026-03-04 13:00")
    assert house.letters() == []
    assert house.state("ida") == "goal"


def test_a_goal_after_the_wait_ends_the_run(house: House) -> None:
    house.publish(ENDS + HOPE, "2026-03-01 00:00")
    house.joins("ida", "2026-03-02 08:00")
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00", "2026-03-04 10:00")
    house.happens("shop.bought", "ida", "2026-03-06 10:00")
    house.tick("2026-03-06 10:00")
    assert house.letters() == ["2026-03-04 10:00 nudge"]
    assert house.state("ida") == "goal"


def test_a_goal_outside_its_window_ends_nothing(house: House) -> None:
    house.publish(ENDS + HOPE, "2026-03-01 00:00")
    house.joins("ida", "2026-03-02 08:00")
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00", "2026-03-04 10:00")
    house.happens("shop.bought", "ida", "2026-03-12 10:01")
    house.tick("2026-03-12 10:01")
    assert house.state("ida") == "active"
    assert house.goals() == {"ida": None}


def test_a_goal_counts_inside_its_window_also_of_those_who_finished_left_or_were_kept_out(
    house: House,
) -> None:
    flow = """
    trigger = { event = "shop.began" }
    holdout = 0.5
    exit = { event = "shop.left" }
    goal = { event = "shop.bought", within = "10d", ends = false }
    steps = [{ uid = "hello", kind = "send", letter = "hello" }, { uid = "rest", kind = "wait", for = "1d" }]
    """
    house.publish(flow, "2026-03-01 00:00")
    people = [f"p{number}" for number in range(12)]
    for who in people:
        house.joins(who, "2026-03-02 08:00")
        house.happens("shop.began", who, "2026-03-02 10:00")
    house.tick("2026-03-02 10:00")
    house.happens("shop.left", people[0], "2026-03-02 11:00")
    house.tick("2026-03-04 10:00")
    for who in people:
        house.happens("shop.bought", who, "2026-03-05 10:00")
    house.tick("2026-03-05 10:00")
    states = {who: house.state(who) for who in people}
    assert set(states.values()) >= {"completed", "held_out"}
    assert len(house.letters()) == sum(state != "held_out" for state in states.values())
    assert house.goals() == dict.fromkeys(people, "2026-03-05 10:00")
