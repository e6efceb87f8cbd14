"""One page for every owner, on Mondays."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client

from dashboard import monday
from mail import transports
from office.models import House, User
from tests import sinks
from tests.dashboard.club import Club

SEVEN = dt.datetime(2026, 3, 9, 7, tzinfo=dt.UTC)  # a Monday
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("karen", "karen@example.com", role="owner")


@pytest.fixture(autouse=True)
def _own_connection(sink: sinks.Sink) -> Iterator[None]:
    """Connections of this thread lead to this test's mail server."""
    transports.forget()
    yield
    transports.forget()


def test_it_leaves_once_on_monday_from_seven_on(club: Club, owner: User, sink: sinks.Sink) -> None:
    assert monday.mail_due(SEVEN - HOUR) == 0
    assert monday.mail_due(SEVEN + 5 * HOUR) == 1, "made good within the day"
    assert monday.mail_due(SEVEN + 6 * HOUR) == 0
    assert monday.mail_due(SEVEN + 24 * HOUR) == 0
    assert monday.mail_due(SEVEN + 7 * 24 * HOUR) == 1
    assert len(sink.to(owner.email)) == 2


def test_it_says_whom_to_call_what_was_done_what_moved_and_what_leaves(club: Club, owner: User) -> None:
    subject, text = monday.write(SEVEN)
    assert "to call" in subject
    for said in ("WHOM TO CALL", "Ole Brandt", "Call Ole", "WHAT WAS DONE", "last week", "WHAT LEAVES"):
        assert said in text
    assert len(text.splitlines()) < 50


def test_who_switched_it_off_and_who_is_no_owner_gets_none(
    club: Club, owner: User, sink: sinks.Sink, client: Client
) -> None:
    User.objects.create_user("per", "per@example.com", role="staff")
    client.force_login(owner)
    assert "Do not send it to me" in client.get("/settings/monday/").content.decode()
    client.post("/settings/monday/", {"wanted": "no"})
    assert monday.mail_due(SEVEN) == 0
    assert sink.accepted == []


def test_a_mail_server_that_is_away_is_asked_again(club: Club, owner: User, sink: sinks.Sink) -> None:
    sink.on_mail = "451 not now"
    assert monday.mail_due(SEVEN) == 0
    sink.on_mail = ""
    assert monday.mail_due(SEVEN + dt.timedelta(minutes=5)) == 0, "not every two seconds"
    assert monday.mail_due(SEVEN + dt.timedelta(minutes=11)) == 1


def test_it_speaks_the_language_of_the_house(club: Club, owner: User, sink: sinks.Sink) -> None:
    House.objects.update_or_create(pk=1, defaults={"language": "da", "name": "Sejlklubben"})
    assert monday.mail_due(SEVEN) == 1
    assert "Sejlklubben" in sink.to(owner.email)[0]["Subject"]
