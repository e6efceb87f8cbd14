"""Flow files that are odd but right, each played from outside and compared letter by letter with the contract."""

import pytest

from tests.stories.playing import House

LONG_AGO = "2026-01-01 00:00"


def begun(
    house: House, steps: str, *, head: str = "", when: str = "2026-03-02 10:00", **person: object
) -> None:
    """A flow of these steps, and Ida in it since `when`."""
    house.publish(f'trigger = {{ event = "shop.began" }}\n{head}\nsteps = [\n{steps}\n]', LONG_AGO)
    house.joins("ida", "2026-01-02 08:00", **person)
    house.happens("shop.began", "ida", when)
    house.tick(when)


@pytest.mark.parametrize(
    ("wait", "when", "early", "then"),
    [
        # from Saturday 10:00, two days are Monday 10:00; nine o'clock of that Monday is over
        (
            'for = "2d", at = "09:00", days = ["mon"]',
            "2026-03-07 09:00",
            "2026-03-16 07:59",
            "2026-03-16 08:00",
        ),
        # from Saturday 09:00 sharp: that very minute
        (
            'for = "2d", at = "09:00", days = ["mon"]',
            "2026-03-07 08:00",
            "2026-03-09 07:59",
            "2026-03-09 08:00",
        ),
        # days without an hour keep the hour at which the wait was reached
        ('days = ["mon"]', "2026-03-02 10:00", "2026-03-09 09:59", "2026-03-09 10:00"),
        ('days = ["tue", "mon"]', "2026-03-02 10:00", "2026-03-03 09:59", "2026-03-03 10:00"),
        # a day after entry without an hour: the hour of entry, by the calendar
        ("day = 27", "2026-03-02 10:00", "2026-03-29 08:59", "2026-03-29 09:00"),
        ('day = 0, at = "12:00"', "2026-03-02 10:00", "2026-03-02 10:59", "2026-03-02 11:00"),
        ('for = "0d", at = "12:00"', "2026-03-02 10:00", "2026-03-02 10:59", "2026-03-02 11:00"),
        # hours first, which pass by the watch, then nine o'clock after the night without 02:00
        ('for = "23h", at = "09:00"', "2026-03-28 09:00", "2026-03-30 06:59", "2026-03-30 07:00"),
        ('for = "22h", at = "09:00"', "2026-03-28 09:00", "2026-03-29 06:59", "2026-03-29 07:00"),
        ('for = "1w"', "2026-10-21 10:00", "2026-10-28 10:59", "2026-10-28 11:00"),
    ],
)
def test_a_wait_that_is_put_together_oddly(house: House, wait: str, when: str, early: str, then: str) -> None:
    begun(
        house,
        f'{{ uid = "w", kind = "wait", {wait} }}, {{ uid = "s", kind = "send", letter = "hello" }},',
        when=when,
    )
    house.tick(early)
    assert house.letters() == []
    house.tick(then)
    assert house.letters() == [f"{then} hello"]


@pytest.mark.parametrize(
    ("zone", "when", "wait", "early", "then"),
    [
        # the clocks of Santiago go from 24:00 to 01:00: that midnight is at one
        ("America/Santiago", "2026-09-05 12:00", 'at = "00:00"', "2026-09-06 03:59", "2026-09-06 04:00"),
        # those of Lord Howe move by half an hour
        ("Australia/Lord_Howe", "2026-10-03 00:00", 'at = "02:15"', "2026-10-03 15:29", "2026-10-03 15:30"),
        ("Asia/Kathmandu", "2026-03-02 10:00", 'at = "09:00"', "2026-03-03 03:14", "2026-03-03 03:15"),
        (
            "Pacific/Kiritimati",
            "2026-03-02 09:00",
            'day = 1, at = "09:00"',
            "2026-03-02 18:59",
            "2026-03-02 19:00",
        ),
        ("Pacific/Apia", "2026-03-02 12:00", 'day = 1, at = "09:00"', "2026-03-03 19:59", "2026-03-03 20:00"),
    ],
)
def test_a_wait_in_a_zone_of_its_own_kind(
    house: House, zone: str, when: str, wait: str, early: str, then: str
) -> None:
    steps = f'{{ uid = "w", kind = "wait", {wait} }}, {{ uid = "s", kind = "send", letter = "hello" }},'
    begun(house, steps, when=when, time_zone=zone)
    house.tick(early)
    assert house.letters() == []
    house.tick(then)
    assert house.letters() == [f"{then} hello"]


HOPE = """
  { uid = "hope", kind = "wait", event = "shop.visited", timeout = "3d", then = "yes" },
  { uid = "no", kind = "send", letter = "no" },
  { uid = "stop", kind = "end" },
  { uid = "yes", kind = "send", letter = "yes" },
"""


