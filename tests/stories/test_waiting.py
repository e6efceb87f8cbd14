"""Hard cases of waiting: what came before, what came too late, and what comes twice."""

from tests.stories.playing import House

HOPE = """
trigger = { event = "shop.began" }
steps = [
  { uid = "first", kind = "wait", for = "2d" },
  { uid = "hope", kind = "wait", event = "EVENT", timeout = "3d", then = "yes" },
  { uid = "no", kind = "send", letter = "nobody-came" },
  { uid = "stop", kind = "end" },
  { uid = "yes", kind = "send", letter = "somebody-came" },
]
"""


def begin(house: House, flow: str = HOPE.replace("EVENT", "shop.visited")) -> None:
    house.publish(flow, "2026-03-01 00:00")
    house.joins("ida", "2026-03-02 08:00")
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00")


def test_what_came_after_entry_and_before_the_wait_ends_it_at_once(house: House) -> None:
    begin(house)
    house.happens("shop.visited", "ida", "2026-03-02 18:00")
    house.tick("2026-03-02 18:00", "2026-03-04 10:00")
    assert house.letters() == ["2026-03-04 10:00 somebody-came"]


def test_what_came_before_entry_ends_no_wait(house: House) -> None:
    begin(house)
    house.happens("shop.visited", "ida", "2026-03-02 09:59", told="2026-03-02 11:00")
    house.tick_through("2026-03-02 11:00", "2026-03-08 11:00", days=1)
    assert house.letters() == ["2026-03-07 11:00 nobody-came"]


def test_what_came_after_the_due_time_ends_no_wait_though_both_are_worked_off_in_one_tick(
    house: House,
) -> None:
    begin(house)
    house.tick("2026-03-04 10:00")
    house.happens("shop.visited", "ida", "2026-03-07 10:01")
    house.tick("2026-03-07 10:02")
    assert house.letters() == ["2026-03-07 10:02 nobody-came"]


def test_what_came_in_time_ends_the_wait_though_it_is_told_at_the_due_time(house: House) -> None:
    begin(house)
    house.tick("2026-03-04 10:00")
    house.happens("shop.visited", "ida", "2026-03-07 10:00")
    house.tick("2026-03-07 10:05")
    assert house.letters() == ["2026-03-07 10:05 somebody-came"]


def test_what_is_told_after_the_wait_was_over_changes_nothing(house: House) -> None:
    begin(house)
    house.tick("2026-03-04 10:00", "2026-03-07 10:00")
    house.happens("shop.visited", "ida", "2026-03-05 10:00", told="2026-03-08 10:00")
    house.tick("2026-03-08 10:00")
    assert house.letters() == ["2026-03-07 10:00 nobody-came"]
    assert house.state("ida") == "completed"


def test_use_sets_a_flow_going_and_ends_a_wait(house: House) -> None:
    flow = HOPE.replace("EVENT", "usage.visit").replace("shop.began", "usage.trial")
    house.publish(flow, "2026-03-01 00:00")
    house.joins("ida", "2026-03-02 08:00")
    house.happens("usage.trial", "ida", "2026-03-02 10:00", data={"quantity": 1})
    house.tick("2026-03-02 10:00", "2026-03-04 10:00")
    house.happens("usage.visit", "ida", "2026-03-05 10:00", data={"quantity": 2})
    house.happens("usage.trial", "ida", "2026-03-05 10:01")
    house.tick("2026-03-05 10:01")
    assert house.letters() == ["2026-03-05 10:01 somebody-came"]
    assert "not_entered: is in this flow already" in house.reasons("ida")


LOOP = """
trigger = { event = "shop.began" }
steps = [
  { uid = "hope", kind = "wait", event = "shop.visited", timeout = "5d", then = "thanks" },
  { uid = "stop", kind = "end" },
  { uid = "thanks", kind = "send", letter = "thanks" },
  { uid = "rest", kind = "wait", for = "1h" },
  { uid = "again", kind = "branch", if = { fact = "stage", op = "exists" }, then = "hope" },
]
"""


def test_a_second_visit_of_a_wait_needs_something_that_came_strictly_after_the_first(house: House) -> None:
    begin(house, LOOP)
    house.happens("shop.visited", "ida", "2026-03-03 10:00")
    house.tick_through("2026-03-03 10:00", "2026-03-03 14:00", hours=1)
    assert house.letters() == ["2026-03-03 10:00 thanks"]
    house.happens("shop.visited", "ida", "2026-03-04 10:00")
    house.tick_through("2026-03-04 10:00", "2026-03-04 14:00", hours=1)
    assert house.letters() == ["2026-03-03 10:00 thanks", "2026-03-04 10:00 thanks"]


def test_what_is_asked_since_entry_leaves_out_what_was_before(house: House) -> None:
    flow = """
    trigger = { event = "shop.began" }
    steps = [
      { uid = "week", kind = "wait", for = "7d" },
      { uid = "ask", kind = "branch", then = "keen", if = { event = "shop.visited", count = ">=2", since = "entry" } },
      { uid = "shy", kind = "send", letter = "shy" },
      { uid = "stop", kind = "end" },
      { uid = "keen", kind = "send", letter = "keen" },
    ]
    """
    house.publish(flow, "2026-03-01 00:00")
    for who in ("ida", "per"):
        house.joins(who, "2026-03-02 08:00")
        house.happens("shop.visited", who, "2026-03-02 09:00")
        house.happens("shop.began", who, "2026-03-02 10:00")
        house.happens("shop.visited", who, "2026-03-02 10:00")
    house.tick("2026-03-02 10:00")
    house.happens("shop.visited", "per", "2026-03-03 10:00")
    house.tick("2026-03-09 10:00")
    assert house.letters("ida") == ["2026-03-09 10:00 shy"]
    assert house.letters("per") == ["2026-03-09 10:00 keen"]
    assert "no: shop.visited happened 1 times, must be ≥ 2" in house.reasons("ida")
    assert "yes: shop.visited happened 2 times, must be ≥ 2" in house.reasons("per")


def test_letters_of_one_run_leave_one_after_the_other(house: House) -> None:
    house.rules('quiet_hours = { from = "21:00", to = "08:00" }')
    flow = """
    trigger = { event = "shop.began" }
    steps = [
      { uid = "one", kind = "send", letter = "one" },
      { uid = "rest", kind = "wait", for = "1h" },
      { uid = "two", kind = "send", letter = "two" },
      { uid = "three", kind = "send", letter = "three" },
    ]
    """
    house.publish(flow, "2026-03-01 00:00")
    house.joins("ida", "2026-03-02 08:00")
    house.happens("shop.began", "ida", "2026-03-02 21:00")
    house.tick_through("2026-03-02 21:00", "2026-03-03 06:00", hours=1)
    assert house.waiting() == ["2026-03-03 07:00 postponed: quiet_hours until 2026-03-03T08:00+01:00"]
    house.tick("2026-03-03 07:00")
    assert house.letters() == [f"2026-03-03 07:00 {name}" for name in ("one", "two", "three")]
