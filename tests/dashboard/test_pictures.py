"""The library of pictures: put in with words, found, changed, and taken out only where nothing shows it."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mail import pictures
from mail.models import Picture
from office.models import AuditEntry
from tests.flows import making
from tests.mail import photos
from tests.office import desks

pytestmark = pytest.mark.django_db
URL = "/settings/pictures/"


def hall(now: dt.datetime) -> Picture:
    return pictures.add(photos.photo(), title="The hall", alt="A long table", now=now)


def shown(picture: Picture, now: dt.datetime) -> None:
    block = {"kind": "picture", "picture": picture.name, "alt": "A long table"}
    letter = {"slug": "hello", "sender": "anna", "subject": "Come by", "preheader": "x", "blocks": [block]}
    making.publish([{"uid": "hello", "kind": "send", "letter": "hello"}], now, letters=[letter])


def test_an_editor_puts_a_picture_in_with_its_words(client: Client) -> None:
    desks.log_in(client, "editor")
    sent = {
        "title": "The hall",
        "alt": "A long table",
        "file": SimpleUploadedFile("x.jpg", photos.with_place()),
    }
    answer = client.post(URL, sent, follow=True)
    row = Picture.objects.get()
    assert (row.title, row.alt, row.in_library) == ("The hall", "A long table", True)
    assert "Nowhere now." in answer.content.decode()
    assert AuditEntry.objects.filter(deed="picture.added", subject="The hall").exists()
    assert "used in 0 places" in client.get(URL, {"q": "hall"}).content.decode()
    assert "No picture is called that." in client.get(URL, {"q": "boat"}).content.decode()


@pytest.mark.parametrize("missing", ["title", "alt", "file"])
def test_a_picture_without_words_or_file_is_not_taken(client: Client, missing: str) -> None:
    desks.log_in(client, "editor")
    sent = {"title": "The hall", "alt": "A long table", "file": SimpleUploadedFile("x.jpg", photos.photo())}
    sent.pop(missing)
    assert "This field is required." in client.post(URL, sent).content.decode()
    assert not Picture.objects.exists()


@pytest.mark.parametrize("content", [b"<svg/>", photos.bomb()])
def test_what_is_no_picture_is_refused_at_its_field(client: Client, content: bytes) -> None:
    desks.log_in(client, "editor")
    sent = {"title": "x", "alt": "y", "file": SimpleUploadedFile("x.png", content)}
    answer = client.post(URL, sent)
    assert answer.status_code == 200
    assert 'class="error"' in answer.content.decode()
    assert not Picture.objects.exists()


def test_staff_look_and_change_nothing(client: Client, now: dt.datetime) -> None:
    row = hall(now)
    desks.log_in(client, "staff")
    assert "Put it in" not in client.get(URL).content.decode()
    assert client.get(f"{URL}{row.name}/").status_code == 200
    assert client.post(f"{URL}{row.name}/", {"do": "remove"}).status_code == 403


def test_where_it_is_used_is_said_and_keeps_it_there(client: Client, now: dt.datetime) -> None:
    row = hall(now)
    shown(row, now)
    desks.log_in(client, "editor")
    page = client.get(f"{URL}{row.name}/").content.decode()
    assert "Trial: letter “Come by”" in page
    assert "Take it out" not in page
    assert (
        "because it is used"
        in client.post(f"{URL}{row.name}/", {"do": "remove"}, follow=True).content.decode()
    )
    assert Picture.objects.filter(in_library=True).exists()


def test_what_a_published_letter_showed_is_still_served(client: Client, now: dt.datetime) -> None:
    row = hall(now)
    shown(row, now)
    making.publish([{"uid": "hello", "kind": "send", "letter": "hello"}], now)
    desks.log_in(client, "editor")
    assert (
        "Letters that showed it still do."
        in client.post(f"{URL}{row.name}/", {"do": "remove"}, follow=True).content.decode()
    )
    assert client.get(f"/pictures/{row.name}").status_code == 200
    assert client.get(f"{URL}{row.name}/").status_code == 404


def test_one_that_no_letter_ever_showed_is_gone(client: Client, now: dt.datetime) -> None:
    row = hall(now)
    desks.log_in(client, "editor")
    client.post(f"{URL}{row.name}/", {"do": "remove"})
    assert not Picture.objects.exists()
    assert AuditEntry.objects.filter(deed="picture.removed", subject="The hall").exists()


def test_words_are_changed_and_written_down(client: Client, now: dt.datetime) -> None:
    row = hall(now)
    desks.log_in(client, "editor")
    client.post(f"{URL}{row.name}/", {"title": "The old hall", "alt": "A long oak table", "do": "save"})
    row.refresh_from_db()
    assert (row.title, row.alt) == ("The old hall", "A long oak table")
    assert AuditEntry.objects.get(deed="picture.changed").details["before"]["title"] == "The hall"
