"""SQL and Python give the same verdict for every condition and every member."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members import conditions, erasure, facts, merging_members, segments
from members.models import Event, Member, MemberFacts, MemberTag, Plan, Segment, SegmentMember, UsageDay
from tests import cast
from tests.conftest import NOW

HOW = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NUMBERS = st.integers(-1, 5)
POINTS = st.sampled_from([-0.5, 0.5, 1.0, 1.5])
OPS = ["=", "!=", "<", "<=", ">", ">="]
SPANS = st.sampled_from(["1d", "7d", "2w", "1mo", "1y"])


def _value(fact: facts.Fact) -> st.SearchStrategy[Any]:
    if fact.type in ("number", "days"):
        return NUMBERS | POINTS if fact.type == "number" else NUMBERS
    if fact.type == "boolean":
        return st.booleans()
    return st.sampled_from(fact.choices or ["da", "en", "vip", "standard", "DK", "EUR", "nothing"])


@st.composite
def fact_atoms(draw: st.DrawFn) -> dict[str, Any]:
    fact = draw(st.sampled_from(list(facts.FACTS.values())))
    if draw(st.integers(0, 5)) == 0:
        return {"fact": fact.name, "op": "exists", "value": draw(st.booleans())}
    if fact.type == "list":
        return {"fact": fact.name, "op": "contains", "value": draw(_value(fact))}
    if fact.type != "boolean" and draw(st.integers(0, 4)) == 0:
        return {"fact": fact.name, "op": "in", "value": draw(st.lists(_value(fact), min_size=1, max_size=3))}
    ops = OPS if fact.type in ("number", "days") else OPS[:2]
    return {"fact": fact.name, "op": draw(st.sampled_from(ops)), "value": draw(_value(fact))}


@st.composite
def event_atoms(draw: st.DrawFn) -> dict[str, Any]:
    atom = {"event": draw(st.sampled_from(["poll.answered", "member.signed_up", "usage.visit", "usage.*"]))}
    if draw(st.booleans()):
        atom["count"] = draw(st.sampled_from([*OPS])) + str(draw(st.integers(0, 3)))
    elif atom["event"].startswith("usage.") and draw(st.booleans()):
        atom["days"] = draw(st.sampled_from([*OPS])) + str(draw(st.integers(0, 3)))
    if draw(st.booleans()):
        atom["within"] = draw(SPANS)
    return atom


ATOMS = st.one_of(fact_atoms(), event_atoms(), st.sampled_from([{"segment": "vips"}, {"segment": "danes"}]))
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=8,
)


@pytest.fixture
def crowd(db: None) -> list[Member]:
    """Twenty members that differ in everything conditions ask about, many of them with unknown values."""
    plan, vips = (
        Plan.objects.create(slug="gold", name="Gold"),
        Segment.objects.create(slug="vips", name="V", created_at=NOW),
    )
    danes = {"fact": "locale", "op": "=", "value": "da"}
    Segment.objects.create(slug="danes", name="Danes", condition=danes, created_at=NOW)
    members = []
    for n in range(20):
        at = NOW - dt.timedelta(days=n % 4, hours=n % 3)
        person = cast.join(f"m{n}", at, email="x@example.com" if n % 3 else "", first_name=f"M{n}").member
        _vary(person, n, at, plan)
        if n % 4 == 1:
            SegmentMember.objects.create(segment=vips, member=person, since=at)
        members.append(person)
    return members


def _vary(member: Member, n: int, at: dt.datetime, plan: Plan) -> None:
    rare = None if n % 5 == 0 else n % 4
    Member.objects.filter(pk=member.pk).update(
        locale=["da", "en", ""][n % 3],
        plan=plan if n % 4 == 2 else member.plan,
        status=["active", "trialing", "cancelled", "", "ended"][n % 5],
        birth_year=None if n % 3 == 0 else [1, 1880, 2200][n % 3] if n > 16 else 1940 + n * 4,
        stage=["onboarding", "value", "former"][n % 3],
        phone="1" if n % 2 else "",
    )
    MemberFacts.objects.filter(member=member).update(
        consumption_28d=rare,
        consumption_ratio=None if n % 3 else n / 4,
        mrr=rare,
        nps=rare,
        pulse=["awake", "unknown"][n % 2],
        activated_at=at if n % 3 else None,
        last_use_on=None if n % 4 == 3 else at.date(),
        last_conversation_at=None if n % 2 else at,
        usage_known=bool(n % 2),
        currency="EUR" if n % 3 else None,
    )
    if n % 3 == 0:
        MemberTag.objects.create(member=member, tag="vip")
    for k in range(n % 4):
        when = NOW - dt.timedelta(days=k * 5, hours=k)
        Event.objects.create(
            member=member, name="poll.answered", occurred_at=when, recorded_at=NOW, key=f"{n}/{k}"
        )
        UsageDay.objects.create(member=member, name="usage.visit", day=when.date(), count=k + 1, quantity=1)


@pytest.mark.django_db
@settings(HOW, max_examples=50)
@given(condition=CONDITIONS)
def test_sql_and_python_agree_on_every_member(crowd: list[Member], condition: dict[str, Any]) -> None:
    agrees(condition)


@pytest.mark.faults
@pytest.mark.django_db
@settings(HOW, max_examples=150)
@given(condition=CONDITIONS)
def test_they_agree_on_many_more(crowd: list[Member], condition: dict[str, Any]) -> None:
    agrees(condition)


def agrees(condition: dict[str, Any]) -> None:
    assert conditions.problems(condition) == []
    by_sql = set(conditions.holds_for(condition, NOW).values_list("pk", flat=True))
    verdicts = conditions.evaluate(condition, list(Member.objects.all()), NOW)
    assert by_sql == {pk for pk, verdict in verdicts.items() if verdict.holds}


@pytest.fixture
def merged_and_erased(crowd: list[Member], settings: LazySettings, tmp_path: Path) -> list[Member]:
    """The crowd, in which three pairs became one each, one of them was taken apart again, and two were erased."""
    settings.VAR_DIR = tmp_path
    merges = [merging_members.merge(crowd[n], crowd[n + 3], None, NOW) for n in (0, 1, 8)]
    merging_members.unmerge(merges[-1], None, NOW)
    for n in (1, 14):
        erasure.erase(Member.objects.get(pk=crowd[n].pk), None, NOW)
    return list(Member.everybody.order_by("pk"))


@pytest.mark.django_db
@settings(HOW, max_examples=50)
@given(condition=CONDITIONS)
def test_sql_and_python_agree_on_merged_and_erased_members(
    merged_and_erased: list[Member], condition: dict[str, Any]
) -> None:
    agrees_on_everybody(condition)


@pytest.mark.faults
@pytest.mark.django_db
@settings(HOW, max_examples=150)
@given(condition=CONDITIONS)
def test_they_agree_on_many_more_of_the_merged_and_erased(
    merged_and_erased: list[Member], condition: dict[str, Any]
) -> None:
    agrees_on_everybody(condition)


def agrees_on_everybody(condition: dict[str, Any]) -> None:
    found = set(Member.everybody.filter(conditions.q(condition, NOW)).values_list("pk", flat=True))
    verdicts = conditions.evaluate(condition, list(Member.everybody.all()), NOW)
    assert found == {pk for pk, verdict in verdicts.items() if verdict.holds}
    one_each = set(conditions.holds_for(condition, NOW).values_list("pk", flat=True))
    assert one_each == {pk for pk in found if Member.everybody.get(pk=pk).merged_into_id is None}
    inside = set(segments.holding(condition, NOW).values_list("pk", flat=True))
    assert inside <= one_each, "a group shows nobody twice"
    assert not Member.everybody.filter(pk__in=inside).exclude(erased_at=None).exists()


@pytest.mark.django_db
def test_the_number_of_queries_does_not_depend_on_the_members(
    crowd: list[Member], django_assert_max_num_queries: Any
) -> None:
    condition = {
        "all": [
            {"fact": "tags", "op": "contains", "value": "vip"},
            {"event": "usage.*", "count": ">=1", "within": "7d"},
            {"not": {"segment": "vips"}},
        ]
    }
    members = list(Member.objects.all())
    with django_assert_max_num_queries(8):
        conditions.evaluate(condition, members, NOW)


@pytest.mark.django_db
def test_a_verdict_names_what_is_and_what_must_be(crowd: list[Member]) -> None:
    member = Member.objects.get(external_ids__value="m2")
    condition = {"fact": "consumption_28d", "op": ">=", "value": 4}
    assert conditions.evaluate(condition, [member], NOW)[member.pk].reasons == (
        "consumption_28d is 2, must be ≥ 4",
    )
