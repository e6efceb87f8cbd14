"""From an empty house to the welcome in one's own inbox, page by page."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from dashboard.questions import start
from flows.models import Flow
from lifecycle import clock
from mail import accounts, transports
from mail.models import Account, Sender
from members import ledger
from members.models import Member
from office import clock as house_time
from office import first_owner
from office.models import AuditEntry, House, User
from relationship import made_up
from tests import cast, sinks
from tests.mail import photos
from winback import leaving

pytestmark = pytest.mark.django_db
OWNER = {
    "house": "The Rowing Club",
    "language": "en",
    "name": "Karen Holm",
    "email": "Karen@rowing.example.com",
    "password": "a-long-sentence-of-mine",
}


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A mail server that nobody connected yet; settings and connections are put back afterwards."""
    for name in ("MAIL_TRANSPORT", "MAIL_ADDRESS", "MAIL_DOMAIN", "IMAP"):
        monkeypatch.setattr(settings, name, getattr(settings, name))
    with sinks.listening() as server:
        yield server
    transports.forget()


def begun(client: Client) -> User:
    client.post("/begin/", {**OWNER, "code": first_owner.code()})
    return User.objects.get()


def connect(client: Client, port: int, **said: Any) -> Any:
    form = {"provider": "other", "address": "post@rowing.example.com", "host": "127.0.0.1", "port": port}
    return client.post("/settings/mailbox/account/", {**form, "security": "plain", **said})


def show_face(client: Client) -> Any:
    picture = SimpleUploadedFile("me.jpg", photos.photo(), "image/jpeg")
    face = {"name": "Karen Holm", "role": "Secretary", "phone": "30 12 34 56", "email": "karen@rowing.test"}
    return client.post("/start/face/", {**face, "upload": picture})


def test_an_empty_house_leads_to_its_first_page_and_a_lived_in_one_to_the_login(client: Client) -> None:
    assert client.get("/", follow=True).redirect_chain[-1][0] == "/begin/"
    begun(client)
    assert Client().get("/begin/")["Location"] == "/login/"
    assert Client().get("/", follow=True).redirect_chain[-1][0].startswith("/login/")


def test_whoever_has_the_code_owns_the_house_and_is_signed_in(client: Client) -> None:
    user = begun(client)
    assert (user.role, user.is_superuser, user.username) == ("owner", True, "karen@rowing.example.com")
    assert (user.first_name, user.last_name) == ("Karen", "Holm")
    assert House.current().name == "The Rowing Club"
    assert AuditEntry.objects.filter(deed="house.begun", user=user).count() == 1
    page = client.get("/").content.decode()
    assert "Five steps" in page
    assert page.count("Go there") == 5
    said = {"username": OWNER["email"], "password": OWNER["password"]}
    assert Client().post("/login/", said).status_code == 302


@pytest.mark.parametrize("code", ["", "aaaa-bbbb-cccc"])
def test_a_stranger_without_the_code_takes_nothing(client: Client, code: str) -> None:
    page = client.post("/begin/", {**OWNER, "code": code}).content.decode()
    assert "The Rowing Club" in page
    assert OWNER["password"] not in page
    assert not User.objects.exists()


def test_a_usual_password_is_refused(client: Client) -> None:
    client.post("/begin/", {**OWNER, "code": first_owner.code(), "password": "password"})
    assert not User.objects.exists()


def test_the_code_once_used_opens_nothing_more(client: Client) -> None:
    begun(client)
    again = {**OWNER, "email": "eve@example.com", "code": first_owner.code()}
    assert Client().post("/begin/", again).status_code == 302
    assert User.objects.count() == 1


