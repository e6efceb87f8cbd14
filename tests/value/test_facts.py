"""What conditions may ask of the ledger agrees with it by day and by night."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members import fact_keeping
from members.models import Event, Member, MemberFacts, Subscription
from tests import cast
from tests.value import houses

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def member(now: dt.datetime) -> Member:
    """Per, whose contract is in kroner."""
    member = cast.join("per", now - 300 * DAY, plan="full", quiet=True, first_name="Per").member
    Subscription.objects.create(
        member=member,
        source="house",
        external_id="s-1",
        status="active",
        started_at=now - 300 * DAY,
        amount=90000,
        currency="DKK",
        interval="year",
    )
    return member


def facts(member: Member) -> tuple[int | None, int | None, int | None]:
    row = MemberFacts.objects.get(pk=member.pk)
    return row.value_saved_total, row.value_28d, row.perks


def test_facts_agree_with_the_ledger(member: Member, now: dt.datetime) -> None:
    houses.got(member, "value.saved", now - 100 * DAY, amount=5000, unit="DKK", currency="DKK")
    houses.got(member, "value.guest", now - 2 * DAY, amount=1, unit="guest", saved=1250)
    houses.got(member, "value.saved", now - DAY, amount=999, unit="EUR", currency="EUR")
    houses.got(member, "value.perk_earned", now - DAY, amount=2, unit="drink")
    fact_keeping.refresh(now)
    assert facts(member) == (6250, 1250, 2)


def test_nothing_told_is_nothing_known(member: Member, now: dt.datetime) -> None:
    houses.used(member, "usage.evening", now - DAY)
    fact_keeping.recompute([member.pk], now)
    assert facts(member) == (None, None, None)


def test_the_night_lets_go_of_what_is_older_than_28_days(member: Member, now: dt.datetime) -> None:
    houses.got(member, "value.saved", now - 27 * DAY, amount=5000, unit="DKK", currency="DKK")
    fact_keeping.roll(now)
    assert facts(member) == (5000, 5000, 0)
    fact_keeping.roll(now + 2 * DAY)
    assert facts(member) == (5000, 0, 0)


def test_what_went_to_another_row_is_no_longer_told_here(member: Member, now: dt.datetime) -> None:
    houses.got(member, "value.saved", now - DAY, amount=5000, unit="DKK", currency="DKK")
    fact_keeping.recompute([member.pk], now)
    Event.objects.filter(name="value.saved").delete()
    fact_keeping.recompute([member.pk], now)
    assert facts(member) == (None, None, None)


def test_many_members_take_as_many_queries_as_one(now: dt.datetime) -> None:
    crowd = [cast.join(f"m{n}", now - DAY, quiet=True, first_name="M").member for n in range(50)]
    for one in crowd:
        houses.got(one, "value.perk_earned", now - DAY, amount=1, unit="drink")
    asked = {}
    for size in (1, 49):
        with CaptureQueriesContext(connection) as queries:
            fact_keeping.recompute([one.pk for one in crowd[:size]], now)
        asked[size] = len([one for one in queries if one["sql"].startswith("SELECT")])
        MemberFacts.objects.update(perks=None)
    assert asked[1] == asked[49]
