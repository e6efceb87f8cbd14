"""Use: counted once, however often it is told."""

import datetime as dt
from decimal import Decimal

import pytest

from members import usage
from members.models import Member, Usage, UsageDay
from tests import cast

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def member(db: None, now: dt.datetime) -> Member:
    return cast.join("lone", now, quiet=True).member


def test_the_same_use_told_twice_counts_once(member: Member, now: dt.datetime) -> None:
    use = usage.Use(member.pk, "door", "1", "usage.visit", now)
    assert usage.record_many([use], now) == 1
    assert usage.record_many([use], now) == 0
    assert usage.record_many([use, use], now) == 0
    assert (Usage.objects.count(), UsageDay.objects.get().count) == (1, 1)


def test_a_batch_that_says_one_thing_twice_counts_it_once(member: Member, now: dt.datetime) -> None:
    use = usage.Use(member.pk, "door", "1", "usage.visit", now)
    assert usage.record_many([use, use], now) == 1
    assert UsageDay.objects.get().count == 1


def test_days_are_utc_days(member: Member) -> None:
    late = dt.datetime(2026, 3, 2, 23, 30, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    usage.record_many([usage.Use(member.pk, "door", "1", "usage.visit", late)], late)
    assert UsageDay.objects.get().day == dt.date(2026, 3, 2)
    usage.record_many([usage.Use(member.pk, "door", "2", "usage.visit", late + 3 * HOUR)], late)
    assert UsageDay.objects.count() == 2


def test_counts_and_quantities_add_up(member: Member, now: dt.datetime) -> None:
    uses = [
        usage.Use(member.pk, "door", f"{n}", "usage.read", now + n * dt.timedelta(seconds=1), Decimal("2.5"))
        for n in range(400)
    ]
    assert usage.record_many(uses[:250], now) == 250
    assert usage.record_many(uses, now) == 150
    day = UsageDay.objects.get()
    assert (day.count, day.quantity) == (400, Decimal("1000"))
    assert usage.record_many([], now) == 0


def test_the_same_id_from_two_sources_is_two_uses(member: Member, now: dt.datetime) -> None:
    uses = [usage.Use(member.pk, source, "1", "usage.visit", now) for source in ("door", "app")]
    assert usage.record_many(uses, now) == 2


def test_the_same_id_at_two_moments_of_one_second_is_two_uses(member: Member, now: dt.datetime) -> None:
    uses = [
        usage.Use(member.pk, "door", "1", "usage.visit", now + dt.timedelta(microseconds=micro))
        for micro in (1, 2)
    ]
    assert usage.record_many(uses, now) == 2
    assert UsageDay.objects.get().count == 2
