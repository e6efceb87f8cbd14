"""Use that was written down by mistake: it never was, and its day says so."""

import datetime as dt

import pytest

from members import fact_keeping, usage, usage_answering, usage_corrections
from members.models import Event, Member, MemberFacts, Usage, UsageBatch, UsageDay
from tests import cast

pytestmark = pytest.mark.django_db
NAME = "usage.evening"


@pytest.fixture
def member(db: None, now: dt.datetime) -> Member:
    return cast.join("lone", now - dt.timedelta(days=30), quiet=True).member


def use(member: Member, ident: str, at: dt.datetime) -> usage.Use:
    return usage.Use(member.pk, "attendance", ident, NAME, at)


def test_a_use_taken_back_leaves_nothing(member: Member, now: dt.datetime) -> None:
    usage.record_many([use(member, "1", now)], now)
    assert usage_corrections.take_back("attendance", "1", now, now)
    assert (Usage.objects.count(), UsageDay.objects.count()) == (0, 0)
    assert not usage_corrections.take_back("attendance", "1", now, now)


def test_the_other_uses_of_the_day_stay_counted(member: Member, now: dt.datetime) -> None:
    usage.record_many([use(member, "1", now), use(member, "2", now)], now)
    usage_corrections.take_back("attendance", "1", now, now)
    day = UsageDay.objects.get()
    assert (day.count, day.quantity, Usage.objects.get().external_id) == (1, 1, "2")


def test_told_again_it_counts_again_and_once(member: Member, now: dt.datetime) -> None:
    for _again in range(2):
        usage.record_many([use(member, "1", now)], now)
        usage_corrections.take_back("attendance", "1", now, now)
    assert usage.record_many([use(member, "1", now)], now) == 1
    assert UsageDay.objects.get().count == 1


def test_what_nobody_was_told_of_yet_is_never_told(member: Member, now: dt.datetime) -> None:
    told: list[Event] = []
    usage.record_many([use(member, "1", now)], now)
    usage_corrections.take_back("attendance", "1", now, now)
    usage_answering.answer(lambda: {NAME: [lambda events, _now: told.extend(events)]}, now)
    assert told == []
    assert not UsageBatch.objects.filter(handled_at=None).exists()


def test_a_mistake_beside_a_real_use_takes_only_itself_back(member: Member, now: dt.datetime) -> None:
    earlier = now - dt.timedelta(hours=2)
    told: list[Event] = []
    usage.record_many([use(member, "1", now), use(member, "2", earlier)], now)
    usage_corrections.take_back("attendance", "1", now, now)
    usage_answering.answer(lambda: {NAME: [lambda events, _now: told.extend(events)]}, now)
    assert earlier in [event.occurred_at for event in told]


def test_the_facts_know_that_it_never_was(member: Member, now: dt.datetime) -> None:
    usage.record_many([use(member, "1", now)], now)
    fact_keeping.recompute([member.pk], now)
    assert MemberFacts.objects.get(pk=member.pk).consumption_28d == 1
    usage_corrections.take_back("attendance", "1", now, now)
    fact_keeping.refresh(now)
    assert MemberFacts.objects.get(pk=member.pk).last_use_on is None
