"""The page of the sending rules: words for everybody, a form for those who may change them."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from api import keys
from lifecycle import trades
from mail import sending_rules
from mail.models import SendingRules
from members.models import Event
from office.models import AuditEntry, User
from tests import cast
from tests.dashboard import queries
from tests.mail import letters

pytestmark = pytest.mark.django_db
PAGE = "/settings/sending/"
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@pytest.fixture
def editor() -> Client:
    browser = Client()
    browser.force_login(User.objects.create_user("ed", first_name="Edda", role="editor"))
    return browser


def fields(**over: Any) -> dict[str, Any]:
    """What a browser sends of the empty form, with some fields filled in."""
    return {"open_days": DAYS, "ask_days": DAYS, "order": "onboarding,value,ask", "do": "save", **over}


def sent_back(page: Any) -> dict[str, Any]:
    """The fields as the page shows them, as a browser would send them."""
    values = page.context["values"]
    said = {key: values[key] for key in values if key not in ("caps", "free", "priorities")}
    for row in values["caps"]:
        said |= {f"cap_{row['place']}_{key}": row[key] for key in ("letters", "within", "unit")}
    for row in values["free"]:
        said |= {f"free_{key}_{row['place']}": row[key] for key in ("from", "to", "name")}
        said |= {f"free_yearly_{row['place']}": "on"} if row["yearly"] else {}
    return {**said, "do": "save"}


def test_a_fresh_house_is_told_that_nothing_is_set(reader: Client) -> None:
    page = reader.get(PAGE).content.decode()
    assert "Nobody has set these yet" in page
    assert "4 asks in 365 days" in page
    assert 'name="quiet_from"' not in page


def test_an_empty_house_is_told_so_on_its_first_page(staff: Client) -> None:
    assert "Not set: quiet hours" in staff.get("/").content.decode()


def test_home_says_what_is_not_set_until_it_is(staff: Client, now: dt.datetime) -> None:
    cast.join("a", now, quiet=True)
    page = staff.get("/").content.decode()
    assert "Not set: quiet hours, hours and days for letters, days kept free and limit of letters." in page
    assert f'href="{PAGE}"' in page
    trades.choose("club", now)
    assert "Not set" not in staff.get("/").content.decode()


def test_an_editor_sets_them_and_it_is_written_down(editor: Client, now: dt.datetime) -> None:
    said = fields(
        quiet_from="21:00", quiet_to="08:00", open_from="08:00", open_to="20:00", ask_days=["tue", "wed"],
        cap_0_letters="2", cap_0_within="7", cap_0_unit="d", spare=["onboarding"], order="value,onboarding,ask",
        asks="3", asks_within="1", asks_within_unit="y", asks_apart="30", asks_apart_unit="d", feasts=["-2"],
        free_from_0="2026-12-31", free_to_0="2027-01-01", free_name_0="New Year", free_yearly_0="on",
        free_from_1="2026-05-05", note="The board said so",
    )  # fmt: skip
    page = editor.post(PAGE, said, follow=True).content.decode()
    assert "The rules are saved." in page
    assert sending_rules.definition() == {
        "quiet_hours": {"from": "21:00", "to": "08:00"},
        "windows": [{"from": "08:00", "to": "20:00"}, {"purposes": ["ask"], "days": ["tue", "wed"]}],
        "blackout": [
            {"from": "12-31", "to": "01-01", "name": "New Year"},
            {"from": "2026-05-05", "to": "2026-05-05"},
            {"easter": -2, "name": "Good Friday"},
        ],
        "caps": [{"letters": 2, "within": "7d", "spares": ["onboarding"]}],
        "ask_budget": {"asks": 3, "within": "1y", "apart": "30d"},
        "surveys_apart": "90d",
        "priorities": ["transactional", "dunning", "leaving", "value", "onboarding", "ask"],
    }
    for words in (
        "From 21:00 until 08:00",
        "an ask: Tuesday and Wednesday",
        "New Year: 31 December to 1 January",
    ):
        assert words in page
    assert "The board said so" in page
    entry = AuditEntry.objects.get(deed="sendingrules.changed")
    assert (entry.user and entry.user.username, entry.details["note"]) == ("ed", "The board said so")


@pytest.mark.parametrize("trade", trades.names())
def test_what_the_form_shows_and_sends_back_changes_nothing(
    editor: Client, now: dt.datetime, trade: str
) -> None:
    trades.choose(trade, now)
    before = SendingRules.objects.count()
    page = editor.post(PAGE, sent_back(editor.get(PAGE)), follow=True)
    assert "Nothing was changed" in page.content.decode()
    assert SendingRules.objects.count() == before


def test_what_only_a_file_can_say_is_kept(editor: Client, now: dt.datetime) -> None:
    own = [{"from": "09:00", "to": "10:00", "purposes": ["leaving", "value"]}]
    sending_rules.save({"windows": own}, now)
    assert "from 09:00 until 10:00" in editor.get(PAGE).content.decode()
    editor.post(PAGE, fields(quiet_from="22:00", quiet_to="06:00"))
    assert sending_rules.definition()["windows"] == own


def test_errors_stand_beside_their_fields_and_nothing_is_saved(editor: Client) -> None:
    said = fields(
        quiet_from="21:00", open_from="20:00", open_to="08:00", cap_0_letters="two", cap_0_within="7",
        cap_0_unit="d", asks="4", asks_within="x", open_days=[], free_from_0="", free_to_0="2026-12-31", order="mine",
    )  # fmt: skip
    page = editor.post(PAGE, said)
    errors = page.context["errors"]
    assert set(errors) == {
        "quiet_to", "open_to", "open_days", "cap_0_letters", "asks_within", "free_from_0", "order",
    }  # fmt: skip
    shown = page.content.decode()
    assert 'value="two"' in shown
    assert 'id="quiet_to-error"' in shown
    assert not SendingRules.objects.exists()


def test_rules_that_leave_no_moment_are_refused_in_words(editor: Client) -> None:
    said = fields(quiet_from="20:00", quiet_to="09:00", open_from="06:00", open_to="08:30")
    assert "leave no moment" in editor.post(PAGE, said).content.decode()
    assert not SendingRules.objects.exists()


def test_a_sentence_says_what_would_follow_before_anything_is_saved(editor: Client, now: dt.datetime) -> None:
    member = cast.ingrid(now).member
    letters.due(member, now)
    said = fields(do="look", quiet_from="21:00", quiet_to="08:00", ask_days=["tue"])
    for headers in ({}, {"HX-Request": "true"}):
        page = editor.post(PAGE, said, headers=headers).content.decode()
        assert "A letter of the kind “ongoing value” due Friday 22:10 leaves Saturday 08:00." in page
        assert "A letter of the kind “an ask” due Friday 10:00 leaves" in page
        assert "1 letter waits now." in page
        assert ("<html" in page) == (not headers)
    assert not SendingRules.objects.exists()


def test_letters_that_wait_are_asked_about_again_by_new_rules(editor: Client, now: dt.datetime) -> None:
    letters.rule(now, quiet_hours={"from": "21:00", "to": "08:00"})
    message = letters.due(cast.per(now).member, now)
    Event.objects.update(handled_at=now)
    letters.send(now)
    assert letters.told(message)[0] == "queued"
    assert "1 was postponed before" in editor.get(PAGE).content.decode()
    editor.post(PAGE, fields())
    letters.send(now)
    assert letters.told(message)[0] == "sent"


def test_who_may_only_read_changes_nothing(reader: Client, staff: Client) -> None:
    for browser in (reader, staff):
        assert browser.post(PAGE, fields(quiet_from="21:00", quiet_to="08:00")).status_code == 403
    assert not SendingRules.objects.exists()


def test_the_page_asks_as_often_for_many_letters_as_for_one(editor: Client, now: dt.datetime) -> None:
    member = cast.ingrid(now).member
    letters.due(member, now)
    few = queries.asked(editor, PAGE)
    for _ in range(30):
        letters.due(member, now)
    assert queries.asked(editor, PAGE) == few


def test_a_letter_tells_what_it_waited_for(staff: Client, now: dt.datetime) -> None:
    letters.rule(now, quiet_hours={"from": "21:00", "to": "08:00"})
    message = letters.due(cast.ingrid(now).member, now)
    letters.send(now)
    page = staff.get(f"/letters/{message.uuid}/").content.decode()
    assert "Had to wait" in page
    assert "quiet hours; leaves 3 March 2026 08:00" in page


def test_programs_read_the_rules(now: dt.datetime) -> None:
    caller = APIClient()
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {keys.create('a program', ['members:read'], now)}")
    budget = {"asks": 4, "within": "365d"}
    fresh = {"definition": {"ask_budget": budget, "surveys_apart": "90d"}, "decided_at": None}
    assert caller.get("/api/v1/rules/").json() == fresh
    letters.rule(now, caps=[{"letters": 2, "within": "7d"}])
    told = caller.get("/api/v1/rules/").json()
    assert told["definition"]["caps"] == [{"letters": 2, "within": "7d"}]
    assert told["decided_at"] == "2026-03-02T22:30:00Z"
