"""What a house begins with when it says which trade it is in."""

import datetime as dt
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from lifecycle import trades
from mail import sending_rules
from members import plans, stage_rules
from members.models import FirstValue, Plan, StageRule
from office.models import AuditEntry, House

pytestmark = pytest.mark.django_db


def test_there_are_four() -> None:
    assert trades.names() == ["club", "gym", "newspaper", "saas"]


@pytest.mark.parametrize("trade", trades.names())
def test_every_rule_can_be_used_and_says_its_reason(trade: str, now: dt.datetime) -> None:
    trades.choose(trade, now)
    rules = stage_rules.standing()
    assert [rule.to for rule in rules] == ["ambassador", "relationship", "value"]
    assert all(rule.reason for rule in rules)
    assert rules[-1].window


def test_choosing_again_changes_nothing(now: dt.datetime) -> None:
    assert not StageRule.objects.exists()
    call_command("choose_trade", "gym", stdout=StringIO())
    written = AuditEntry.objects.count()
    out = StringIO()
    call_command("choose_trade", "gym", stdout=out)
    assert (
        out.getvalue()
        == "rules changed: none\nfirst value: unchanged\nsending rules changed: none\nplans changed: none\n"
    )
    assert AuditEntry.objects.count() == written


@pytest.mark.parametrize("trade", trades.names())
def test_a_trade_switches_on_the_house_defaults_for_letters(trade: str, now: dt.datetime) -> None:
    assert sending_rules.definition() == sending_rules.FRESH
    trades.choose(trade, now)
    rules = sending_rules.current()
    assert rules.calendar.quiet
    assert [cap.letters for cap in rules.caps] == [2, 6]
    assert (rules.asks, rules.caps_on("onboarding")) == (sending_rules.AskBudget(4, "365d", "60d"), ())
    dawn = dt.datetime(2026, 3, 3, 5, 30, tzinfo=dt.UTC)  # half past six in Copenhagen
    opens = rules.calendar.next_open(dawn, ZoneInfo("Europe/Copenhagen"), "value")
    assert (opens == dawn) == (trade == "newspaper")


def test_plans_that_nobody_changed_take_the_quiet_times(now: dt.datetime) -> None:
    plans.by_slug(["plain"])
    Plan.objects.create(slug="own", name="Own", quiet_after=33)
    assert trades.choose("gym", now).plans == ["plain"]
    plans.by_slug(["later"])
    after = dict(Plan.objects.values_list("slug", "quiet_after"))
    assert after == {"plain": 10, "own": 33, "later": 10}
    assert trades.choose("club", now).plans == ["later", "plain"]
    assert Plan.objects.get(slug="later").quiet_months == [7]


@pytest.mark.parametrize("trade", trades.names())
def test_a_danish_house_reads_the_reasons_and_the_free_days_in_danish(trade: str, now: dt.datetime) -> None:
    House.objects.create(name="Havneklubben", language="da")
    trades.choose(trade, now)
    reasons = [rule.reason for rule in StageRule.objects.all()]
    assert len(reasons) == 3
    assert all("antagelse" in reason or "Erfaring, ikke bevis." in reason for reason in reasons)
    assert "antagelse" in (said := FirstValue.objects.get().reason) or "Erfaring, ikke bevis." in said
    free = sending_rules.definition()["blackout"]
    assert [day["name"] for day in free] == ["Jul", "Nytår", "Langfredag"]
