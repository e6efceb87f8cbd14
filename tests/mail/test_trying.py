"""A letter to oneself: through the real mail server, and with a plain sentence where that does not answer."""

import datetime as dt
import time
from collections.abc import Iterator

import pytest
from django.conf import settings

from mail import rendering, trying
from mail.models import Sender
from tests.mail.scripted import SILENCE, Server, serving

pytestmark = pytest.mark.django_db
LETTER = rendering.Rendered("Welcome", "<p>Hello.</p>", "Hello.")
NO_ANSWER = "The mail server does not answer. The letter is all right; try again in a while"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A mail server that does as it is told, and somebody with half a second of patience."""
    monkeypatch.setattr(trying, "PATIENCE", 0.5)
    with serving(Server()) as listening:
        monkeypatch.setattr(settings, "MAIL_TRANSPORT", listening.transport())
        yield listening


def send(now: dt.datetime) -> str:
    """Why it did not leave; empty where it did."""
    anna = Sender(slug="anna", name="Anna Bak", email="anna@example.com")
    began = time.monotonic()
    try:
        trying.send(LETTER, anna, "karen@example.com", "Karen", now)
    except trying.NotSent as error:
        return str(error)
    finally:
        assert time.monotonic() - began < 10
    return ""


def test_a_trial_says_so_in_its_subject(server: Server, now: dt.datetime) -> None:
    assert send(now) == ""
    assert b"Subject: [Trial] Welcome" in server.accepted[0]


@pytest.mark.parametrize("phase", ["connect", "EHLO", "MAIL", "DATA"])
def test_a_server_that_says_nothing_is_not_waited_for(server: Server, now: dt.datetime, phase: str) -> None:
    server.script = {phase: [SILENCE]}
    assert send(now).startswith(NO_ANSWER)
    assert not server.accepted


def test_a_server_that_is_silent_after_the_letter_may_have_taken_it(server: Server, now: dt.datetime) -> None:
    server.script = {"dot": [SILENCE]}
    assert send(now) == "The mail server took it and then fell silent: look whether it has arrived."


def test_a_server_that_is_not_there_does_not_blame_the_letter(
    now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "MAIL_TRANSPORT", {"kind": "smtp", "host": "127.0.0.1", "port": 1})
    assert send(now).startswith(NO_ANSWER)


def test_what_the_server_refuses_is_told_in_its_words(server: Server, now: dt.datetime) -> None:
    server.script = {"RCPT": ["550 5.1.1 nobody of that name"]}
    assert send(now) == "The mail server did not take it: 550 5.1.1 nobody of that name"
