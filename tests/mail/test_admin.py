"""The post room for editors: faces, letters to be read, stopped addresses."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from mail import suppressions
from mail.models import LetterVersion, Message, Picture, Sender, Suppression
from office.models import AuditEntry
from tests import cast
from tests.flows import making
from tests.office import desks

pytestmark = pytest.mark.django_db
FACE = Path(__file__).resolve().parents[2] / "flows" / "starter" / "anna.png"
ANNA = {"slug": "anna", "name": "Anna Bak", "role": "Host", "email": "anna@example.com", "phone": "1"}


@pytest.fixture
def version(db: None, now: dt.datetime) -> LetterVersion:
    making.publish([{"uid": "hello", "kind": "send", "letter": "hello"}], now, letters=[HELLO])
    return LetterVersion.objects.get()


HELLO = {
    "slug": "hello",
    "sender": "anna",
    "subject": "Hello {{ member.first_name }}",
    "body": "Hello {{ member.first_name }}, you are number {{ member.number }}.",
    "da": {"subject": "Hej {{ member.first_name }}", "body": "Hej {{ member.first_name }}."},
}


def page_of(version: LetterVersion, **asked: str) -> str:
    query = "&".join(f"{name}={said}" for name, said in asked.items())
    return reverse("admin:mail_letter_page", args=[version.pk]) + f"?{query}"


def test_a_face_is_uploaded_and_kept_under_its_hash(client: Client) -> None:
    desks.log_in(client, "editor")
    file = SimpleUploadedFile("../../me.png", FACE.read_bytes(), content_type="text/html")
    client.post(reverse("admin:mail_sender_add"), {**ANNA, "upload": file})
    picture = Sender.objects.get().picture
    assert picture is not None
    assert picture.name.endswith(".png")
    assert len(picture.name) == 36
    assert picture.content_type == "image/png"
    assert AuditEntry.objects.get().deed == "sender.added"


@pytest.mark.parametrize("content", [b"no picture", b"<svg onload='x'/>", b"GIF89a", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_said_at_its_field(client: Client, content: bytes) -> None:
    desks.log_in(client, "editor")
    file = SimpleUploadedFile("me.png", content, content_type="image/png")
    page = client.post(reverse("admin:mail_sender_add"), {**ANNA, "upload": file})
    assert "this is no PNG, JPEG or WebP picture" in desks.read(page)
    assert not Sender.objects.exists()
    assert not Picture.objects.exists()


def test_a_sender_keeps_the_face_when_something_else_changes(client: Client, version: LetterVersion) -> None:
    desks.log_in(client, "editor")
    sender = Sender.objects.get()
    page = reverse("admin:mail_sender_change", args=[sender.pk])
    client.post(page, {**ANNA, "upload": SimpleUploadedFile("a.png", FACE.read_bytes())})
    client.post(page, {**ANNA, "role": "Chair"})
    sender.refresh_from_db()
    assert (sender.role, sender.picture_id) == ("Chair", Picture.objects.get().pk)
    assert Picture.objects.get().name in desks.read(client.get(page))


@pytest.mark.parametrize("role", ["staff", "readonly"])
def test_others_only_look(client: Client, version: LetterVersion, role: str) -> None:
    desks.log_in(client, role)
    page = reverse("admin:mail_sender_change", args=[Sender.objects.get().pk])
    assert "Anna Bak" in desks.read(client.get(page))
    assert client.post(page, ANNA).status_code == 403


def test_a_letter_is_read_in_each_language_with_samples(client: Client, version: LetterVersion) -> None:
    desks.log_in(client, "readonly")
    listed = desks.read(client.get(reverse("admin:mail_letter_change", args=[version.letter_id])))
    assert reverse("admin:mail_letter_version", args=[version.pk]) in listed
    about = desks.read(client.get(reverse("admin:mail_letter_version", args=[version.pk])))
    assert "Hej {{ member.first_name }}" in about
    assert "Hello Ingrid" in client.get(page_of(version, language="en")).content.decode()
    assert "Hej Ingrid" in client.get(page_of(version, language="da")).content.decode()


def test_a_letter_is_read_as_any_member(client: Client, version: LetterVersion, now: dt.datetime) -> None:
    desks.log_in(client, "readonly")
    per = cast.per(now).member
    text = client.get(page_of(version, language="en", member=str(per.pk))).content.decode()
    assert f"Hello Per, you are number {per.pk}." in text
    assert not Message.objects.exists()


def test_a_letter_lies_in_a_sandbox_of_its_own(client: Client, version: LetterVersion) -> None:
    desks.log_in(client, "readonly")
    policy = client.get(page_of(version)).headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize(
    "asked", [{"language": "fi"}, {"member": "0"}, {"member": "x"}, {"member": "9" * 30}, {"member": "-1"}]
)
def test_who_or_what_does_not_exist_is_not_found(
    client: Client, version: LetterVersion, asked: dict[str, str]
) -> None:
    desks.log_in(client, "readonly")
    assert client.get(page_of(version, **asked)).status_code == 404


def test_letters_are_not_open_to_everybody(client: Client, version: LetterVersion) -> None:
    assert client.get(page_of(version)).status_code == 302


def test_only_an_owner_lets_a_stopped_address_go_after_being_asked(client: Client, now: dt.datetime) -> None:
    suppressions.suppress("ole@example.com", Suppression.Reason.BOUNCED, now, "mailbox full")
    line = Suppression.objects.get()
    removing = reverse("admin:mail_suppression_delete", args=[line.pk])
    desks.log_in(client, "editor")
    assert client.post(removing, {"post": "yes"}).status_code == 403
    client.logout()
    desks.log_in(client, "owner")
    assert "Are you sure" in desks.read(client.get(removing))
    client.post(removing, {"post": "yes"})
    assert not Suppression.objects.exists()
    assert AuditEntry.objects.get().deed == "suppression.removed"


def test_a_stopped_address_is_found_by_the_whole_address(client: Client, now: dt.datetime) -> None:
    suppressions.suppress("ole@example.com", Suppression.Reason.BOUNCED, now, "mailbox full")
    desks.log_in(client, "staff")
    listed = reverse("admin:mail_suppression_changelist")
    assert "mailbox full" in desks.read(client.get(listed, {"q": "Ole@Example.com"}))
    assert "mailbox full" not in desks.read(client.get(listed, {"q": "per@example.com"}))
    assert client.post(reverse("admin:mail_suppression_add"), {}).status_code == 403
