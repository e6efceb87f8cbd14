"""The language of conditions: what it says, what it refuses, and how it explains itself."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members import conditions, events, facts, usage
from members.models import Member, MemberFacts, MemberTag
from tests import cast

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def member(db: None, now: dt.datetime) -> Member:
    person = cast.join(
        "lone", now - 100 * DAY, quiet=True, email="lone@example.com", country="DK", plan="full"
    ).member
    Member.objects.filter(pk=person.pk).update(stage="value", stage_since=now - 40 * DAY)
    MemberTag.objects.create(member=person, tag="helper")
    return Member.objects.get(pk=person.pk)


def verdict(condition: dict[str, Any], member: Member, now: dt.datetime, **more: Any) -> conditions.Verdict:
    assert conditions.problems(condition, in_flow=True) == []
    return conditions.evaluate(condition, [member], now, **more)[member.pk]


@pytest.mark.parametrize(
    ("fact", "op", "value", "holds"),
    [
        ("stage", "=", "value", True),
        ("stage", "=", "former", False),
        ("stage", "!=", "former", True),
        ("stage_days", ">=", 40, True),
        ("stage_days", ">", 40, False),
        ("stage_days", "<", 41, True),
        ("stage_days", "<=", 39, False),
        ("days_since_joined", "=", 100, True),
        ("stage", "in", ["value", "relationship"], True),
        ("stage", "in", ["former"], False),
        ("tags", "contains", "helper", True),
        ("tags", "contains", "vip", False),
        ("country", "exists", True, True),
        ("locale", "exists", True, False),
        ("locale", "exists", False, True),
        ("reachable_by", "contains", "email", True),
        ("plan", "=", "full", True),
    ],
)
def test_each_comparison(
    member: Member, now: dt.datetime, fact: str, op: str, value: Any, holds: bool
) -> None:
    assert verdict({"fact": fact, "op": op, "value": value}, member, now).holds is holds


@pytest.mark.parametrize("op", ["=", "!=", "in"])
def test_any_comparison_with_what_is_unknown_is_false(member: Member, now: dt.datetime, op: str) -> None:
    value = ["da"] if op == "in" else "da"
    found = verdict({"fact": "locale", "op": op, "value": value}, member, now)
    assert (found.holds, found.reasons) == (False, ("locale is unknown",))


def test_not_is_plain_negation_also_of_what_is_unknown(member: Member, now: dt.datetime) -> None:
    unknown = {"fact": "locale", "op": "=", "value": "da"}
    assert verdict({"not": unknown}, member, now).holds is True
    assert verdict({"not": {"not": unknown}}, member, now).holds is False


def test_all_and_any_name_what_decided(member: Member, now: dt.datetime) -> None:
    yes, no = {"fact": "stage", "value": "value"}, {"fact": "country", "value": "SE"}
    assert verdict({"all": [yes, no]}, member, now).reasons == ("country is DK, must be = SE",)
    assert verdict({"any": [yes, no]}, member, now).reasons == ("stage is value, must be = value",)
    assert verdict({"all": [yes, yes]}, member, now).reasons == ("stage is value, must be = value",) * 2


def test_events_are_counted_inside_their_window(member: Member, now: dt.datetime) -> None:
    for days in (1, 6, 8, 30):
        draft = events.Draft("poll.answered", member, now - days * DAY, f"poll:{days}")
        events.record(draft, now, quiet=True)
    events.record(events.Draft("poll.answered", member, now + DAY, "poll:ahead"), now, quiet=True)

    def holds(**more: Any) -> bool:
        return verdict({"event": "poll.answered", **more}, member, now).holds

    assert holds()
    assert holds(count="=4")
    assert holds(count="=2", within="7d")
    assert not holds(count=">2", within="7d")
    assert holds(count="=0", within="12h")
    entered = {member.pk: now - 7 * DAY}
    since = {"event": "poll.answered", "since": "entry", "count": "=2"}
    found = verdict(since, member, now, entered=entered)
    assert (found.holds, found.reasons) == (True, ("poll.answered happened 2 times, must be = 2",))


def test_use_is_counted_by_whole_days_including_today(member: Member, now: dt.datetime) -> None:
    for days in (0, 1, 6, 7):
        use = usage.Use(member.pk, "door", f"{days}", "usage.visit", now - days * DAY)
        usage.record_many([use], now)
    assert verdict({"event": "usage.visit", "count": "=1", "within": "1d"}, member, now).holds
    assert verdict({"event": "usage.visit", "count": "=3", "within": "7d"}, member, now).holds
    assert verdict({"event": "usage.*", "count": "=4"}, member, now).holds


def test_no_condition_holds_for_everybody(member: Member, now: dt.datetime) -> None:
    assert conditions.evaluate(None, [member], now)[member.pk].holds


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({}, "a condition is a table"),
        ("stage", "a condition is a table"),
        ({"stage": "value"}, "knows all, any, not, event, fact, flow, segment"),
        ({"all": []}, "needs a list"),
        ({"any": {"fact": "stage", "value": "x"}}, "needs a list"),
        ({"fact": "shoe", "value": 1}, "unknown fact “shoe”"),
        ({"fact": ["stage"], "value": 1}, "unknown fact"),
        ({"fact": "stage", "op": "like", "value": 1}, "unknown comparison “like”"),
        ({"fact": "stage"}, "the value to compare “stage” with is missing"),
        ({"fact": "stage", "op": "in", "value": "value"}, "“in” needs a list"),
        ({"fact": "stage", "op": ">", "value": 3}, "knows = != in exists, not “>”"),
        ({"fact": "stage_days", "op": ">", "value": "many"}, "cannot be compared with"),
        ({"fact": "stage_days", "op": ">", "value": True}, "cannot be compared with"),
        ({"fact": "stage", "value": {"x": 1}}, "cannot be compared with"),
        ({"fact": "stage", "value": "value", "within": "3d"}, "unknown word “within”"),
        ({"event": "nonsense"}, "no event name"),
        ({"event": "mail.*"}, "no event name"),
        ({"event": "x.y", "count": "many"}, "count is written like"),
        ({"event": "x.y", "within": "soon"}, "no duration"),
        ({"event": "usage.visit", "within": "12h"}, "counted by whole days"),
        ({"event": "x.y", "since": "joining"}, "since is allowed inside flows only"),
        ({"not": {"fact": "shoe", "value": 1}}, "condition.not: unknown fact"),
        ({"all": [{"any": [{"fact": "shoe", "value": 1}]}]}, "condition.all[1].any[1]: unknown fact"),
    ],
)
def test_a_wrong_condition_is_refused_naming_the_place(condition: Any, said: str) -> None:
    found = conditions.problems(condition)
    assert any(said in problem for problem in found), found


def test_since_entry_is_for_flows() -> None:
    condition = {"event": "x.y", "since": "entry"}
    assert conditions.problems(condition, in_flow=True) == []
    assert conditions.problems(condition) != []


def test_many_members_take_one_query_per_question(
    now: dt.datetime, django_assert_num_queries: object
) -> None:
    members = [cast.join(f"p{number}", now, quiet=True).member for number in range(10)]
    both = {
        "any": [{"event": "x.y"}, {"event": "usage.z", "within": "7d"}, {"fact": "stage", "value": "value"}]
    }
    with django_assert_num_queries(3):  # type: ignore[operator]  # events, uses, facts
        assert len(conditions.evaluate(both, members, now)) == 10


ATOMS = st.sampled_from([{"fact": "stage", "value": "value"}, {"fact": "locale", "value": "da"}])
TREES = st.recursive(
    ATOMS,
    lambda parts: st.one_of(
        st.builds(lambda part: {"not": part}, parts),
        st.builds(lambda some: {"all": some}, st.lists(parts, min_size=1, max_size=3)),
        st.builds(lambda some: {"any": some}, st.lists(parts, min_size=1, max_size=3)),
    ),
    max_leaves=8,
)


def plainly(tree: dict[str, Any]) -> bool:
    """What a tree of conditions means for somebody in `value` whose language nobody knows."""
    if "not" in tree:
        return not plainly(tree["not"])
    if "all" in tree:
        return all(plainly(part) for part in tree["all"])
    if "any" in tree:
        return any(plainly(part) for part in tree["any"])
    return tree["fact"] == "stage"


@given(TREES)
def test_nesting_means_what_logic_says(tree: dict[str, Any]) -> None:
    somebody = Member(pk=1, stage="value", locale="")
    somebody._prefetched_objects_cache = {"tag_rows": MemberTag.objects.none()}
    somebody.facts = MemberFacts(member=somebody)
    now = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    found = conditions.evaluate(tree, [somebody], now)[1]
    assert found.holds is plainly(tree)
    assert found.reasons


def test_every_fact_can_be_read_of_somebody_of_whom_nothing_is_known(now: dt.datetime) -> None:
    nobody = Member(pk=1, joined_at=now, stage_since=now)
    for fact in facts.FACTS.values():
        fact.read(nobody, now)
        assert str(fact.meaning)
