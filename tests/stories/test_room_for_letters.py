"""Hard cases of sending: limits that are reached, quiet hours, answers at once, and flows that compete."""

from tests.stories.playing import House

SERIES = """
trigger = { event = "shop.began" }
steps = [
  { uid = "one", kind = "send", letter = "one", not_after = "3d" },
  { uid = "rest", kind = "wait", for = "1d" },
  { uid = "two", kind = "send", letter = "two", not_after = "NOT_AFTER" },
]
"""
ONE_A_WEEK = 'caps = [{ letters = 1, within = "7d" }]'
QUIET = 'quiet_hours = { from = "21:00", to = "08:00" }'


def begin(house: House, flow: str, when: str, name: str = "shop.began") -> None:
    house.publish(flow, "2026-03-01 00:00")
    house.joins("ida", "2026-03-01 08:00")
    house.happens(name, "ida", when)
    house.tick(when)


def test_a_letter_for_which_there_is_no_room_is_postponed_until_there_is(house: House) -> None:
    house.rules(ONE_A_WEEK)
    begin(house, SERIES.replace("NOT_AFTER", "10d"), "2026-03-02 10:00")
    house.tick("2026-03-03 10:00")
    assert house.waiting() == ["2026-03-09 10:00 postponed: cap 1/7d until 2026-03-09T11:00+01:00"]
    house.tick("2026-03-09 09:59", "2026-03-09 10:00")
    assert house.letters() == ["2026-03-02 10:00 one", "2026-03-09 10:00 two"]


def test_a_letter_for_which_there_will_be_no_room_in_time_is_skipped_with_the_reason(house: House) -> None:
    house.rules(ONE_A_WEEK)
    begin(house, SERIES.replace("NOT_AFTER", "5d"), "2026-03-02 10:00")
    house.tick_through("2026-03-03 10:00", "2026-03-12 10:00", days=1)
    assert house.letters() == ["2026-03-02 10:00 one"]
    assert house.stayed() == ["two: no_room: cap 1/7d before 2026-03-08T11:00+01:00"]
    assert house.state("ida") == "completed"


def test_a_letter_that_was_postponed_and_overtaken_by_another_is_skipped_in_time(house: House) -> None:
    house.rules(ONE_A_WEEK)
    begin(house, SERIES.replace("NOT_AFTER", "7d"), "2026-03-02 10:00")
    house.tick("2026-03-03 10:00")
    thanks = """
    slug = "thanks"
    purpose = "onboarding"
    trigger = { event = "shop.thanked" }
    steps = [{ uid = "thanks", kind = "send", letter = "thanks" }]
    """
    house.publish(thanks, "2026-03-03 11:00")
    house.happens("shop.thanked", "ida", "2026-03-09 10:00")
    house.tick("2026-03-09 10:00", "2026-03-10 10:00", "2026-03-11 10:00")
    assert house.letters() == ["2026-03-02 10:00 one", "2026-03-09 10:00 thanks"]
    assert house.stayed() == ["two: no_room: cap 1/7d before 2026-03-10T11:00+01:00"]


def test_of_two_flows_that_compete_for_one_letter_the_more_important_goes_first(house: House) -> None:
    house.rules(ONE_A_WEEK)
    for purpose in ("ask", "value", "onboarding"):
        flow = f"""
        slug = "{purpose}"
        purpose = "{purpose}"
        trigger = {{ event = "shop.began" }}
        steps = [{{ uid = "one", kind = "send", letter = "{purpose}", not_after = "9d" }}]
        """
        house.publish(flow, "2026-03-01 00:00")
    house.joins("ida", "2026-03-01 08:00")
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00", "2026-03-09 10:00", "2026-03-11 10:00")
    assert house.letters() == ["2026-03-02 10:00 onboarding", "2026-03-09 10:00 value"]
    assert house.stayed() == ["ask: no_room: cap 1/7d before 2026-03-11T11:00+01:00"]


def test_what_must_be_said_is_not_held_back_by_limits_and_does_not_use_them_up(house: House) -> None:
    house.rules(ONE_A_WEEK)
    for purpose in ("value", "leaving", "dunning", "transactional"):
        flow = f"""
        slug = "{purpose}"
        purpose = "{purpose}"
        {"topic = ''" if purpose == "transactional" else ""}
        trigger = {{ event = "shop.began" }}
        steps = [{{ uid = "one", kind = "send", letter = "{purpose}" }}]
        """
        house.publish(flow, "2026-03-01 00:00")
    house.joins("ida", "2026-03-01 08:00")
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00")
    assert len(house.letters()) == 4


AT_ONCE = """
trigger = { event = "shop.began" }
steps = [
  { uid = "hello", kind = "send", letter = "hello", at_once = true },
  { uid = "rest", kind = "wait", for = "WAIT" },
  { uid = "more", kind = "send", letter = "more", at_once = true },
]
"""


def test_an_answer_at_once_leaves_in_quiet_hours_and_the_second_one_waits(house: House) -> None:
    house.rules(QUIET)
    begin(house, AT_ONCE.replace("WAIT", "1h"), "2026-03-02 22:00")
    house.tick("2026-03-02 23:00", "2026-03-03 07:00")
    assert house.letters() == ["2026-03-02 22:00 hello", "2026-03-03 07:00 more"]


def test_a_day_after_it_began_nothing_is_at_once_any_more(house: House) -> None:
    house.rules(QUIET)
    late = AT_ONCE.replace('{ uid = "hello", kind = "send", letter = "hello", at_once = true },', "")
    begin(house, late.replace("WAIT", "25h"), "2026-03-02 22:00")
    house.tick("2026-03-03 23:00", "2026-03-04 07:00")
    assert house.letters() == ["2026-03-04 07:00 more"]


def test_a_worker_that_comes_more_than_a_day_late_answers_nothing_at_once(house: House) -> None:
    house.rules(QUIET)
    house.publish(AT_ONCE.replace("WAIT", "5d"), "2026-03-01 00:00")
    house.joins("ida", "2026-03-01 08:00")
    house.happens("shop.began", "ida", "2026-03-02 20:00")
    house.tick("2026-03-03 22:00", "2026-03-04 07:00")
    assert house.letters() == ["2026-03-04 07:00 hello"]


def test_an_answer_at_once_is_not_sent_to_who_does_not_want_letters(house: House) -> None:
    house.publish(AT_ONCE.replace("WAIT", "1h"), "2026-03-01 00:00")
    no = [{"topic": "membership", "granted": False}]
    house.joins("ida", "2026-03-01 08:00", consents=no)
    house.happens("shop.began", "ida", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00", "2026-03-02 11:00")
    assert house.letters() == []
    assert house.stayed() == ["hello: no_consent: membership", "more: no_consent: membership"]


def test_quiet_hours_end_by_the_clock_on_the_wall_when_the_clocks_are_put_forward(house: House) -> None:
    house.rules(QUIET)
    begin(house, SERIES.replace("NOT_AFTER", "3d"), "2026-03-28 22:00")  # the night to summer time
    house.tick("2026-03-29 05:59", "2026-03-29 06:00")
    assert house.letters() == ["2026-03-29 06:00 one"]


def test_quiet_hours_end_by_the_clock_on_the_wall_when_the_clocks_are_put_back(house: House) -> None:
    house.rules(QUIET)
    begin(house, SERIES.replace("NOT_AFTER", "3d"), "2026-10-24 21:00")  # the night to winter time
    house.tick("2026-10-25 06:00", "2026-10-25 07:00")
    assert house.letters() == ["2026-10-25 07:00 one"]
