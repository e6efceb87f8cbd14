import datetime as dt
from typing import Any

import pytest
from django.test import Client

from api import keys
from lifecycle import clock
from members import segment_keeping, segment_uses, segments
from members.conditions import Condition
from members.models import Event, Member, MemberFacts, Segment, SegmentMember, StageRule
from office.models import AuditEntry
from tests import cast
from tests.dashboard import club

pytestmark = pytest.mark.django_db
DANES: Condition = {"fact": "locale", "op": "=", "value": "da"}
HOUR = dt.timedelta(hours=1)


def made(name: str, condition: Condition | None, now: dt.datetime) -> Segment:
    return segments.save(Segment(name=name), condition, now, None)


def refused(segment: Segment, condition: Any, now: dt.datetime) -> list[str]:
    with pytest.raises(segments.SegmentErrors) as refusal:
        segments.save(segment, condition, now, None)
    return refusal.value.errors


def told(name: str) -> list[tuple[int, str]]:
    rows = Event.objects.filter(name=name).order_by("pk")
    return [(event.member_id, event.data["segment"]) for event in rows]


def change(member: Member, **columns: Any) -> None:
    Member.objects.filter(pk=member.pk).update(**columns)
    MemberFacts.objects.filter(member=member).update(segments_due=True, dirty_at=None)


def test_every_error_of_a_condition_is_named(now: dt.datetime) -> None:
    wrong = {"all": [{"fact": "shoes"}, {"fact": "locale", "op": "~", "value": 1}, {"segment": "gone"}]}
    errors = " ".join(refused(Segment(name=""), wrong, now))
    for word in ("name:", "“shoes”", "“~”", "“gone”", "condition.all[2]"):
        assert word in errors
    assert not Segment.objects.exists()


@pytest.mark.parametrize("value", [10**9, -(10**9)])
def test_days_that_no_calendar_has_are_refused(now: dt.datetime, value: int) -> None:
    assert refused(Segment(name="Old"), {"fact": "days_since_joined", "op": ">", "value": value}, now)
    assert refused(Segment(name="Old"), {"event": "poll.answered", "within": "99999y"}, now)


def test_a_segment_cannot_ask_for_itself_by_way_of_others(now: dt.datetime) -> None:
    first = made("First", DANES, now)
    made("Second", {"not": {"segment": "first"}}, now)
    made("Third", {"all": [{"segment": "second"}]}, now)
    assert "“First” → “Third” → “Second” → “First”" in refused(first, {"segment": "third"}, now)[0]
    assert "in a circle" in refused(first, {"segment": "first"}, now)[0]


def test_depth_counts_the_segments_that_are_asked_for(now: dt.datetime) -> None:
    deep: Condition = DANES
    for _level in range(8):
        deep = {"all": [deep]}
    base = made("Base", DANES, now)
    made("Deep", {"all": [{"all": [{"all": [{"segment": "base"}]}]}]}, now)
    assert "“deep”" in refused(base, deep, now)[0]


def test_two_segments_of_one_name_have_two_slugs(now: dt.datetime) -> None:
    assert [made("New", DANES, now).slug for _time in range(2)] == ["new-2", "new-3"]
    assert made("Æøå ?!", DANES, now).slug


def test_what_a_new_segment_finds_is_history_and_what_follows_is_told(now: dt.datetime) -> None:
    ingrid, per = cast.ingrid(now).member, cast.per(now).member
    made("Danes", DANES, now)
    segment_keeping.refresh(now)
    assert SegmentMember.objects.get().member == ingrid
    assert Event.objects.filter(name__startswith="segment.").count() == 0
    change(ingrid, locale="en")
    change(per, locale="da")
    segment_keeping.refresh(now + HOUR)
    assert (told("segment.left"), told("segment.entered")) == ([(ingrid.pk, "danes")], [(per.pk, "danes")])
    assert Segment.objects.get().size == 1
    assert segment_keeping.refresh(now + HOUR) == 0


