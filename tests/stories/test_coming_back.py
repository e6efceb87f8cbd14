"""A newspaper's reader leaves for the price, is offered a way back by the file of the trade, and takes it."""

import re

import pytest
from django.core.management import call_command
from django.test import Client

from flows import publishing
from flows.models import Flow
from mail import reading
from mail.models import Message
from members import consent
from members.models import Member
from office import clock
from relationship.models import Task
from tests.stories import playing
from tests.stories.playing import House
from winback.models import MadeOffer

pytestmark = pytest.mark.django_db
CONTRACT = {
    "external_id": "S1",
    "plan": "digital",
    "status": "active",
    "started_at": "2026-01-05T08:00:00Z",
    "current_period_end": "2026-03-05T08:00:00Z",
    "amount": 10000,
    "currency": "EUR",
    "interval": "month",
}


def test_a_reader_who_left_is_offered_a_price_once_and_somebody_gives_it(house: House) -> None:
    call_command("choose_trade", "newspaper")
    house.rules("quiet_hours = {}\nwindows = []\n")
    house.tell_time("2026-01-02 00:00")
    publishing.publish(Flow.objects.get(slug="newspaper-come-back").draft, clock.now(), without_face=True)
    house.joins("ida", "2026-01-05 08:00", locale="en", subscription=CONTRACT)
    house.tick("2026-01-05 08:00")
    ida = Member.objects.get()
    consent.grant(
        ida, "news", playing.at("2026-01-05 08:00"), playing.at("2026-01-05 08:00"), proof="form", source="t"
    )
    house.happens(
        "subscription.ended", "ida", "2026-03-05 08:00", data={"external_id": "S1", "reason": "price"}
    )
    house.tick_through("2026-03-05 08:00", "2026-04-20 08:00", hours=24)
    letter = Message.objects.filter(letter_version__letter__slug="newspaper-come-back-best").get()
    page = reading.read(letter, clock.now()).html
    assert "Three months at 20 % off" in page
    assert "€80 a month instead of €100 a month for three months" in page
    path = re.search(r"/u/offer/[^\"]+", page)
    assert path
    Client().post(path[0])
    house.tick("2026-04-20 09:00")
    assert MadeOffer.objects.get().accepted_at is not None
    task = Task.objects.filter(is_money=True).latest("pk")
    assert task.title == "Give Ida what they accepted: Three months at 20 % off"
    told = house.client.get("/api/v1/members/ext:ida/timeline/").json()["results"]
    assert {"offer.made", "offer.accepted"} <= {row["name"] for row in told}
