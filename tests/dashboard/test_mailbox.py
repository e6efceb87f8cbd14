"""The page of the mailbox: what leaves through it, its limits, what waits, and a letter to oneself."""

import datetime as dt
import quopri
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from dashboard import notices, watching
from dashboard.models import Alarm
from dashboard.questions import alarms
from mail import mailboxes, transports, trouble_words
from mail.models import Message
from members.models import Event
from office.models import AuditEntry, User
from tests import cast
from tests.mail import letters
from tests.mail.scripted import Server, serving

pytestmark = pytest.mark.django_db
PAGE = "/settings/mailbox/"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def owner() -> Client:
    browser = Client()
    browser.force_login(User.objects.create_user("olga", email="olga@example.com", role="owner"))
    return browser


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A mail server of the house."""
    with serving(Server()) as listening:
        way = {**listening.transport(), "user": "club"}
        monkeypatch.setattr(settings, "MAIL_TRANSPORT", {**way, "user": ""})
        transports.forget()
        yield listening
        transports.forget()


def waiting(number: int, now: dt.datetime) -> None:
    member = cast.join("p", now, email="p@example.com", locale="en").member
    Event.objects.update(handled_at=now)
    for _ in range(number):
        letters.due(member, now)
    letters.send(now)


def test_a_house_without_a_mail_server_is_told_so(reader: Client) -> None:
    page = reader.get(PAGE).content.decode()
    assert "go to nobody" in page
    assert "Send me a letter" not in page


def test_an_owner_picks_a_line_of_the_list_and_the_log_says_so(owner: Client, server: Server) -> None:
    page = owner.get(PAGE).content.decode()
    assert "Gmail: at most 20 letters a minute and 500 letters a day" in page
    assert "Nobody has set this yet" in page
    answer = owner.post(PAGE, {"do": "limit", "preset": "gmail"}, follow=True).content.decode()
    assert "From now on: at most 20 letters a minute and 500 letters a day." in answer
    assert (mailboxes.current().per_minute, mailboxes.current().per_day) == (20, 500)
    entry = AuditEntry.objects.get()
    assert (entry.deed, entry.details["after"]) == ("mailbox.changed", {"per_minute": 20, "per_day": 500})


def test_numbers_of_our_own_hold_too(owner: Client, server: Server) -> None:
    owner.post(PAGE, {"do": "limit", "preset": "numbers", "per_minute": "7", "per_day": ""})
    assert (mailboxes.current().per_minute, mailboxes.current().per_day) == (7, None)
    assert 'value="7"' in owner.get(PAGE).content.decode()


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", "999999999999", "١"])
def test_a_number_that_is_none_stays_in_its_field_and_changes_nothing(
    owner: Client, server: Server, text: str
) -> None:
    sent = {"do": "limit", "preset": "numbers", "per_minute": text}
    page = owner.post(PAGE, sent).content.decode()
    assert "Write a whole number from 1 to 100,000" in page
    assert mailboxes.current().decided_at is None


def test_a_line_that_is_not_in_the_list_is_refused(owner: Client, server: Server) -> None:
    assert "Choose one of these." in owner.post(PAGE, {"do": "limit", "preset": "mine"}).content.decode()


@pytest.mark.parametrize("role", ["editor", "staff", "readonly"])
def test_others_read_it_and_change_nothing(role: str, server: Server) -> None:
    browser = Client()
    browser.force_login(User.objects.create_user("somebody", role=role))
    page = browser.get(PAGE).content.decode()
    assert "127.0.0.1" in page
    assert "<form method" not in page.split("<main", 1)[-1].replace('action="/logout/"', "")
    assert browser.post(PAGE, {"do": "limit", "preset": "gmail"}).status_code == 403


def test_pages_say_when_the_letters_that_wait_are_done(
    owner: Client, server: Server, now: dt.datetime
) -> None:
    mailboxes.limit("", 2, None, now, None)
    waiting(12, now)
    for page in (PAGE, "/letters/"):
        assert "10 letters wait for the limit of the mailbox; done about" in owner.get(page).content.decode()


def test_a_rest_is_explained_and_an_owner_ends_it(owner: Client, server: Server, now: dt.datetime) -> None:
    server.script = {"MAIL": ["530 5.7.0 Authentication required"]}
    waiting(2, now)
    page = owner.get(PAGE).content.decode()
    assert "2 letters wait: the mailbox rests, and is tried again in 15 minutes" in page
    assert "The server wants a user name and password" in page
    assert "530 5.7.0 Authentication required" in page
    assert "Needs you" in page
    owner.post(PAGE, {"do": "wake"})
    letters.send(now)
    assert len(server.accepted) == 2
    assert AuditEntry.objects.get().deed == "mailbox.woken"


def test_a_letter_to_oneself_leaves_or_says_why_not(owner: Client, server: Server) -> None:
    server.script = {"RCPT": ["554 5.7.1 Relay access denied"]}
    page = owner.post(PAGE, {"do": "try"}).content.decode()
    assert "The server wants a user name and password, or does not send for your domain." in page
    assert "554 5.7.1 Relay access denied" in page
    page = owner.post(PAGE, {"do": "try"}, follow=True).content.decode()
    assert "A letter is on its way to olga@example.com." in page
    assert b"The mailbox works" in server.accepted[0]
    assert AuditEntry.objects.get().deed == "mailbox.tried"


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("mail server out of reach: [Errno 111] Connection refused", "Nobody answers"),
        ("mail server out of reach: [Errno -2] Name or service not known", "No server of that name"),
        ("mail server out of reach: (535, b'5.7.8 bad')", "not accepted"),
        ("mail server out of reach: timed out", "does not answer in time"),
        ("550 5.4.5 Daily user sending limit exceeded", "Too many letters"),
        ("554 5.7.1 blocked using zen.spamhaus.org", "blocks letters from you"),
        ("550 5.7.26 unauthenticated, DMARC", "Your domain"),
        ("401 Bad or missing token", "not accepted"),
        ("403 something", "may not send now"),
        ("599 kjhsdf", "The other side did not take it"),
    ],
)
def test_what_went_wrong_is_said_in_plain_words(said: str, plain: str) -> None:
    assert plain in trouble_words.plain(said)


def test_a_mailbox_that_takes_no_letters_for_an_hour_is_told_on_the_first_page(
    owner: Client, server: Server, now: dt.datetime
) -> None:
    server.script = {"MAIL": ["421 4.3.2 not now"] * 9}
    waiting(3, now)
    assert alarms.mailbox_stuck(now + MINUTE) is None
    for minutes in (2, 5, 12, 30, 61):
        letters.send(now + minutes * MINUTE)
    late = now + 62 * MINUTE
    told = alarms.mailbox_stuck(late)
    assert told is not None
    assert told.text.startswith("No letter leaves since today 22:30 (3 letters wait).")
    watching.sweep(late)
    assert Alarm.objects.get(kind="rests").values["count"] == 3
    server.script = {}
    letters.send(now + 3 * 60 * MINUTE)
    watching.sweep(now + 3 * 60 * MINUTE)
    assert Alarm.objects.get(kind="rests").cleared_at
    assert alarms.mailbox_stuck(late) is None


def test_a_password_that_is_refused_is_told_at_once(owner: Client, server: Server, now: dt.datetime) -> None:
    server.script = {"MAIL": ["530 5.7.0 Must issue a STARTTLS command first"] * 3}
    waiting(2, now)
    told = alarms.mailbox_stuck(now + MINUTE)
    assert told is not None
    assert "and somebody has to act. No safe connection comes about." in told.text
    assert alarms.mailbox_stuck(now + 20 * MINUTE) is not None
    Message.objects.update(status="skipped")  # nothing is left to try it with, and nobody knows any more
    assert alarms.mailbox_stuck(now + 20 * MINUTE) is None


def test_a_limit_that_keeps_letters_for_more_than_a_day_is_told(server: Server, now: dt.datetime) -> None:
    mailboxes.limit("", None, 2, now, None)
    waiting(5, now)
    told = alarms.mailbox_stuck(now)
    assert told is not None
    assert told.text.startswith("3 letters wait more than a day for the limit of the mailbox, the last until")
    mailboxes.limit("", None, 5, now, None)
    letters.send(now)
    assert alarms.mailbox_stuck(now) is None


def test_owners_are_mailed_that_letters_do_not_leave(owner: Client, server: Server, now: dt.datetime) -> None:
    mailboxes.limit("", None, 1, now, None)
    waiting(4, now)
    watching.sweep(now)
    assert notices.mail_due(now) == 1
    assert b"olga@example.com" in server.accepted[-1]
    assert b"for the limit of the mailbox" in quopri.decodestring(server.accepted[-1])


def test_long_numbers_are_parted_and_one_letter_is_one(owner: Client, server: Server) -> None:
    page = owner.get(PAGE).content.decode()
    assert "Google Workspace: at most 60 letters a minute and 2,000 letters a day" in page
    assert "simply.com: at most 1 letter a minute" in page