def test_a_changed_condition_starts_nothing(now: dt.datetime) -> None:
    cast.ingrid(now)
    danes = made("Danes", {"fact": "locale", "op": "=", "value": "sv"}, now)
    segment_keeping.refresh(now)
    segments.save(danes, DANES, now, None)
    segment_keeping.refresh(now)
    assert Segment.objects.get().size == 1
    assert told("segment.entered") == []


def test_somebody_whose_facts_are_in_doubt_is_asked_when_they_are_right(now: dt.datetime) -> None:
    per = cast.per(now).member
    made("Danes", DANES, now)
    segment_keeping.refresh(now)
    change(per, locale="da")
    MemberFacts.objects.update(dirty_at=now)
    assert segment_keeping.refresh(now) == 0
    MemberFacts.objects.update(dirty_at=None)
    assert segment_keeping.refresh(now) == 1
    assert told("segment.entered") == [(per.pk, "danes")]


def test_time_alone_lets_members_in_within_the_hour(now: dt.datetime) -> None:
    ingrid = cast.ingrid(now).member
    made("A week here", {"fact": "days_since_joined", "op": ">=", "value": 7}, now)
    for moment in (now, now + dt.timedelta(days=7)):
        segment_keeping.refresh(moment)
    assert told("segment.entered") == [(ingrid.pk, "a-week-here")]


@pytest.mark.parametrize(
    ("condition", "is_timed"),
    [
        (DANES, False),
        ({"not": {"fact": "stage_days", "op": ">", "value": 3}}, True),
        ({"any": [{"event": "poll.answered", "within": "7d"}]}, True),
        ({"event": "poll.answered"}, False),
        ({"segment": "recent"}, True),
    ],
)
def test_a_condition_is_timed_where_days_are_counted(
    now: dt.datetime, condition: Condition, is_timed: bool
) -> None:
    made("Recent", {"fact": "days_since_joined", "op": "<", "value": 7}, now)
    assert segment_keeping.is_timed(condition) is is_timed


def test_the_night_asks_everything(now: dt.datetime) -> None:
    per = cast.per(now).member
    made("Danes", DANES, now)
    segment_keeping.refresh(now)
    Member.objects.filter(pk=per.pk).update(locale="da")
    assert segment_keeping.refresh_all(now + HOUR) == 1
    assert told("segment.entered") == [(per.pk, "danes")]


def test_imported_members_are_placed_quietly(now: dt.datetime) -> None:
    made("Danes", DANES, now)
    segment_keeping.refresh(now)
    ingrid = cast.join("i", now, quiet=True, first_name="I", locale="da").member
    segment_keeping.place([ingrid.pk], now)
    segment_keeping.refresh_all(now)
    assert SegmentMember.objects.get().member == ingrid
    assert told("segment.entered") == []


def test_merged_and_erased_members_are_in_no_segment(now: dt.datetime) -> None:
    ingrid, per = cast.ingrid(now).member, cast.join("2", now, first_name="B", locale="da").member
    Member.objects.filter(pk=per.pk).update(merged_into=ingrid)
    assert list(segments.holding(DANES, now)) == [ingrid]
    Member.objects.filter(pk=ingrid.pk).update(erased_at=now)
    assert not segments.holding(DANES, now).exists()


def test_a_segment_that_asks_for_what_is_gone_keeps_its_members(now: dt.datetime) -> None:
    cast.ingrid(now)
    danes = made("Danes", DANES, now)
    segment_keeping.refresh(now)
    Segment.objects.filter(pk=danes.pk).update(condition={"fact": "shoes"})
    assert segment_keeping.refresh_all(now) == 0
    assert SegmentMember.objects.count() == 1


