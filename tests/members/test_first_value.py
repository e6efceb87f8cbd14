"""First value: proven by what members do, noted once, quiet for history."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intake import events as door
from lifecycle import clock, house_rules, trades
from members import fact_keeping, first_value, usage, usage_answering
from members.models import Event, FirstValue, Member, MemberFacts, Plan
from members.stage_rules import RuleErrors
from office.models import AuditEntry
from tests import cast
from tests.intake import lists

pytestmark = pytest.mark.django_db
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def use(member: Member, at: dt.datetime, name: str = "usage.read", ident: str = "") -> None:
    usage.record_many([usage.Use(member.pk, "t", ident or f"{member.pk}{name}{at}", name, at)], at)


def noted(member: Member) -> list[tuple[dt.datetime, bool]]:
    """When first value was noted, and whether quietly."""
    rows = Event.objects.filter(member=member, name="member.activated").order_by("pk")
    return [(row.occurred_at, row.handled_at == row.recorded_at) for row in rows]


def unanswered(member: Member) -> int:
    return Event.objects.filter(member=member, name="member.activated", handled_at=None).count()


@pytest.fixture
def member(now: dt.datetime) -> Member:
    return cast.join("anna", now - DAY, quiet=True).member


def test_a_second_day_within_a_week_is_first_value_of_a_newspaper(member: Member, now: dt.datetime) -> None:
    trades.choose("newspaper", now - DAY)
    for hour in range(3):
        use(member, now + hour * HOUR / 4)
    clock.tick(now + HOUR)
    assert noted(member) == [], "three times on one day"
    use(member, now + DAY)
    usage_answering.answer(dict, now + DAY + HOUR)
    assert noted(member)[0][0] == now + DAY, "at the use itself, not when it was noticed"
    assert unanswered(member) == 1
    clock.tick(now + DAY + 2 * HOUR)
    use(member, now + 2 * DAY)
    clock.tick(now + 2 * DAY)
    assert len(noted(member)) == 1
    assert MemberFacts.objects.get(pk=member.pk).activated_at == now + DAY


@pytest.mark.parametrize(
    ("trade", "told", "proven"),
    [
        ("newspaper", [("usage.read", 0), ("usage.read", 8)], False),
        ("gym", [("usage.visit", 0)], False),
        ("gym", [("usage.visit", 0), ("usage.visit", 20)], True),
        ("club", [("usage.attended", 0)], True),
        ("club", [("value.event_attended", 0)], True),
        ("club", [("poll.answered", 0)], False),
        ("saas", [("usage.report", 0), ("usage.report", 0.01)], False),
        ("saas", [("usage.report", 0), ("usage.login", 3)], True),
    ],
)
def test_each_trade_knows_its_first_value(
    member: Member, now: dt.datetime, trade: str, told: list[tuple[str, float]], proven: bool
) -> None:
    trades.choose(trade, now - HOUR)
    for place, (name, days) in enumerate(told):
        at = now + days * DAY
        event = {"id": f"e{place}", "member": "anna", "name": name, "occurred_at": at.isoformat()}
        assert door.take([event], at).accepted == 1
        clock.tick(at + HOUR / 60)
    assert [at for at, _quiet in noted(member)] == ([now + told[-1][1] * DAY] if proven else [])


def test_the_business_s_own_word_comes_first(member: Member, now: dt.datetime) -> None:
    trades.choose("gym", now - DAY)
    said = {"id": "own", "member": "anna", "name": "member.activated", "occurred_at": now.isoformat()}
    door.take([said], now)
    use(member, now, ident="a")
    use(member, now, ident="b")
    clock.tick(now + HOUR)
    assert [at for at, _quiet in noted(member)] == [now]


def test_a_plan_may_have_a_rule_of_its_own(now: dt.datetime) -> None:
    plan = Plan.objects.create(slug="seniors", name="Seniors")
    house_rules.load(
        '[first_value]\nwhen = { event = "usage.visit", count = ">=2" }\n'
        '[first_value.plans.seniors]\nwhen = { event = "usage.talk" }\n',
        now - DAY,
    )
    plain, senior = (cast.join(name, now, quiet=True).member for name in ("plain", "senior"))
    Member.objects.filter(pk=plain.pk).update(plan=None)
    Member.objects.filter(pk=senior.pk).update(plan=plan)
    for one in (plain, senior):
        use(one, now, "usage.visit", f"{one.pk}a")
        use(one, now, "usage.visit", f"{one.pk}b")
    clock.tick(now + HOUR)
    assert (len(noted(plain)), len(noted(senior))) == (1, 0)
    use(senior, now + HOUR, "usage.talk")
    clock.tick(now + 2 * HOUR)
    assert len(noted(senior)) == 1


def test_what_was_proven_before_the_rule_is_history(member: Member, now: dt.datetime) -> None:
    for days in (3, 2):
        use(member, now - days * DAY)
    clock.tick(now - DAY)
    trades.choose("newspaper", now)
    clock.tick(now)
    assert unanswered(member) == 0
    assert len(noted(member)) == 1
    assert FirstValue.objects.get().plan == ""


def test_time_alone_may_prove_it_and_the_night_sees_it(member: Member, now: dt.datetime) -> None:
    older = {"fact": "days_since_joined", "op": ">=", "value": 2}
    first_value.save([{"plan": "", "when": older}], now)
    fact_keeping.recompute([member.pk], now)
    assert first_value.sweep(now) == 0
    assert first_value.sweep(now + DAY) == 1
    assert (noted(member)[0][0], unanswered(member)) == (now + DAY, 1)
    assert first_value.sweep(now + DAY) == 0


def test_an_imported_history_is_quiet(tmp_path: Any, now: dt.datetime) -> None:
    trades.choose("gym", now - DAY)
    people = lists.write(tmp_path, lists.MEMBERS, ("old", "old@example.com", "Old", "2024-01-01"))
    lists.take("members", people)
    rows = [(f"u{n}", "old", "usage.visit", f"2025-02-0{n}", "") for n in (1, 2)]
    lists.take("events", lists.write(tmp_path, ("id", "member", "name", "occurred_at", "data"), *rows))
    member = Member.objects.get()
    assert (len(noted(member)), unanswered(member)) == (1, 0)
    assert MemberFacts.objects.get().activated_at is not None


def test_former_members_get_none(member: Member, now: dt.datetime) -> None:
    trades.choose("gym", now - DAY)
    Member.objects.update(stage="former")
    use(member, now, ident="a")
    use(member, now, ident="b")
    clock.tick(now + HOUR)
    assert noted(member) == []


def test_the_number_of_queries_does_not_depend_on_the_members(now: dt.datetime) -> None:
    trades.choose("gym", now - DAY)

    def cost(names: str, at: dt.datetime) -> int:
        people = [cast.join(name, at, quiet=True).member for name in names]
        usage.record_many(
            [usage.Use(one.pk, "t", f"{one.pk}{n}", "usage.visit", at) for one in people for n in (1, 2)], at
        )
        with CaptureQueriesContext(connection) as asked:
            assert usage_answering.answer(dict, at) == 1
        assert all(len(noted(one)) == 1 for one in people)
        return len(asked)

    cost("z", now)  # the plan's first use is noted once
    assert cost("ab", now + HOUR) == cost("cdefghij", now + 2 * HOUR)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("first_value = 3", "first value is written as"),
        ("[first_value]\nreason = 'x'", "first_value.when: what proves first value is missing"),
        ("[first_value]\nwhen = { fact = 'nonsense', op = '=', value = 1 }", "first_value.when: "),
        ("[first_value]\nwhen = { event = 'poll.answered', days = '>=2' }", "days counts the days of use"),
        (
            "[first_value.plans.a]\nwhen = { event = 'usage.*' }\nthen = 1",
            "first_value.plans.a: unknown word",
        ),
    ],
)
def test_a_wrong_file_is_refused_whole(now: dt.datetime, text: str, error: str) -> None:
    with pytest.raises(house_rules.NotLoaded, match=error):
        house_rules.load(text, now)
    assert not FirstValue.objects.exists()


def test_saving_the_same_rule_again_changes_nothing_and_a_change_is_written_down(now: dt.datetime) -> None:
    rule = {"plan": "", "when": {"event": "usage.*"}}
    assert first_value.save([rule], now) == [""]
    assert first_value.save([rule], now + DAY) == []
    assert AuditEntry.objects.filter(deed="firstvalue.changed").count() == 1
    with pytest.raises(RuleErrors):
        first_value.save([{"plan": ""}], now)


def test_editors_change_it_in_the_admin(admin_client: Client, now: dt.datetime) -> None:
    trades.choose("gym", now)
    row = FirstValue.objects.get()
    page = admin_client.get(f"/admin/members/firstvalue/{row.pk}/change/").content.decode()
    assert "2 uses" in page
    wrong = {"when": '{"event": "usage.*", "days": "many"}', "reason": ""}
    answer = admin_client.post(f"/admin/members/firstvalue/{row.pk}/change/", wrong)
    assert "days is written like" in answer.content.decode()
    right = {"when": '{"event": "usage.*", "days": ">=3"}', "reason": "Ours"}
    assert admin_client.post(f"/admin/members/firstvalue/{row.pk}/change/", right).status_code == 302
    assert FirstValue.objects.get().when == {"event": "usage.*", "days": ">=3"}
    added = {"plan": "nowhere", **right}
    assert (
        "no plan with this short name"
        in admin_client.post("/admin/members/firstvalue/add/", added).content.decode()
    )
