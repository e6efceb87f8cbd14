"""The editors' pages of benefits and of what is coming: words in other languages, and deeds with who and when."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from office.models import AuditEntry, User
from tests.value import houses
from value.models import Benefit, Upcoming

pytestmark = pytest.mark.django_db
NO_WORDS = {"words-TOTAL_FORMS": "0", "words-INITIAL_FORMS": "0"}


@pytest.fixture
def anna() -> User:
    """An editor, who may change both."""
    return User.objects.create_user("anna", role=User.Role.EDITOR, is_staff=True)


@pytest.fixture
def desk(anna: User) -> Client:
    client = Client()
    client.force_login(anna)
    return client


def test_saving_a_benefit_tells_members_of_it_in_every_language(desk: Client, anna: User) -> None:
    said: dict[str, Any] = {
        "name": "Guest ticket",
        "shown_by": "usage.guest",
        "worth": "15000",
        "currency": "DKK",
        "order": "1",
        "words-TOTAL_FORMS": "1",
        "words-INITIAL_FORMS": "0",
        "words-0-language": "da",
        "words-0-name": "Gæstebillet",
    }
    assert desk.post("/admin/value/benefit/add/", said).status_code == 302
    row = Benefit.objects.get()
    assert (row.worth, row.offered_by) == (15000, anna)
    assert row.offered_at is not None
    assert row.in_words("da").name == "Gæstebillet"
    assert AuditEntry.objects.get().deed == "benefit.added"


def test_what_is_wrong_is_said_at_its_field(desk: Client) -> None:
    said = {"name": "Guest ticket", "worth": "15000", "shown_by": "guest", "order": "0", **NO_WORDS}
    page = desk.post("/admin/value/benefit/add/", said).content.decode()
    assert "Write it as it is told, such as usage.evening" in page
    assert not Benefit.objects.exists()


def test_words_alone_leave_a_line_in_the_log(desk: Client) -> None:
    row = houses.benefit("Guest ticket")
    said: dict[str, Any] = {"name": "Guest ticket", "order": "0", **NO_WORDS}
    said |= {"words-TOTAL_FORMS": "1", "words-0-language": "da", "words-0-name": "Gæstebillet"}
    assert desk.post(f"/admin/value/benefit/{row.pk}/change/", said).status_code == 302
    assert row.words.get().name == "Gæstebillet"
    assert AuditEntry.objects.get().details["fields"] == ["words"]


def test_many_are_told_of_and_retired_at_once(desk: Client, anna: User) -> None:
    rows = [houses.benefit(name, offered_at=None) for name in ("Library", "Walk")]
    chosen = {"_selected_action": [str(row.pk) for row in rows]}
    desk.post("/admin/value/benefit/", {"action": "offer", **chosen})
    assert {row.offered_by for row in Benefit.objects.all()} == {anna}
    desk.post("/admin/value/benefit/", {"action": "retire", **chosen})
    assert {row.retired_by for row in Benefit.objects.all()} == {anna}
    page = " ".join(desk.get("/settings/changes/").content.decode().split())
    assert "told members of benefits" in page
    assert "retired benefits" in page


def test_an_evening_is_called_off_and_held_after_all(desk: Client, anna: User, now: dt.datetime) -> None:
    row = houses.coming("Soup", now + dt.timedelta(days=1))
    chosen = {"_selected_action": [str(row.pk)]}
    desk.post("/admin/value/upcoming/", {"action": "call_off", **chosen})
    assert Upcoming.objects.get().called_off_by == anna
    desk.post("/admin/value/upcoming/", {"action": "hold_after_all", **chosen})
    assert Upcoming.objects.get().called_off_at is None