@pytest.mark.parametrize(
    ("visited", "worked", "letter"),
    [
        ("2026-03-05 10:00", "2026-03-05 10:00", "2026-03-05 10:00 yes"),
        ("2026-03-05 10:01", "2026-03-05 10:02", "2026-03-05 10:02 no"),
        ("2026-03-05 09:59", "2026-03-07 12:00", "2026-03-07 12:00 yes"),
        ("2026-03-05 10:00", "2026-03-07 12:00", "2026-03-07 12:00 yes"),
        ("2026-03-05 10:01", "2026-03-07 12:00", "2026-03-07 12:00 no"),
    ],
)
def test_a_timeout_and_what_it_waits_for_worked_off_together(
    house: House, visited: str, worked: str, letter: str
) -> None:
    begun(house, HOPE)
    house.happens("shop.visited", "ida", visited, told=worked)
    house.tick(worked)
    assert house.letters() == [letter]


def test_conditions_inside_conditions_see_only_what_came_since_entry(house: House) -> None:
    steps = """
      { uid = "w", kind = "wait", for = "5d" },
      { uid = "b", kind = "branch", then = "keen", else = "shy", if = { all = [
        { any = [
          { event = "usage.visit", count = ">=2", since = "entry" },
          { all = [
            { event = "shop.bought", since = "entry" }, { not = { fact = "country", op = "=", value = "DK" } }
          ] },
        ] },
        { not = { event = "shop.complained", since = "entry" } },
      ] } },
      { uid = "shy", kind = "send", letter = "shy" },
      { uid = "stop", kind = "end" },
      { uid = "keen", kind = "send", letter = "keen" },
    """
    begun(house, steps, country="DK")
    people = {"ola": "NO", "per": "NO", "kim": "DK"}
    for who, country in people.items():
        house.joins(who, "2026-01-02 08:00", country=country)
        house.happens("shop.complained", who, "2026-03-01 10:00")
        house.happens("usage.visit", who, "2026-03-01 10:00")
        house.happens("shop.began", who, "2026-03-02 10:00")
    house.tick("2026-03-02 10:00")
    house.happens("shop.bought", "ida", "2026-03-03 10:00")
    house.happens("shop.bought", "ola", "2026-03-03 10:00")
    house.happens("shop.bought", "per", "2026-03-03 10:00")
    house.happens("shop.complained", "per", "2026-03-04 10:00")
    house.happens("usage.visit", "kim", "2026-03-03 10:00")
    house.happens("usage.visit", "kim", "2026-03-04 10:00")
    house.tick("2026-03-04 10:00", "2026-03-07 10:00")
    found = {who: house.letters(who) for who in ("ida", *people)}
    assert found == {
        "ida": ["2026-03-07 10:00 shy"],  # has bought, but lives in Denmark
        "ola": ["2026-03-07 10:00 keen"],
        "per": ["2026-03-07 10:00 shy"],
        "kim": ["2026-03-07 10:00 keen"],
    }


@pytest.mark.parametrize(
    ("every", "joined", "moments"),
    [
        ("1y", "2024-02-29 10:00", ["2027-02-28 08:00", "2028-02-29 08:00", "2029-02-28 08:00"]),
        (
            "1mo",
            "2026-05-31 10:00",
            ["2026-06-30 07:00", "2026-07-31 07:00", "2026-08-31 07:00", "2026-09-30 07:00"],
        ),
        ("6w", "2026-02-16 10:00", ["2026-03-30 07:00", "2026-05-11 07:00"]),
    ],
)
def test_an_anniversary_goes_by_the_day_it_counts_from(
    house: House, every: str, joined: str, moments: list[str]
) -> None:
    house.publish(
        f"""
        trigger = {{ every = "{every}", anchor = "joined_at", at = "09:00" }}
        reentry = "after 1d"
        steps = [{{ uid = "s", kind = "send", letter = "hello" }}]
        """,
        LONG_AGO if joined > LONG_AGO else "2026-03-01 12:00",
    )
    house.joins(
        "ida",
        joined if joined > LONG_AGO else "2026-03-01 12:00",
        joined_at=f"{joined.replace(' ', 'T')}:00Z",
    )
    for moment in moments:
        house.tick(moment)
    assert house.letters() == [f"{moment} hello" for moment in moments]


def test_without_a_rule_of_reentry_a_repetition_comes_once(house: House) -> None:
    house.publish(
        'trigger = { every = "1mo" }\nsteps = [{ uid = "s", kind = "send", letter = "hello" }]', LONG_AGO
    )
    house.joins("ida", "2026-01-02 08:00")
    house.tick("2026-02-02 08:00", "2026-03-02 08:00")
    assert house.letters() == ["2026-02-02 08:00 hello"]


