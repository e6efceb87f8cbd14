"""The pages of replies and of people who write: who may do what, and what comes of it."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dashboard.questions import alarms
from mail.models import Reply, Sender
from office import clock
from office.models import User
from tests import cast
from tests.flows import making
from tests.mail import answers
from tests.mail.test_writers import PNG, person

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def karen() -> User:
    """Somebody of the staff."""
    return User.objects.create_user("karen", first_name="Karen", role=User.Role.STAFF)


@pytest.fixture
def desk(karen: User, client: Client) -> Client:
    """Karen's browser."""
    client.force_login(karen)
    return client


@pytest.fixture
def reply(ingrid: cast.Person) -> Reply:
    """One that came six days ago."""
    at = clock.now() - 6 * DAY
    answers.arrive(answers.mail(answers.sent(ingrid.member, at), text="<script>alert(1)</script> Hello"), at)
    return Reply.objects.get()


def test_one_is_answered_and_it_can_be_undone(desk: Client, reply: Reply, karen: User) -> None:
    assert "Hello" in desk.get("/replies/").content.decode()
    answer = desk.post("/replies/", {"only": str(reply.uuid)}, follow=True).content.decode()
    assert "1 reply is marked as answered." in answer
    undo = f"/replies/reopened?reply={reply.uuid}"
    assert undo in answer
    reply.refresh_from_db()
    assert reply.answered_by == karen
    desk.post(undo)
    reply.refresh_from_db()
    assert reply.answered_at is None


def test_many_are_answered_or_given_to_somebody_at_once(desk: Client, reply: Reply, karen: User) -> None:
    answers.arrive(answers.mail(reply.letter, Message_ID="<2@x>"), clock.now())
    both = [str(row.uuid) for row in Reply.objects.all()]
    desk.post("/replies/?show=mine", {"do": "assign", "to": karen.pk, "reply": both})
    assert set(Reply.objects.values_list("assigned_to", flat=True)) == {karen.pk}
    desk.post("/replies/", {"do": "answered", "reply": both})
    assert not Reply.objects.filter(answered_at=None).exists()


def test_what_is_written_is_shown_as_text(desk: Client, reply: Reply) -> None:
    page = desk.get(f"/replies/{reply.uuid}/").content.decode()
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "mailto:ingrid@example.com?subject=Re%3A%20Welcome" in page


def test_somebody_unknown_is_found_and_attached(desk: Client, ingrid: cast.Person) -> None:
    answers.arrive(answers.mail(From="else@x.example"), clock.now())
    unknown = Reply.objects.get()
    assert "else@x.example" in desk.get(f"/replies/{unknown.uuid}/").content.decode()
    assert "Ingrid" in desk.get(f"/replies/{unknown.uuid}/?q=ingrid").content.decode()
    desk.post(f"/replies/{unknown.uuid}/", {"do": "attach", "member": str(ingrid.member.uuid)})
    unknown.refresh_from_db()
    assert unknown.member == ingrid.member


def test_a_reply_that_waits_too_long_is_an_alarm_and_stands_at_the_member(desk: Client, reply: Reply) -> None:
    late = alarms.replies_waiting(clock.now())
    assert late is not None
    assert late.text.startswith("1 reply waits for 6 days (Ingrid")
    assert reply.member
    page = desk.get(f"/members/{reply.member.uuid}/").content.decode()
    assert "wrote back and waits for an answer" in page
    assert f"/replies/{reply.uuid}/" in page
    desk.post("/replies/", {"only": str(reply.uuid)})
    assert alarms.replies_waiting(clock.now()) is None


def test_who_may_only_read_changes_nothing(client: Client, reply: Reply) -> None:
    client.force_login(User.objects.create_user("bent", role=User.Role.READONLY))
    assert client.get("/replies/").status_code == 200
    assert client.post("/replies/", {"only": str(reply.uuid)}).status_code == 403
    assert client.post(f"/replies/{reply.uuid}/", {"do": "answered"}).status_code == 403
    assert client.get("/senders/new/").status_code == 403


def test_an_editor_adds_somebody_with_a_picture_and_replaces_them(client: Client) -> None:
    client.force_login(User.objects.create_user("anna", role=User.Role.EDITOR))
    said = {
        "name": "Karen Holm",
        "role": "Host",
        "email": "karen@example.com",
        "phone": "1",
        "until": "2030-01-31",
    }
    picture = SimpleUploadedFile("k.png", PNG, "image/png")
    assert client.post("/senders/new/", {**said, "upload": picture}).status_code == 302
    karen = Sender.objects.get(slug="karen-holm")
    assert (karen.until, karen.picture is not None) == (dt.date(2030, 1, 31), True)
    wrong = client.post(
        "/senders/karen-holm/", {**said, "upload": SimpleUploadedFile("x.png", b"no picture")}
    )
    assert "this is no PNG" in wrong.content.decode()
    other = person("bent")
    page = client.get(f"/senders/{other.slug}/replacement/").content.decode()
    assert "0 live flows" in page
    client.post(f"/senders/{other.slug}/replacement/", {"to": "karen-holm"})
    assert Sender.objects.get(slug="bent").replacement == karen
    assert "does not write any more" in client.get("/senders/").content.decode()


def test_what_people_speak_is_ticked_and_what_they_write_without_speaking_it_is_told(
    client: Client, now: dt.datetime
) -> None:
    client.force_login(User.objects.create_user("anna", role=User.Role.EDITOR))
    making.publish([{"uid": "hello", "kind": "send", "letter": "hello"}], now)
    said = {"name": "Anna Bak", "role": "Host", "email": "anna@example.com", "signature": "Weekdays"}
    assert client.post("/senders/anna/", {**said, "languages": ["da", "sv"]}).status_code == 302
    assert Sender.objects.get(slug="anna").languages == "da, sv"
    page = client.get("/senders/").content.decode()
    assert "speaks Dansk, Svenska" in page
    assert "writes letters in English too, and nobody says that this person reads the answers" in page
    Sender.objects.create(slug="bo", name="Bo", email="bo@example.com", languages="da")
    form = client.get("/senders/anna/").content.decode()
    assert form.count("checked") == 2
    assert (
        "Bo (no picture yet) (does not speak English)"
        in client.get("/senders/anna/replacement/").content.decode()
    )
    client.post("/senders/anna/", said)
    assert "writes letters in" not in client.get("/senders/").content.decode()
    assert client.post("/senders/anna/", {**said, "languages": ["klingon"]}).status_code == 200
