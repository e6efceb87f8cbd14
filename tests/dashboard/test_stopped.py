"""Stopped addresses: found by the whole address, stopped and let go by those who may, taken in and away."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mail import suppressions
from mail.models import Suppression
from office.models import AuditEntry, User

PAGE = "/letters/stopped-addresses/"
Reason = Suppression.Reason
pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Client:
    """The browser of an owner."""
    browser = Client()
    browser.force_login(User.objects.create_user("ejer", role="owner"))
    return browser


@pytest.fixture
def stopped(now: dt.datetime) -> Suppression:
    """Ole's address does not exist."""
    suppressions.suppress("ole@example.com", Reason.BOUNCED, now, "550 <b>no such user")
    return Suppression.objects.get()


def text(browser: Client, query: str = "") -> str:
    return browser.get(PAGE + query).content.decode()


def test_why_an_address_is_stopped_can_be_read_by_everybody(stopped: Suppression, reader: Client) -> None:
    page = text(reader)
    assert "ole@example.com" in page
    assert "The address does not exist" in page
    assert "550 &lt;b&gt;no such user" in page
    assert "Stop an address" not in page
    assert "Take the list away" not in page


def test_an_address_is_found_whole_even_where_only_its_code_is_left(
    stopped: Suppression, staff: Client
) -> None:
    Suppression.objects.update(address="", detail="")
    assert "only a code is left" in text(staff, "?q=Ole@Example.com")
    assert "Letters to this address are not stopped" in text(staff, "?q=per@example.com")


def test_the_list_is_narrowed_by_reason(stopped: Suppression, staff: Client, now: dt.datetime) -> None:
    suppressions.suppress("eva@example.com", Reason.COMPLAINED, now)
    page = text(staff, "?show=unwanted")
    assert "eva@example.com" in page
    assert "ole@example.com" not in page


def test_nobody_stopped_is_said_so(staff: Client) -> None:
    assert "Nobody is stopped" in text(staff)


def test_staff_stop_an_address_and_it_is_written_down(staff: Client) -> None:
    page = staff.post(PAGE, {"address": "Per@Example.com"}, follow=True).content.decode()
    assert "gets no more letters" in page
    assert Suppression.objects.get().reason == "manual"
    assert AuditEntry.objects.get().deed == "suppression.added"
    staff.post(PAGE, {"address": "per@example.com"})
    assert AuditEntry.objects.count() == 1


def test_what_is_no_address_is_named_and_stops_nobody(staff: Client) -> None:
    page = staff.post(PAGE, {"address": "per"}).content.decode()
    assert "This is not an e-mail address" in page
    assert 'value="per"' in page
    assert not Suppression.objects.exists()


def test_a_list_is_taken_in_and_lines_left_out_are_named(staff: Client) -> None:
    file = SimpleUploadedFile("old.csv", b"email\nole@example.com\n<script>\n")
    page = staff.post(PAGE + "lists", {"file": file}).content.decode()
    assert "1 address is newly stopped." in page
    assert "Line 3: address: “&lt;script&gt;” is not an e-mail address." in page
    assert "Choose a file first." in staff.post(PAGE + "lists").content.decode()


def test_an_owner_lets_letters_go_again_after_being_asked_why(stopped: Suppression, owner: Client) -> None:
    address = f"{PAGE}{stopped.pk}/lifting"
    assert "Ask the person for the right one first" in owner.get(address).content.decode()
    assert "Write why" in owner.post(address, {"why": " "}).content.decode()
    assert Suppression.objects.exists()
    owner.post(address, {"why": "She has a new mailbox"})
    assert not Suppression.objects.exists()
    entry = AuditEntry.objects.get()
    assert (entry.deed, entry.details["note"]) == ("suppression.lifted", "She has a new mailbox")
    assert "let letters go to ole@example.com again" in owner.get("/settings/changes/").content.decode()


def test_only_owners_let_go_and_take_the_list_away(stopped: Suppression, staff: Client) -> None:
    assert staff.post(f"{PAGE}{stopped.pk}/lifting", {"why": "x"}).status_code == 403
    assert staff.get(PAGE + "export.csv").status_code == 403
    assert Suppression.objects.exists()


def test_the_list_that_is_taken_away_can_be_taken_in(
    stopped: Suppression, owner: Client, now: dt.datetime
) -> None:
    suppressions.suppress("+plus@example.com", Reason.MANUAL, now, "=1+1")
    suppressions.remember_no("gone@example.com", ["news"], now)
    answer = owner.get(PAGE + "export.csv")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert b"'+plus@example.com" in content
    assert b"'=1+1" in content
    assert b"gone@" not in content
    assert AuditEntry.objects.get().deed == "suppressions.exported"
    before = sorted(Suppression.objects.values_list("address_hash", "reason"))
    Suppression.objects.all().delete()
    owner.post(PAGE + "lists", {"file": SimpleUploadedFile("list.csv", content)})
    assert sorted(Suppression.objects.values_list("address_hash", "reason")) == before
