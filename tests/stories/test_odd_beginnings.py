"""Odd but right ways into a flow, and what comes of them, each played from outside."""

import datetime as dt

import pytest

from members import segments
from members.models import Segment
from tests.stories.playing import House, at

LONG_AGO = "2026-01-01 00:00"
HELLO = 'steps = [{ uid = "s", kind = "send", letter = "hello" }]'


def subscribe(house: House, ends: str, now: str, **person: object) -> None:
    """Ida has a subscription whose paid period ends then."""
    house.joins("ida", now, **person)
    term(house, ends, now, "subscription.started")


def term(house: House, ends: str, now: str, name: str = "subscription.renewed") -> None:
    data = {
        "external_id": "s-1", "plan": "gold", "status": "active", "started_at": f"{now.replace(' ', 'T')}:00Z",
        "current_period_end": f"{ends.replace(' ', 'T')}:00Z",
    }  # fmt: skip
    house.happens(name, "ida", now, data=data)
    house.tick(now)


@pytest.mark.parametrize(
    ("offset", "ends", "early", "then"),
    [
        ('offset = "7d", at = "09:00"', "2026-03-25 12:00", "2026-04-01 06:59", "2026-04-01 07:00"),
        ('offset = "+7d", at = "09:00"', "2026-03-25 12:00", "2026-04-01 06:59", "2026-04-01 07:00"),
        ('offset = "-1mo", at = "09:00"', "2026-03-31 12:00", "2026-02-28 07:59", "2026-02-28 08:00"),
        ('offset = "-36h"', "2026-03-29 12:00", "2026-03-27 23:59", "2026-03-28 00:00"),
        ('offset = "-1d"', "2026-03-29 12:00", "2026-03-28 12:59", "2026-03-28 13:00"),  # 14:00 on both days
        ('at = "00:00"', "2026-03-29 12:00", "2026-03-28 22:59", "2026-03-28 23:00"),
    ],
)
def test_a_date_and_a_distance_from_it(house: House, offset: str, ends: str, early: str, then: str) -> None:
    house.publish(f'trigger = {{ date = "subscription.current_period_end", {offset} }}\n{HELLO}', LONG_AGO)
    subscribe(house, ends, "2026-01-05 10:00")
    house.tick(early)
    assert house.letters() == []
    house.tick(then)
    assert house.letters() == [f"{then} hello"]


def test_a_term_that_is_put_off_is_written_about_before_its_new_end(house: House) -> None:
    house.publish(
        'trigger = { date = "subscription.current_period_end", offset = "-7d", at = "09:00" }\n'
        f'reentry = "per subscription"\n{HELLO}',
        LONG_AGO,
    )
    subscribe(house, "2026-02-20 12:00", "2026-01-05 10:00")
    term(house, "2026-03-20 12:00", "2026-02-10 10:00")
    house.tick("2026-02-13 08:00", "2026-02-20 08:00")
    assert house.letters() == []
    house.tick("2026-03-13 08:00")
    term(house, "2026-04-20 12:00", "2026-03-20 10:00")
    house.tick("2026-04-13 07:00")
    assert house.letters() == ["2026-03-13 08:00 hello", "2026-04-13 07:00 hello"]


def test_a_segment_is_entered_left_and_entered_again(house: House) -> None:
    often = Segment(name="Often here", condition={"event": "usage.visit", "count": ">=2", "within": "7d"})
    slug = segments.save(often, often.condition, at(LONG_AGO), None).slug
    house.publish(f'trigger = {{ segment = "{slug}" }}\nreentry = "after 1d"\n{HELLO}', LONG_AGO)
    house.joins("ida", "2026-01-02 08:00")
    for day in ("2026-03-02", "2026-03-03", "2026-03-04", "2026-04-01", "2026-04-02"):
        house.happens("usage.visit", "ida", f"{day} 10:00")
        house.tick(f"{day} 10:00")
        house.tick(f"{(dt.date.fromisoformat(day) + dt.timedelta(days=1)).isoformat()} 04:00")
    entered = [letter[:10] for letter in house.letters()]
    assert entered in (["2026-03-03", "2026-04-02"], ["2026-03-04", "2026-04-03"])  # at once, or at night


def test_a_worker_that_slept_for_a_month_sends_what_is_still_worth_it_and_stays_in_order(
    house: House,
) -> None:
    house.publish(
        """
        trigger = { event = "shop.began" }
        steps = [
          { uid = "a", kind = "wait", day = 3, at = "09:00" },
          { uid = "b", kind = "send", letter = "third", not_after = "2d" },
          { uid = "c", kind = "wait", day = 30, at = "09:00" },
          { uid = "d", kind = "send", letter = "thirtieth", not_after = "2d" },
          { uid = "e", kind = "wait", day = 31, at = "09:00" },
          { uid = "f", kind = "send", letter = "last" },
        ]
        """,
        LONG_AGO,
    )
    house.joins("ida", "2026-01-02 08:00")
    house.happens("shop.began", "ida", "2026-03-01 10:00")
    house.tick("2026-03-01 10:00", "2026-03-31 12:00", "2026-04-01 06:59", "2026-04-01 07:00")
    assert house.letters() == ["2026-03-31 12:00 thirtieth", "2026-04-01 07:00 last"]
    assert [line.partition(":")[0] for line in house.stayed()] == ["third"]


def test_what_one_flow_waits_for_ends_another(house: House) -> None:
    house.publish(
        """
        slug = "first"
        trigger = { event = "shop.began" }
        steps = [
          { uid = "w", kind = "wait", event = "shop.visited", timeout = "5d", then = "yes" },
          { uid = "no", kind = "send", letter = "first-no" },
          { uid = "stop", kind = "end" },
          { uid = "yes", kind = "send", letter = "first-yes" },
        ]
        """,
        LONG_AGO,
    )
    house.publish(
        """
        slug = "second"
        trigger = { event = "shop.began" }
        exit = { event = "shop.visited" }
        steps = [{ uid = "w", kind = "wait", for = "2d" }, { uid = "s", kind = "send", letter = "second" }]
        """,
        LONG_AGO,
    )
    house.joins("ida", "2026-01-02 08:00")
    house.joins("per", "2026-01-02 08:00")
    for who in ("ida", "per"):
        house.happens("shop.began", who, "2026-03-02 10:00")
    house.tick("2026-03-02 10:00")
    house.happens("shop.visited", "ida", "2026-03-04 10:00")
    house.tick("2026-03-04 10:00", "2026-03-07 10:00")
    assert house.letters("ida") == ["2026-03-04 10:00 first-yes"]
    assert house.letters("per") == ["2026-03-04 10:00 second", "2026-03-07 10:00 first-no"]
    assert (house.state("ida", "second"), house.state("per", "second")) == ("exited", "completed")


def test_two_letters_at_once_in_one_run_are_one_at_once_and_one_that_waits_for_morning(house: House) -> None:
    house.rules('quiet_hours = { from = "21:00", to = "08:00" }')
    house.publish(
        """
        trigger = { event = "shop.began" }
        steps = [
          { uid = "a", kind = "send", letter = "a", at_once = true },
          { uid = "w", kind = "wait", for = "1h" },
          { uid = "b", kind = "send", letter = "b", at_once = true },
        ]
        """,
        LONG_AGO,
    )
    house.joins("ida", "2026-01-02 08:00")
    house.happens("shop.began", "ida", "2026-03-02 22:00")
    house.tick("2026-03-02 22:00", "2026-03-02 23:00", "2026-03-03 06:59", "2026-03-03 07:00")
    assert house.letters() == ["2026-03-02 22:00 a", "2026-03-03 07:00 b"]
