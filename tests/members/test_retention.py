"""How long former members are kept: as the house says, by the clock, and nobody before."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from lifecycle import trades
from members import erasure, retention, stages
from members.models import Member
from office.models import AuditEntry, House
from tests import cast

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
Told = Callable[..., Member]


def gone(name: str, left: dt.datetime, known: dt.datetime) -> Member:
    """Somebody who left then, and of whom we knew first at `known`."""
    member = cast.join(name, left - 400 * DAY, quiet=True, first_name=name).member
    Member.objects.filter(pk=member.pk).update(stage="former", stage_since=left, created_at=known)
    return Member.objects.get(pk=member.pk)


def names() -> set[str]:
    return set(Member.objects.exclude(first_name="").values_list("first_name", flat=True))


def test_nobody_is_erased_before_the_house_says_how_long(now: dt.datetime) -> None:
    gone("Old", now - 4000 * DAY, now - 4000 * DAY)
    assert retention.sweep(now) == 0
    assert names() == {"Old"}


def test_choosing_a_trade_for_the_first_time_switches_it_on_and_never_again(now: dt.datetime) -> None:
    trades.choose("club", now)
    assert retention.months() == 24
    retention.choose(None, now)
    trades.choose("gym", now)
    assert retention.months() is None
    assert AuditEntry.objects.filter(deed="retention.changed").count() == 2


def test_it_counts_from_the_end_or_from_the_list_whichever_came_later(now: dt.datetime) -> None:
    House.objects.create(former_months=24)
    gone("Over", now - 731 * DAY, now - 900 * DAY)
    gone("Listed", now - 2000 * DAY, now - 30 * DAY)
    gone("Lately", now - 700 * DAY, now - 900 * DAY)
    here = cast.join("Here", now - 3000 * DAY, quiet=True, first_name="Here").member
    assert retention.until(here, 24) is None
    assert [row.first_name for row in retention.due(now, 24)] == ["Over"]
    assert retention.sweep(now) == 1
    assert names() == {"Listed", "Lately", "Here"}
    assert retention.sweep(now) == 0
    assert {row.first_name for row in retention.due(now + 701 * DAY, 24)} == {"Listed", "Lately"}


def test_somebody_who_came_back_is_not_erased(now: dt.datetime) -> None:
    House.objects.create(former_months=24)
    back = gone("Back", now - 900 * DAY, now - 1300 * DAY)
    Member.objects.filter(pk=back.pk).update(stage=stages.Stage.VALUE)
    assert retention.sweep(now) == 0


def test_one_that_cannot_be_erased_holds_nobody_up(now: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    House.objects.create(former_months=24)
    bad = gone("Bad", now - 950 * DAY, now - 950 * DAY)
    gone("Good", now - 900 * DAY, now - 900 * DAY)
    really = erasure.erase

    def stumble(member: Member, *rest: Any) -> None:
        if member.pk == bad.pk:
            raise RuntimeError("a table nobody thought of")
        really(member, *rest)

    monkeypatch.setattr(erasure, "erase", stumble)
    assert retention.sweep(now) == 1
    assert names() == {"Bad"}
