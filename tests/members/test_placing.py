"""Where imported members stand."""

import datetime as dt
from typing import Any

import pytest

from lifecycle import trades
from members import moving, placing
from members.models import Event, Member, MemberFacts, StageChange
from tests import cast

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def facts_as_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests say the facts themselves."""
    from members import fact_keeping

    monkeypatch.setattr(fact_keeping, "recompute", lambda ids, now: 0)


def imported(name: str, now: dt.datetime, days: int, **facts: Any) -> Member:
    member = cast.join(name, now - days * DAY, quiet=True).member
    MemberFacts.objects.filter(member=member).update(**facts)
    return member


def placed(member: Member) -> str:
    return str(Member.objects.get(pk=member.pk).stage)


def test_time_and_talk_decide(now: dt.datetime) -> None:
    trades.choose("club", now)
    given = [
        (imported("new", now, 30), "onboarding"),
        (imported("old", now, 91), "value"),
        (imported("talked", now, 91, dialogue_365d=1), "relationship"),
        (imported("renewed", now, 800, renewals=2), "relationship"),
        (imported("renewed once", now, 800, renewals=1), "value"),
        (imported("acted", now, 30, advocacy_365d=1, activated_at=now), "ambassador"),
    ]
    moving.place([member.pk for member, _stage in given], now)
    assert [placed(member) for member, _stage in given] == [stage for _member, stage in given]


def test_nobody_hears_of_it_and_nobody_moves_afterwards(now: dt.datetime) -> None:
    trades.choose("club", now)
    member = imported("old", now, 400, renewals=2)
    placing.place([member.pk], now)
    assert moving.move_up(now + DAY) == moving.rise(now + DAY) == 0
    assert not Event.objects.filter(name="stage.entered").exists()
    change = StageChange.objects.filter(member=member).latest("pk")
    assert (change.kind, change.to_stage, change.values["renewals"]) == ("placed", "relationship", 2)


def test_repeating_leads_only_deeper_and_writes_one_line(now: dt.datetime) -> None:
    trades.choose("club", now)
    member = imported("a", now, 30)
    placing.place([member.pk], now)
    placing.place([member.pk], now)
    assert StageChange.objects.filter(member=member, kind="placed").count() == 1
    MemberFacts.objects.update(advocacy_365d=1, activated_at=now)
    placing.place([member.pk], now)
    MemberFacts.objects.update(advocacy_365d=0)
    placing.place([member.pk], now)
    assert placed(member) == "ambassador"
    assert StageChange.objects.filter(member=member, kind="placed").count() == 2


def test_without_rules_everybody_is_in_onboarding(now: dt.datetime) -> None:
    member = imported("a", now, 900)
    placing.place([member.pk], now)
    assert placed(member) == "onboarding"


def test_who_left_is_left_alone(now: dt.datetime) -> None:
    trades.choose("club", now)
    member = imported("a", now, 900)
    Member.objects.update(stage="former")
    placing.place([member.pk], now)
    assert placed(member) == "former"
