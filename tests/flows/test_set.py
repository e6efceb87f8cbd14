"""A set puts tags on members and takes them off, fills in fields, and lets everything that follows follow."""

import datetime as dt
from typing import Any

import pytest

from flows import checking
from members import fact_keeping, segment_keeping
from members.models import Event, Member, MemberFacts, MemberTag, Segment, SegmentMember
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def member(db: None, now: dt.datetime) -> Member:
    return cast.join("lone", now - DAY, quiet=True, email="lone@example.com", locale="en").member


def enter(member: Member, now: dt.datetime, *settings: dict[str, Any]) -> list[tuple[str, str]]:
    steps = [{"uid": f"s{number}", "kind": "set", **setting} for number, setting in enumerate(settings)]
    making.publish(steps, now)
    return making.path(making.enter(member, now))


def test_a_tag_is_put_on_and_taken_off(member: Member, now: dt.datetime) -> None:
    MemberTag.objects.create(member=member, tag="new")
    path = enter(member, now, {"tag": "vip", "untag": "new"}, {"tag": "vip"})
    assert Member.objects.get(pk=member.pk).tags == ["vip"]
    assert path == [("s0", "set"), ("s1", "unchanged")]
    told = Event.objects.get(name="member.updated")
    assert told.data == {"fields": ["tags"]}


def test_fields_are_filled_in_and_cleared(member: Member, now: dt.datetime) -> None:
    changes = [
        {"field": "locale", "value": "da_DK"},
        {"field": "preferred_channel", "value": "phone"},
        {"field": "own.Team", "value": "red"},
        {"field": "own.Shirt", "value": "L"},
        {"field": "own.Team", "value": ""},
    ]
    enter(member, now, *changes)
    row = Member.objects.get(pk=member.pk)
    assert (row.locale, row.preferred_channel, row.own_fields) == ("da-DK", "phone", {"Shirt": "L"})
    assert row.updated_at == now
    assert row.email == "lone@example.com"


def test_what_changes_nothing_records_nothing(member: Member, now: dt.datetime) -> None:
    path = enter(member, now, {"field": "locale", "value": "en"}, {"untag": "never-there"})
    assert [outcome for _, outcome in path] == ["unchanged", "unchanged"]
    assert not Event.objects.filter(name="member.updated").exists()


def test_a_branch_after_it_sees_it_and_facts_and_segments_follow(member: Member, now: dt.datetime) -> None:
    has_tag = {"fact": "tags", "op": "contains", "value": "vip"}
    Segment.objects.create(slug="vips", name="VIPs", condition=has_tag, created_at=now)
    steps = [
        {"uid": "before", "kind": "branch", "if": has_tag, "then": "stop", "else": "mark"},
        {"uid": "mark", "kind": "set", "tag": "vip"},
        {"uid": "after", "kind": "branch", "if": has_tag, "then": "yes"},
        {"uid": "stop", "kind": "end"},
        {"uid": "yes", "kind": "task", "title": "marked"},
    ]
    making.publish(steps, now)
    run = making.enter(member, now)
    assert making.path(run) == [("before", "no"), ("mark", "set"), ("after", "yes"), ("yes", "task")]
    assert MemberFacts.objects.get(member=member).dirty_at is not None
    while fact_keeping.refresh(now) + segment_keeping.refresh(now):
        pass
    assert SegmentMember.objects.filter(segment__slug="vips", member=member).exists()


def test_an_exit_on_a_change_is_answered(member: Member, now: dt.datetime) -> None:
    steps = [{"uid": "mark", "kind": "set", "tag": "vip"}, {"uid": "rest", "kind": "wait", "for": "9d"}]
    making.publish(steps, now, exit={"event": "member.updated"})
    assert making.enter(member, now).status == "exited"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "a set needs tag, untag, or field with value"),
        ({"value": "x"}, "a set needs tag, untag, or field with value"),
        ({"tag": "two words"}, "steps[x].tag: “two words” is no tag"),
        ({"tag": ""}, "is no tag"),
        ({"tag": 1}, "steps[x].tag: must be a text"),
        ({"tag": "vip", "untag": "vip"}, "cannot be put on and taken off"),
        ({"field": "email", "value": "x@example.com"}, "there is no field “email” to set; there are country"),
        ({"field": "locale"}, "a field needs “value”"),
        ({"field": "locale", "value": "Danish!"}, "locale: Write the language like da"),
        ({"field": "country", "value": "Denmark"}, "country: Write the country in two letters"),
        ({"field": "preferred_channel", "value": "pigeon"}, "is none of email, phone"),
        ({"field": "own.", "value": "x"}, "name the field"),
        ({"field": "own.Team", "value": "a\nb"}, "the value is one line"),
        ({"tag": "vip", "value": "x"}, "value: goes with field"),
    ],
)
def test_what_cannot_be_set_is_refused_naming_it(settings: dict[str, Any], said: str) -> None:
    found = checking.errors(making.definition([{"uid": "x", "kind": "set", **settings}]))
    assert any(said in error for error in found), found
