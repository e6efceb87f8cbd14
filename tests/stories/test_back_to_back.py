"""A change of plan is no leaving: no farewell begins, and one that had begun ends when the next contract is told."""

import pytest

from tests.stories.playing import House

FAREWELL = """
slug = "farewell"
name = "Farewell"
trigger = { event = "subscription.ended" }
steps = [
  { uid = "rest", kind = "wait", for = "2d" },
  { uid = "bye", kind = "send", letter = "bye" },
]
"""
FORMER = (
    FAREWELL.replace("farewell", "former")
    .replace("Farewell", "Former")
    .replace('{ event = "subscription.ended" }', '{ stage = "former" }')
    .replace("bye", "gone")
)
OF = {"external_id": "s-1"}
NEXT = {"external_id": "s-2"}


def began(house: House) -> None:
    house.publish(FAREWELL, "2026-01-01 00:00")
    house.publish(FORMER, "2026-01-01 00:00")
    house.joins("ida", "2026-01-01 08:00")
    house.happens("subscription.started", "ida", "2026-01-01 08:00", data=OF)
    house.tick("2026-01-01 09:00")


def later(house: House) -> None:
    for day in ("04", "05", "06"):
        house.tick(f"2026-02-{day} 10:00")


def test_who_leaves_hears_from_us(house: House) -> None:
    began(house)
    house.happens("subscription.ended", "ida", "2026-02-01 00:00", data=OF)
    house.tick("2026-02-01 00:00")
    later(house)
    assert len(house.letters()) == 2


def test_both_known_before_anybody_looked_begin_nothing(house: House) -> None:
    began(house)
    house.happens("subscription.ended", "ida", "2026-02-01 00:00", data=OF)
    house.happens("subscription.started", "ida", "2026-02-01 00:00", data=NEXT)
    house.tick("2026-02-01 00:10")
    later(house)
    assert house.letters() == []
    assert "not_entered: the membership goes on" in house.reasons("ida", flow="farewell")


@pytest.mark.parametrize("when", ["2026-01-31 23:00", "2026-02-01 00:00", "2026-02-01 04:00"])
def test_the_next_contract_told_hours_later_takes_the_farewell_back(house: House, when: str) -> None:
    began(house)
    house.happens("subscription.ended", "ida", "2026-02-01 00:00", data=OF)
    house.tick("2026-02-01 00:10")
    assert (house.state("ida", "farewell"), house.state("ida", "former")) == ("active", "active")
    house.happens("subscription.started", "ida", when, told="2026-02-01 05:00", data=NEXT)
    house.tick("2026-02-01 05:00")
    later(house)
    assert house.letters() == []
    assert (house.state("ida", "farewell"), house.state("ida", "former")) == ("exited", "exited")