def test_putting_on_a_list_is_told_once_and_reaches_segments_that_ask_for_it(now: dt.datetime) -> None:
    ingrid, per = cast.ingrid(now).member, cast.per(now).member
    board = made("Board", None, now)
    made("Danes on it", {"all": [DANES, {"segment": "board"}]}, now)
    MemberFacts.objects.update(dirty_at=None, segments_due=False)
    segment_keeping.refresh(now)
    assert [segments.put(board, [ingrid, per], now, None) for _time in range(2)] == [2, 0]
    MemberFacts.objects.update(dirty_at=None)
    segment_keeping.refresh(now)
    assert told("segment.entered") == [
        (ingrid.pk, "board"),
        (per.pk, "board"),
        (ingrid.pk, "danes-on-it"),
    ]
    assert segments.take_off(board, [per], now, None) == 1
    assert told("segment.left") == [(per.pk, "board")]
    assert Segment.objects.get(slug="board").size == 1
    assert AuditEntry.objects.filter(subject="Board").count() == 3


def test_the_clock_leaves_lists_alone(now: dt.datetime) -> None:
    ingrid, board = cast.ingrid(now).member, made("Board", None, now)
    MemberFacts.objects.update(dirty_at=None, segments_due=True)
    segment_keeping.place([ingrid.pk], now)
    segment_keeping.refresh(now + HOUR)
    assert segment_keeping.refresh_all(now + HOUR) == 0
    assert not board.memberships.exists()


def test_nobody_is_put_by_hand_where_a_condition_decides(now: dt.datetime) -> None:
    danes, ingrid = made("Danes", DANES, now), cast.ingrid(now).member
    with pytest.raises(segments.SegmentErrors):
        segments.put(danes, [ingrid], now, None)
    assert "at least one line" in refused(danes, None, now)[0]


def test_a_segment_in_use_is_not_deleted_and_its_users_are_named(now: dt.datetime) -> None:
    danes = made("Danes", DANES, now)
    made("Happy Danes", {"all": [{"segment": "danes"}, {"fact": "nps", "op": ">", "value": 8}]}, now)
    StageRule.objects.create(to="value", enter={"not": {"segment": "danes"}}, updated_at=now)
    club.publish(now)
    from flows.models import Flow

    Flow.objects.update(draft={"trigger": {"segment": "danes"}})
    with pytest.raises(segments.InUse) as refusal:
        segments.delete(danes, now, None)
    assert len(refusal.value.users) == len(segment_uses.of("danes")) == 3
    segments.delete(Segment.objects.get(slug="happy-danes"), now, None)
    assert list(Segment.objects.all()) == [danes]


def test_the_clock_keeps_segments(now: dt.datetime) -> None:
    cast.ingrid(now)
    made("Danes", DANES, now)
    clock.tick(now)
    assert Segment.objects.get().size == 1


@pytest.fixture
def caller() -> dict[str, str]:
    return {"authorization": f"Bearer {keys.create('x', ['members:read'], dt.datetime.now(dt.UTC))}"}


def test_the_api_lists_segments_and_their_members(
    client: Client, caller: dict[str, str], now: dt.datetime
) -> None:
    ingrid = cast.ingrid(now).member
    cast.per(now)
    made("Danes", DANES, now)
    made("Board", None, now)
    listed = client.get("/api/v1/segments/", headers=caller).json()["results"]
    assert [(one["slug"], one["kind"]) for one in listed] == [("danes", "condition"), ("board", "list")]
    for address in ("/api/v1/segments/danes/members/", "/api/v1/members/?segment=danes"):
        page = client.get(address, headers=caller).json()
        assert (page["count"], [one["id"] for one in page["results"]]) == (1, [str(ingrid.uuid)])
    assert client.get("/api/v1/segments/danes/members/").status_code == 401
    assert client.get("/api/v1/segments/gone/members/", headers=caller).status_code == 404
    refusal = client.get("/api/v1/members/?segment=gone", headers=caller)
    assert (refusal.status_code, refusal.json()["errors"][0]["field"]) == (400, "segment")
