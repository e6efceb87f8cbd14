"""The season's letter of a club: whoever got something reads what it came to, whoever did not is asked."""

import datetime as dt
import re

import pytest
from django.core.management import call_command
from django.test import Client

from flows import publishing
from flows.models import Flow
from lifecycle import trades
from mail.models import Message
from members.models import Member
from tests.sinks import Sink
from tests.stories import playing
from value.models import Benefit, Upcoming

pytestmark = pytest.mark.django_db
LETTER = "2026-04-08 07:00"  # three months and a week after joining, nine o'clock in Copenhagen


@pytest.fixture
def club(house: playing.House) -> playing.House:
    """A club whose evenings are worth 120 kr each, with two evenings to come, one of them before the letter."""
    trades.choose("club", playing.at("2026-01-01 00:00"))
    for slug in ("club-evenings", "club-library"):
        Benefit.objects.filter(slug=slug).update(offered_at=playing.at("2026-01-01 00:00"))
    Benefit.objects.filter(slug="club-evenings").update(worth=12000, currency="DKK")
    for title, when in (("Too early", "2026-04-07 17:00"), ("Soup and a talk", "2026-04-16 17:00")):
        Upcoming.objects.create(title=title, starts_at=playing.at(when))
    publishing.publish(Flow.objects.get(slug="club-season").draft, playing.at("2026-01-01 00:00"))
    return house


def joins(club: playing.House, who: str, *, evenings: int = 0, **said: str) -> Member:
    """Somebody joins, pays 900 kr, comes to so many evenings, and has got past the first weeks."""
    club.joins(who, "2026-01-01 10:00", plan="full", **said)
    money = {"external_id": f"pay-{who}", "amount": 90000, "currency": "DKK"}
    club.happens("payment.succeeded", who, "2026-01-01 10:05", data=money)
    for number in range(evenings):
        club.happens("usage.evening", who, f"2026-03-{10 + number} 18:00")
    Member.objects.filter(first_name=who.title()).update(stage="value")
    return Member.objects.get(first_name=who.title())


def text(sink: Sink, who: str) -> str:
    (letter,) = sink.to(f"{who}@example.com")
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_the_seasons_letter_says_it_as_it_is(club: playing.House, sink: Sink) -> None:
    joins(club, "ingrid", evenings=9, locale="da")
    joins(club, "per", evenings=1, locale="en")
    joins(club, "karen", locale="en")
    ticket = {"amount": 1, "unit": "ticket", "currency": "DKK", "saved": 6050}
    club.happens("value.discount", "ingrid", "2026-03-20 18:00", data=ticket)
    club.tick("2026-03-20 19:00", "2026-04-01 07:00")
    club.tick("2026-04-08 06:59")
    assert sink.accepted == []
    club.tick(LETTER)
    ingrid, per, karen = (text(sink, who) for who in ("ingrid", "per", "karen"))
    assert "er 1.140,50 kr.: 240,50 kr. mere, end det kostede." in ingrid  # 9 × 120 + 60.50 − 900
    assert "- Aftener: 9 gange à 120 kr., 1.080 kr." in ingrid
    assert "comes to 120 kr: 780 kr less than it cost." in per
    assert "Would a smaller plan or a pause suit you better?" in per
    assert "Which evening was worth coming for" in karen
    assert "900" not in karen
    for letter in (per, karen):
        assert "Coming up\n\n- Thursday 16 April, 19:00: Soup and a talk" in letter
        assert "Too early" not in letter


def test_its_link_and_the_api_say_the_same(club: playing.House, sink: Sink) -> None:
    joins(club, "per", evenings=2, locale="en")
    club.tick("2026-03-20 19:00", "2026-04-01 07:00", LETTER)
    link = re.search(r"http\S+(/u/statement/\S+/)", text(sink, "per"))
    assert link
    page = Client().get(link[1])
    assert page.status_code == 200
    assert b"660 kr less than it cost." in page.content
    told = club.client.get("/api/v1/members/ext:per/statement/").json()
    assert told["net"] == {"currency": "DKK", "amount": 2 * 12000 - 90000}


def test_what_a_letter_said_is_read_again_as_it_was(club: playing.House, sink: Sink) -> None:
    joins(club, "per", evenings=2, locale="en")
    club.tick("2026-03-20 19:00", "2026-04-01 07:00", LETTER)
    club.happens("usage.evening", "per", "2026-04-09 18:00")
    message = Message.objects.get(status="sent")
    assert message.values["statement"]["net"] == "−660 kr"
    assert message.values["upcoming"]["count"] == 1


def test_after_three_days_of_standing_still_it_leaves_once(club: playing.House, sink: Sink) -> None:
    joins(club, "per", evenings=2, locale="en")
    club.tick("2026-03-20 19:00", "2026-04-01 07:00")
    for days in (3, 4, 30):
        moment = playing.at(LETTER) + dt.timedelta(days=days)
        call_command("tick", now=moment.isoformat())
    assert len(sink.to("per@example.com")) == 1
