"""Path (a): somebody joins, and is welcomed at once by a person, whatever the hour."""

import datetime as dt
from pathlib import Path

import pytest

from flows import files, publishing
from flows.models import Decision, Enrolment
from lifecycle import clock
from mail.models import Message
from tests import cast
from tests.sinks import Sink

WELCOME = Path(__file__).resolve().parent.parent.parent / "flows" / "starter" / "welcome.toml"
pytestmark = pytest.mark.django_db


@pytest.fixture
def welcome(now: dt.datetime) -> None:
    definition = files.read(WELCOME.read_text())
    publishing.publish(definition, now, pictures=files.pictures_beside(WELCOME, definition))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def test_a_signup_becomes_one_danish_letter_from_a_person(
    welcome: None, sink: Sink, now: dt.datetime
) -> None:
    cast.ingrid(now)
    clock.tick(now)
    clock.tick(now)
    (letter,) = sink.to("ingrid@example.com")
    assert "Velkommen, Ingrid" in letter["Subject"]
    assert "Anna Bak" in letter["From"]
    message = Message.objects.get()
    assert (message.status, message.language) == ("sent", "da")


def test_the_second_letter_waits_for_nine_o_clock_in_copenhagen(
    welcome: None, sink: Sink, now: dt.datetime
) -> None:
    cast.ingrid(now)
    clock.tick(now)
    clock.tick(at("2026-03-04T07:59:00"))
    assert len(sink.accepted) == 1
    clock.tick(at("2026-03-04T08:00:00"))
    assert len(sink.accepted) == 2


def test_the_whole_series_in_its_order(welcome: None, sink: Sink, now: dt.datetime) -> None:
    person = cast.per(now)
    for day in range(100):
        clock.tick(now + dt.timedelta(days=day))
    assert len(sink.subjects("per@example.com")) == 6
    assert Enrolment.objects.get().status == "completed"
    assert person.member.tasks.get().title == "Call Per: has not been by yet"
    assert [row.verdict for row in Decision.objects.order_by("pk")] == ["entered", "completed"]


def test_somebody_without_email_gets_no_letter_and_the_reason_is_kept(
    welcome: None, sink: Sink, now: dt.datetime
) -> None:
    cast.ole(now)
    clock.tick(now)
    assert not sink.accepted
    assert Message.objects.get().reason == "no_address"


def test_history_is_quiet(welcome: None, sink: Sink, now: dt.datetime) -> None:
    cast.join("old", now, quiet=True, email="old@example.com", first_name="Old")
    clock.tick(now)
    assert not Message.objects.exists()
    assert not Decision.objects.exists()
