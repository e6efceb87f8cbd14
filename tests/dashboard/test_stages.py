"""The stages on staff pages: why here, what is missing, moves by hand, the rules in words."""

import datetime as dt
import json

import pytest
from django.test import Client

from lifecycle import trades
from members import stage_rules
from members.models import Member, StageChange, StageRule
from office.models import AuditEntry, User
from tests import cast
from tests.members.test_moving import know, regular

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(now: dt.datetime) -> Member:
    trades.choose("club", now)
    return regular("anna", now, days=200, uses=4)


@pytest.fixture
def editor() -> Client:
    browser = Client()
    browser.force_login(User.objects.create_user("ed", role="editor", is_staff=True))
    return browser


def test_the_page_says_what_is_missing(anna: Member, staff: Client) -> None:
    page = staff.get(f"/members/{anna.uuid}/").content.decode()
    for said in ("Missing for Relationship", "one talk or answer in 12 months", "Move by hand"):
        assert said in page


def test_staff_move_somebody_by_hand(anna: Member, staff: Client) -> None:
    page = staff.post(
        f"/members/{anna.uuid}/moves", {"to": "relationship", "note": "A long talk"}, follow=True
    ).content.decode()
    assert "A long talk" in page
    assert Member.objects.get(pk=anna.pk).stage == "relationship"


def test_a_move_without_a_reason_is_refused_in_words(anna: Member, staff: Client) -> None:
    page = staff.post(f"/members/{anna.uuid}/moves", {"to": "value"}, follow=True).content.decode()
    assert "Write why" in page
    assert not StageChange.objects.filter(kind="manual").exists()


def test_who_may_only_read_moves_nobody(anna: Member, reader: Client) -> None:
    assert reader.post(f"/members/{anna.uuid}/moves", {"to": "value", "note": "x"}).status_code == 403
    assert "Move by hand" not in reader.get(f"/members/{anna.uuid}/").content.decode()


def test_the_rules_stand_there_in_words_with_who_would_move(anna: Member, staff: Client) -> None:
    know(anna, dialogue_365d=1)
    page = staff.get("/settings/stages/").content.decode()
    for said in (
        "Relationship",
        "one talk or answer in 12 months",
        "1 member comes up at once",
        str(anna.uuid),
    ):
        assert said in page


def test_a_house_without_rules_is_told_so(staff: Client) -> None:
    assert "No rules yet" in staff.get("/settings/stages/").content.decode()


def test_a_rule_that_can_no_longer_be_read_says_why(anna: Member, staff: Client) -> None:
    StageRule.objects.filter(to="value").update(enter={"fact": "gone", "op": "=", "value": 1})
    assert "unknown fact “gone”" in staff.get("/settings/stages/").content.decode()


def change(to: str, **said: str) -> dict[str, str]:
    rule = StageRule.objects.get(to=to)
    return {
        "enter": json.dumps(rule.enter),
        "fall": json.dumps(rule.fall),
        "min_stay": rule.min_stay,
        "fall_after": rule.fall_after,
        "window": rule.window,
        "reason": rule.reason,
    } | said


def test_a_changed_rule_shows_first_who_would_move(anna: Member, editor: Client) -> None:
    Member.objects.filter(pk=anna.pk).update(stage="value")
    rule = StageRule.objects.get(to="ambassador")
    address = f"/admin/members/stagerule/{rule.pk}/change/"
    wish = change("ambassador", enter='{"fact": "tenure_days", "op": ">=", "value": 100}', fall="null")
    page = editor.post(address, wish).content.decode()
    assert "1 member comes up at once" in page
    assert str(anna.uuid) in page
    assert StageRule.objects.get(to="ambassador").enter == rule.enter, "not saved yet"
    editor.post(address, {**wish, "_rehearsed": "1"})
    kept = StageRule.objects.get(to="ambassador")
    assert (kept.enter["fact"], kept.fall) == ("tenure_days", None)
    assert AuditEntry.objects.filter(deed="stagerule.changed", user__username="ed").count() == 1


def test_a_rule_with_mistakes_is_refused_with_all_of_them(anna: Member, editor: Client) -> None:
    rule = StageRule.objects.get(to="value")
    bad = change("value", enter='{"fact": "beauty"}', min_stay="long")
    page = editor.post(f"/admin/members/stagerule/{rule.pk}/change/", bad).content.decode()
    assert "beauty" in page
    assert "long" in page
    assert StageRule.objects.get(to="value").enter == rule.enter


def test_a_new_rule_is_kept_after_the_same_look(editor: Client) -> None:
    wish = {"to": "value", "enter": '{"fact": "activated", "op": "=", "value": true}', "fall": "null"}
    assert "Keep the rule" in editor.post("/admin/members/stagerule/add/", wish).content.decode()
    editor.post("/admin/members/stagerule/add/", {**wish, "_rehearsed": "1"})
    assert [rule.to for rule in stage_rules.standing()] == ["value"]


def test_staff_who_are_no_editors_change_no_rule(anna: Member, client: Client) -> None:
    client.force_login(User.objects.create_user("ib", role="staff", is_staff=True))
    rule = StageRule.objects.get(to="value")
    address = f"/admin/members/stagerule/{rule.pk}/change/"
    assert client.post(address, change("value", window="1d")).status_code == 403
    assert client.post(address, {**change("value", window="1d"), "_rehearsed": "1"}).status_code == 403


def test_a_former_member_is_moved_by_nobody(staff: Client, now: dt.datetime) -> None:
    member = cast.join("a", now, quiet=True).member
    Member.objects.update(stage="former")
    assert "Move by hand" not in staff.get(f"/members/{member.uuid}/").content.decode()