def test_a_code_may_be_chosen_and_typed_carelessly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "BEGIN_CODE", "open-sesame")
    assert first_owner.is_right("Open Sesame")
    assert not first_owner.is_right("")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_begin_at_once_one_is_the_owner(now: dt.datetime) -> None:
    gate, outcomes = threading.Barrier(2), []

    def begin(name: str) -> None:
        gate.wait()
        try:
            first_owner.make(name, f"{name}@example.com", "a-long-one", "Us", "en", now)
            outcomes.append("owner")
        except first_owner.TooLate:
            outcomes.append("too late")
        finally:
            connection.close()

    threads = [threading.Thread(target=begin, args=(name,)) for name in ("ann", "ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["owner", "too late"]
    assert User.objects.count() == 1


def test_a_mailbox_is_kept_sealed_after_its_letter_arrived(client: Client, mailbox: sinks.Sink) -> None:
    begun(client)
    assert connect(client, mailbox.port).status_code == 302
    assert mailbox.subjects(OWNER["email"]) == ["The mailbox works"]
    assert settings.MAIL_TRANSPORT["port"] == mailbox.port
    assert settings.MAIL_ADDRESS == "post@rowing.example.com"
    accounts.disconnect(dt.datetime.now(dt.UTC), User.objects.get())
    assert settings.MAIL_TRANSPORT["kind"] == "kept"
    assert not Account.objects.exists()


def test_a_mailbox_whose_letter_does_not_leave_is_not_kept(client: Client, mailbox: sinks.Sink) -> None:
    begun(client)
    page = connect(client, mailbox.port, password="hunter-2", security="starttls").content.decode()
    assert "Nothing is kept" in page
    assert "hunter-2" not in page
    assert not Account.objects.exists()
    assert settings.MAIL_TRANSPORT["kind"] == "kept"


def test_the_password_is_never_stored_or_shown_readable(client: Client, mailbox: sinks.Sink) -> None:
    user = begun(client)
    row = Account(
        address="post@rowing.test", host="127.0.0.1", port=mailbox.port, security="plain", user_name="p"
    )
    accounts.connect(row, "hunter-2", "hosting", dt.datetime(2026, 3, 2, tzinfo=dt.UTC), user)
    assert "hunter-2" not in Account.objects.get().sealed_password
    assert settings.MAIL_TRANSPORT["password"] == "hunter-2"
    for page in ("/settings/mailbox/", "/settings/mailbox/account/", "/settings/changes/"):
        assert "hunter-2" not in client.get(page).content.decode()


def test_another_program_takes_the_new_mailbox_before_its_next_work(
    client: Client, mailbox: sinks.Sink
) -> None:
    begun(client)
    before = transports.current()
    connect(client, mailbox.port)
    assert transports.current() is not before
    settings.MAIL_TRANSPORT = {"kind": "kept"}  # as in a worker that has not looked yet
    accounts.refresh()
    assert settings.MAIL_TRANSPORT["port"] == mailbox.port


def test_every_web_process_knows_the_mailbox_whichever_page_is_asked_first(
    client: Client, mailbox: sinks.Sink
) -> None:
    begun(client)
    connect(client, mailbox.port)
    settings.MAIL_TRANSPORT = {"kind": "kept"}  # as in a process that has just started
    client.get("/letters/")
    assert settings.MAIL_TRANSPORT["port"] == mailbox.port


def test_a_house_that_begins_has_its_ledger_so_that_a_missing_one_is_a_lost_one(client: Client) -> None:
    ledger.path().unlink(missing_ok=True)
    begun(client)
    assert list(ledger.read()) == []


def test_the_log_calls_a_flow_by_its_name(client: Client, mailbox: sinks.Sink) -> None:
    begun(client)
    client.post("/settings/trade/club/")
    page = client.get("/settings/changes/").content.decode()
    assert "“Welcome to the club”" in page
    assert "club-season" not in page


def test_what_is_left_of_the_first_steps_is_told_on_home(client: Client, now: dt.datetime) -> None:
    begun(client)
    cast.ingrid(now)
    page = client.get("/").content.decode()
    assert "Of the first steps is left:" in page
    assert "Your name and look" in page
    House.objects.update(postal_address="Havnegade 1")
    assert "Your name and look" not in client.get("/").content.decode()


def test_what_the_environment_says_of_the_mailbox_is_stronger(client: Client, sink: sinks.Sink) -> None:
    begun(client)
    now = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    Account.objects.create(pk=1, address="p@rowing.test", host="h", port=25, security="plain", changed_at=now)
    accounts.refresh()
    assert settings.MAIL_TRANSPORT["port"] == sink.port
    assert "cannot be changed here" in client.get("/settings/mailbox/account/").content.decode()


def test_from_choosing_club_to_the_welcome_in_my_own_inbox(client: Client, mailbox: sinks.Sink) -> None:
    begun(client)
    client.post("/settings/trade/club/")
    connect(client, mailbox.port)
    assert "made up" in client.post("/start/letter/", {"do": "publish"}).content.decode()
    show_face(client)
    assert not made_up.still_writing().exists()
    client.post("/start/letter/", {"do": "try"})
    letter = mailbox.to(OWNER["email"])[-1]
    assert "Karen Holm" in str(letter["From"])
    assert "30 12 34 56" in letter.get_body(("html",)).get_content()  # type: ignore[union-attr]
    client.post("/start/letter/", {"do": "publish"})
    assert Flow.objects.get(slug="welcome").is_live
    client.post("/members/new/", {"first_name": "Mette", "email": "mette@rowing.test"})
    clock.tick(house_time.now() + dt.timedelta(seconds=1))
    assert len(mailbox.to("mette@rowing.test")) == 1  # it waits for nobody's second yes
    mette = Member.objects.get()
    leaving.leave(mette, leaving.Goodbye(through="page"), house_time.now())
    clock.tick(house_time.now() + dt.timedelta(seconds=2))
    assert len(mailbox.to("mette@rowing.test")) == 2  # the receipt


def test_the_welcome_stays_off_while_a_picture_a_role_or_a_phone_is_missing(client: Client) -> None:
    begun(client)
    client.post("/settings/trade/club/")
    greeting = start.welcome()
    assert greeting
    assert greeting.sender
    real = {"email": "anna@rowing.test", "picture": None, "role": "", "phone": ""}
    Sender.objects.filter(pk=greeting.sender.pk).update(**real)
    page = client.post("/start/letter/", {"do": "publish"}).content.decode()
    assert "still needs a picture, a role and a phone number" in page
    assert Flow.objects.get(slug="welcome").current is None


def test_a_face_needs_all_that_members_will_look_for(client: Client) -> None:
    begun(client)
    page = client.post("/start/face/", {"name": "Karen", "email": "k@rowing.test"}).content.decode()
    assert "Choose a picture" in page
    assert not Sender.objects.exists()


def test_the_start_list_ticks_what_is_done_and_stays_in_reach(client: Client) -> None:
    begun(client)
    assert [step.is_done for step in start.steps()] == [False] * 5
    client.post("/settings/trade/club/")
    show_face(client)
    assert [step.is_done for step in start.steps()] == [True, False, True, False, False]
    assert "A mailbox" in client.get("/start/").content.decode()
