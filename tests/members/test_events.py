"""Events: append-only, each key once."""

import datetime as dt

import pytest

from members import events
from members.models import Event, Member
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(db: None, now: dt.datetime) -> Member:
    return cast.join("lone", now, quiet=True).member


def test_a_key_is_recorded_once(member: Member, now: dt.datetime) -> None:
    draft = events.Draft("x.y", member, now, "key")
    assert events.record(draft, now) is not None
    assert events.record(draft, now) is None
    assert Event.objects.filter(key="key").count() == 1


def test_many_are_recorded_with_their_ids_and_only_the_new_ones_come_back(
    member: Member, now: dt.datetime
) -> None:
    drafts = [events.Draft("x.y", member, now, f"key{number}") for number in range(5)]
    events.record(drafts[2], now)
    recorded = events.record_many([*drafts, drafts[0]], now)
    assert sorted(event.key for event in recorded) == ["key0", "key1", "key3", "key4"]
    assert all(event.pk for event in recorded)


def test_nothing_is_recorded_for_nothing(now: dt.datetime) -> None:
    assert events.record_many([], now) == []


def test_quiet_events_are_stored_as_answered(member: Member, now: dt.datetime) -> None:
    event = events.record(events.Draft("x.y", member, now, "key"), now, quiet=True)
    assert event is not None
    assert event.handled_at == now


@pytest.mark.parametrize(
    ("name", "is_usage", "is_reserved"),
    [
        ("usage.visit", True, False),
        ("mail.sent", False, True),
        ("stage.entered", False, True),
        ("circle.entered", False, True),
        ("milestone.reached", False, True),
        ("member.signed_up", False, False),
        ("mailbox.full", False, False),
    ],
)
def test_which_lane_a_name_takes_and_who_may_say_it(name: str, is_usage: bool, is_reserved: bool) -> None:
    assert (events.is_usage(name), events.is_reserved(name)) == (is_usage, is_reserved)
