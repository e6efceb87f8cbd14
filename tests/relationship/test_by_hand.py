"""A member without an e-mail address is reached by a person, with the letter's words ready."""

import datetime as dt

import pytest
from django.test import Client

from lifecycle import clock
from members import consent
from office.models import User
from relationship.models import Task
from tests import cast
from tests.dashboard import club

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _welcome(settings, tmp_path, now: dt.datetime) -> None:
    settings.TEST_CLOCK = tmp_path / "clock"
    settings.TEST_CLOCK.write_text(now.isoformat())
    club.publish(now - dt.timedelta(days=1))


def test_the_first_letter_becomes_a_call_in_the_same_minute_with_its_words(now: dt.datetime) -> None:
    ole = cast.ole(now).member
    clock.tick(now + dt.timedelta(seconds=5))
    task = Task.objects.get(member=ole, letter__isnull=False)
    assert task.title.startswith("Call Ole Brandt, +45 30 12 34 56: “")
    client = Client()
    client.force_login(User.objects.create_user("anna"))
    page = client.get(f"/members/{ole.uuid}/").content.decode()
    assert f"/letters/{task.letter.uuid}/?as=text" in page
    assert "Ole" in client.get(f"/letters/{task.letter.uuid}/?as=text").content.decode()


def test_each_letter_is_one_task_however_often_the_clock_looks(now: dt.datetime) -> None:
    cast.ole(now)
    for minutes in range(1, 4):
        clock.tick(now + dt.timedelta(minutes=minutes))
    assert Task.objects.filter(letter__isnull=False).count() == 1


def test_without_a_phone_it_is_given_or_posted(now: dt.datetime) -> None:
    bo = cast.join("bo", now, first_name="Bo", last_name="Lind").member
    clock.tick(now + dt.timedelta(seconds=5))
    assert Task.objects.get(member=bo, letter__isnull=False).title.startswith("Give or post to Bo Lind: “")


def test_whoever_wants_no_letters_is_not_called_instead(now: dt.datetime) -> None:
    ole = cast.ole(now).member
    consent.withdraw(ole, "membership", now, now, proof="said so", source="test")
    clock.tick(now + dt.timedelta(seconds=5))
    assert not Task.objects.filter(member=ole, letter__isnull=False).exists()


def test_a_hundred_letters_take_as_many_queries_as_one(
    now: dt.datetime, django_assert_max_num_queries
) -> None:
    from relationship import by_hand

    for place in range(30):
        cast.join(f"m{place}", now, first_name=f"M{place}")
    for phase in clock.PHASES:
        if phase.name != "letters by hand":
            while phase.verb(now + dt.timedelta(seconds=5)):
                pass
    with django_assert_max_num_queries(12):
        assert by_hand.give(now + dt.timedelta(seconds=5)) == 30
