"""Raw use by month: made ahead, moved out of the common place, dropped when it is kept no longer."""

import datetime as dt

import pytest
from django.conf import LazySettings
from django.db import connection

from members import partitions, usage
from members.models import Member, Usage, UsageDay
from tests import cast

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def member(db: None, now: dt.datetime) -> Member:
    return cast.join("lone", now, quiet=True).member


@pytest.fixture
def parted(db: None) -> None:
    if not partitions._is_parted():
        pytest.skip("only PostgreSQL, with its migrations, keeps use by month")


def visit(member: Member, *moments: dt.datetime) -> int:
    uses = [usage.Use(member.pk, "door", f"{moment}", "usage.visit", moment) for moment in moments]
    return usage.record_many(uses, max(moments))


def lying(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def test_raw_use_is_kept_for_ever_unless_said_otherwise(member: Member, now: dt.datetime) -> None:
    visit(member, now - 4000 * DAY)
    partitions.keep(now)
    assert Usage.objects.count() == 1


def test_old_raw_use_is_forgotten_by_whole_months_and_its_days_stay(
    member: Member, now: dt.datetime, settings: object
) -> None:
    settings.USAGE_RETENTION_MONTHS = 2  # type: ignore[attr-defined]
    visit(member, dt.datetime(2025, 12, 31, 23, tzinfo=dt.UTC), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), now)
    partitions.keep(now)
    assert Usage.objects.count() == 2
    assert UsageDay.objects.count() == 3
    visit(member, dt.datetime(2025, 12, 30, tzinfo=dt.UTC))
    assert partitions.keep(now) > 0
    assert Usage.objects.count() == 2


@pytest.mark.usefixtures("parted")
def test_months_are_made_ahead_and_once(now: dt.datetime) -> None:
    assert partitions.keep(now) == 4
    assert partitions.keep(now) == 0
    assert dt.datetime(2026, 6, 1, tzinfo=dt.UTC) in partitions._existing()


@pytest.mark.usefixtures("parted")
def test_rows_of_a_month_nobody_made_wait_in_the_common_place_and_are_moved(
    member: Member, now: dt.datetime
) -> None:
    long_ago = dt.datetime(2019, 5, 31, 23, 59, tzinfo=dt.UTC)
    visit(member, long_ago, now)
    assert lying(partitions.OTHER) == 2
    partitions.keep(now)
    assert (lying(partitions.OTHER), lying("members_usage_2019_05"), lying("members_usage_2026_03")) == (
        0,
        1,
        1,
    )
    assert visit(member, long_ago) == 0
    assert visit(member, now + DAY) == 1
    assert lying(partitions.OTHER) == 0


def test_use_told_again_after_its_raw_rows_were_forgotten_is_not_counted_twice(
    member: Member, now: dt.datetime, settings: LazySettings
) -> None:
    settings.USAGE_RETENTION_MONTHS = 1
    old = now - 200 * DAY
    assert record(member, now, "a", old) == 1
    assert record(member, now, "b", old) == 1  # the rest of a first list, the same day
    assert record(member, now, "a", old) == 0
    partitions.keep(now)
    assert not Usage.objects.exists()
    assert record(member, now, "a", old) == record(member, now, "b", old) == 0
    assert record(member, now, "c", old - DAY) == 1  # a day that nobody told of
    assert list(UsageDay.objects.order_by("day").values_list("count", flat=True)) == [1, 2]


def record(member: Member, now: dt.datetime, ident: str, at: dt.datetime) -> int:
    return usage.record_many([usage.Use(member.pk, "door", ident, "usage.visit", at)], now)
