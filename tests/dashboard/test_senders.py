"""The page of somebody who writes: what they do, asked for in every language that members read it in."""

import datetime as dt

import pytest
from django.test import Client

from mail.models import Brand, Sender
from office.models import AuditEntry
from tests.flows import making
from tests.office import desks

pytestmark = pytest.mark.django_db
SAID = {"name": "Anna Bak", "role": "Member host", "email": "anna@example.com", "phone": "+45 30 12 34 56"}


@pytest.fixture
def owner(client: Client) -> Client:
    desks.log_in(client, "owner")
    return client


def test_nobody_is_asked_for_a_role_in_a_language_that_nobody_reads(owner: Client, now: dt.datetime) -> None:
    making.publish([{"uid": "hello", "kind": "send", "letter": "hello"}], now)
    page = owner.get("/senders/anna/").content.decode()
    assert "Role in" not in page
    assert "Role" in page


def test_the_role_is_asked_for_in_the_languages_of_the_letters(owner: Client, now: dt.datetime) -> None:
    written = {
        "slug": "hello",
        "sender": "anna",
        "subject": "Hi",
        "body": "Hi",
        "da": {"subject": "Hej", "body": "Hej"},
    }
    making.publish([{"uid": "hello", "kind": "send", "letter": "hello"}], now, letters=[written])
    Brand.objects.create(languages=["en", "sv"])
    Sender.objects.update(roles={"fi": "Emäntä", "en-GB": "Host"})
    page = owner.get("/senders/anna/").content.decode()
    assert [name in page for name in ("Role in Dansk", "Role in Svenska", "Role in Suomi", "Role in en")] == [
        True
    ] * 3 + [False]
    assert "In English. Letters in a language that is left empty say this one." in page
    assert owner.post("/senders/anna/", {**SAID, "role_da": "Medlemsvært", "role_fi": ""}).status_code == 302
    anna = Sender.objects.get()
    assert (anna.role, anna.roles) == ("Member host", {"da": "Medlemsvært", "en-GB": "Host"})
    assert AuditEntry.objects.get(deed="sender.changed").details["fields"] == ["role", "role_da", "role_fi"]


def test_a_role_that_is_too_long_names_its_field_and_changes_nothing(owner: Client, now: dt.datetime) -> None:
    Brand.objects.create(languages=["da"])
    making.publish([{"uid": "hello", "kind": "send", "letter": "hello"}], now)
    answer = owner.post("/senders/anna/", {**SAID, "role_da": "x" * 121})
    assert "Role in Dansk: " in answer.content.decode()
    assert Sender.objects.get().roles == {}


def test_somebody_new_has_roles_at_once(owner: Client) -> None:
    Brand.objects.create(languages=["da"])
    assert owner.post("/senders/new/", {**SAID, "role_da": "Medlemsvært"}).status_code == 302
    assert Sender.objects.get().roles == {"da": "Medlemsvært"}