def test_an_arm_without_weight_gets_nobody_and_the_same_member_goes_the_same_way_again(house: House) -> None:
    begun(
        house,
        """
        { uid = "which", kind = "split", arms = { a = { weight = 0, then = "a" }, b = { weight = 1, then = "b" } } },
        { uid = "a", kind = "send", letter = "a" },
        { uid = "stop", kind = "end" },
        { uid = "b", kind = "send", letter = "b" },
        """,
        head='reentry = "after 1d"',
    )
    for number in range(12):
        house.joins(f"p{number}", "2026-01-02 08:00")
        house.happens("shop.began", f"p{number}", "2026-03-02 10:00")
    house.happens("shop.began", "ida", "2026-03-05 10:00")
    house.tick("2026-03-05 10:00")
    assert {letter.split()[-1] for letter in house.letters()} == {"b"}
    assert house.letters("ida") == ["2026-03-02 10:00 b", "2026-03-05 10:00 b"]


def test_whoever_is_kept_out_gets_nothing_and_their_goal_is_noted_inside_its_window(house: House) -> None:
    house.publish(
        """
        trigger = { event = "shop.began" }
        holdout = 0.5
        goal = { event = "shop.bought", within = "10d", ends = true }
        steps = [{ uid = "s", kind = "send", letter = "hello" }, { uid = "w", kind = "wait", for = "20d" },
          { uid = "t", kind = "send", letter = "more" }]
        """,
        LONG_AGO,
    )
    for number in range(12):
        house.joins(f"p{number}", "2026-01-02 08:00")
        house.happens("shop.began", f"p{number}", "2026-03-02 10:00")
    house.tick("2026-03-02 10:00")
    out = [f"p{number}" for number in range(12) if house.state(f"p{number}") == "held_out"]
    inside = [f"p{number}" for number in range(12) if f"p{number}" not in out]
    assert 1 <= len(out) <= 11
    for who in (out[0], inside[0]):
        house.happens("shop.bought", who, "2026-03-12 10:00")  # ten days, to the minute
    house.happens("shop.bought", out[1], "2026-03-12 10:01")
    house.tick("2026-03-12 10:01", "2026-03-22 10:00")
    assert house.state(inside[0]) == "goal"
    assert house.state(out[0]) == "held_out"
    assert [who for who, when in house.goals().items() if when] == sorted(
        [out[0], inside[0]], key=lambda who: int(who[1:])
    )
    assert {letter.split()[-1] for letter in house.letters()} == {"hello", "more"}
    assert all(house.letters(who) == [] for who in out)


def test_a_loop_asks_for_something_new_each_time_round(house: House) -> None:
    begun(
        house,
        """
        { uid = "hope", kind = "wait", event = "shop.visited", timeout = "10d", then = "thanks" },
        { uid = "stop", kind = "end" },
        { uid = "thanks", kind = "send", letter = "thanks" },
        { uid = "on", kind = "branch", then = "hope", if = { event = "shop.visited", count = "<3", since = "entry" } },
        { uid = "last", kind = "send", letter = "last" },
        """,
    )
    for day in ("03", "05", "06"):
        house.happens("shop.visited", "ida", f"2026-03-{day} 12:00")
        house.tick(f"2026-03-{day} 12:00")
    assert house.letters() == [
        "2026-03-03 12:00 thanks",
        "2026-03-05 12:00 thanks",
        "2026-03-06 12:00 thanks",
        "2026-03-06 12:00 last",
    ]
    assert house.state("ida") == "completed"


def test_a_tag_that_one_flow_sets_is_asked_by_the_next(house: House) -> None:
    house.publish(
        """
        slug = "second"
        trigger = { event = "shop.visited" }
        entry = { fact = "tags", op = "contains", value = "vip" }
        steps = [{ uid = "s", kind = "send", letter = "second" }]
        """,
        LONG_AGO,
    )
    begun(house, '{ uid = "mark", kind = "set", tag = "vip" }, { uid = "w", kind = "wait", for = "2d" },')
    house.joins("per", "2026-01-02 08:00")
    for who in ("ida", "per"):
        house.happens("shop.visited", who, "2026-03-02 11:00")
    house.tick("2026-03-02 11:00")
    assert house.letters() == ["2026-03-02 11:00 second"]
    assert house.state("per", "second") == "never"


@pytest.mark.parametrize(
    ("head", "wait", "state", "letters"),
    [
        ('exit = { event = "shop.began" }', 'for = "1d"', "never", []),
        ('goal = { event = "shop.began", ends = true }', 'for = "1d"', "goal", []),
        ("", 'event = "shop.began", timeout = "1d", then = "s"', "completed", ["2026-03-02 10:00 hello"]),
        (
            'exit = { event = "shop.left" }\ngoal = { event = "shop.left", ends = true }',
            'for = "1d"',
            "exited",
            [],
        ),
    ],
)
def test_what_sets_a_flow_going_counts_for_its_own_end_goal_and_wait(
    house: House, head: str, wait: str, state: str, letters: list[str]
) -> None:
    begun(
        house,
        f'{{ uid = "w", kind = "wait", {wait} }}, {{ uid = "s", kind = "send", letter = "hello" }},',
        head=head,
    )
    house.happens("shop.left", "ida", "2026-03-02 12:00")
    house.tick("2026-03-02 12:00", "2026-03-03 10:00")
    assert house.state("ida") == state
    assert house.letters() == letters
