"""A card that expires: a letter a month and a week before, once for each card, also after an outage."""

import pytest

from flows.models import Decision
from tests.stories.playing import House

pytestmark = pytest.mark.django_db
FLOW = """
purpose = "transactional"
topic = ""
trigger = { date = "subscription.card_expires_at", offset = "-30d", at = "09:00" }
reentry = "per subscription"
exit = { event = "subscription.cancelled" }
goal = { event = "card.replaced", within = "40d", ends = true }
steps = [
  { uid = "month", kind = "send", letter = "month", not_after = "5d" },
  { uid = "d7", kind = "wait", day = 23, at = "09:00" },
  { uid = "week", kind = "send", letter = "week", not_after = "5d" },
]
"""


@pytest.fixture
def club(house: House) -> House:
    """Ida pays by a card that is valid until the end of March."""
    house.publish(FLOW, "2026-01-01 00:00")
    house.joins("ida", "2026-01-02 10:00", subscription={"external_id": "s-1", "card_expires": "2026-03"})
    house.tick("2026-01-02 10:01")
    return house


def test_a_month_and_a_week_before_at_nine_where_the_member_lives(club: House) -> None:
    club.tick(
        "2026-03-01 07:59", "2026-03-01 08:00", "2026-03-24 07:59", "2026-03-24 08:00", "2026-05-01 12:00"
    )
    assert club.letters("ida") == ["2026-03-01 08:00 month", "2026-03-24 08:00 week"]
    assert club.state("ida") == "completed"


def test_a_new_card_in_time_is_followed_by_no_letter(club: House) -> None:
    club.happens("payment_method.updated", "ida", "2026-02-20 10:00", data={"card_expires": "03/29"})
    club.tick("2026-02-20 10:01", "2026-03-01 08:00", "2026-03-24 08:00")
    assert club.letters("ida") == []
    assert club.state("ida") == "never"


def test_a_new_card_after_the_first_letter_ends_it(club: House) -> None:
    club.tick("2026-03-01 08:00")
    club.happens("subscription.changed", "ida", "2026-03-10 10:00", data={"card_expires": "2029-03"})
    club.tick("2026-03-10 10:01", "2026-03-24 08:00", "2026-04-10 08:00")
    assert club.letters("ida") == ["2026-03-01 08:00 month"]
    assert club.state("ida") == "goal"


def test_the_next_card_has_its_own_letters_and_the_same_card_none_again(club: House) -> None:
    club.tick("2026-03-01 08:00", "2026-03-24 08:00")
    club.happens("payment_method.expiring", "ida", "2026-03-25 10:00", data={"card_expires": "2026-03"})
    club.tick("2026-03-25 10:01")
    club.happens("payment_method.updated", "ida", "2026-03-28 10:00", data={"card_expires": "2026-12"})
    club.tick("2026-03-28 10:01", "2026-12-01 08:00", "2026-12-24 08:00")
    assert [letter[:10] for letter in club.letters("ida")] == [
        "2026-03-01",
        "2026-03-24",
        "2026-12-01",
        "2026-12-24",
    ]


def test_two_days_off_and_the_letter_leaves_when_the_house_wakes(club: House) -> None:
    club.tick("2026-02-28 20:00", "2026-03-03 07:00")
    assert club.letters("ida") == ["2026-03-03 07:00 month"]
    club.tick("2026-03-24 08:00")
    assert club.letters("ida")[1] == "2026-03-24 08:00 week"


def test_whoever_is_leaving_hears_nothing_of_the_card(club: House) -> None:
    club.happens(
        "subscription.cancelled", "ida", "2026-02-10 10:00", data={"effective_at": "2026-06-01T00:00:00Z"}
    )
    club.tick("2026-02-10 10:01", "2026-03-01 08:00")
    assert club.letters("ida") == []
    assert Decision.objects.get(verdict="not_entered").reason == "the subscription is cancelled"


def test_the_letter_names_the_month_in_the_reader_s_language(house: House) -> None:
    house.publish(
        FLOW
        + """
[[letters]]
slug = "month"
sender = "anna"
subject = "Expires in {{ subscription.card_expires }}"
body = "{{ subscription.card_expires }}"
  [letters.da]
  subject = "Udløber i {{ subscription.card_expires }}"
  body = "{{ subscription.card_expires }}"
""",
        "2026-01-01 00:00",
    )
    contract = {"external_id": "s-1", "card_expires": "2026-03"}
    house.joins("ida", "2026-01-02 10:00", locale="da", subscription=contract)
    house.joins("eva", "2026-01-02 10:00", locale="en", subscription={**contract, "external_id": "s-2"})
    house.tick("2026-01-02 10:01", "2026-03-01 08:00")
    assert house.letters("ida") == ["2026-03-01 08:00 Udløber i marts 2026"]
    assert house.letters("eva") == ["2026-03-01 08:00 Expires in March 2026"]
