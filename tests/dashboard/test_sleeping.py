"""Who pays and does not come: by the plan's own times, never by guess."""

import datetime as dt

from django.test import Client

from members import fact_keeping, subscriptions, usage
from members.models import Member, Plan
from members.models.plan import Consumption
from tests import cast

DAY = dt.timedelta(days=1)


def pays(
    name: str, plan: str, now: dt.datetime, *, price: int = 90_000, interval: str = "year", seen: int = 0
) -> Member:
    """Somebody who joined two years ago, pays, and was last here `seen` days ago (0: never)."""
    member = cast.join(name, now - 730 * DAY, quiet=True, plan=plan, first_name=name).member
    fields = {
        "status": "active",
        "amount": price,
        "currency": "DKK",
        "interval": interval,
        "interval_count": 1,
    }
    change = subscriptions.Change(
        "subscription.started", member, "house", f"S-{name}", member.joined_at, f"s-{name}", fields
    )
    subscriptions.apply(change, now, quiet=True)
    if seen:
        at = now - seen * DAY
        usage.record_many([usage.Use(member.pk, "door", name, "usage.evening", at)], now)
    return member


def settle(now: dt.datetime) -> None:
    fact_keeping.recompute(list(Member.objects.values_list("pk", flat=True)), now)


def test_the_money_and_the_names_of_those_asleep(staff: Client, now: dt.datetime) -> None:
    pays("Sleepy", "full", now, seen=300)
    pays("Monthly", "full", now, price=10_000, interval="month", seen=300)
    pays("Awake", "full", now, seen=3)
    settle(now)
    page = staff.get("/members/sleeping/").content.decode()
    assert "Sleeping: 2 members, 2,100 kr a year" in page
    assert "Sleepy" in page
    assert "Monthly" in page
    assert "Awake" not in page
    assert "Nothing is done about 2 of them now" in page


def test_passive_plans_and_plans_without_use_are_unknown_and_never_asleep(
    staff: Client, now: dt.datetime
) -> None:
    pays("Supporter", "support", now, seen=300)
    pays("Reader", "paper", now)
    Plan.objects.filter(slug="support").update(consumption=Consumption.OPTIONAL)
    settle(now)
    page = staff.get("/members/sleeping/").content.decode()
    assert "Nobody sleeps" in page
    assert "Of 2 more members we do not know" in page
    assert "Supporter" not in page


def test_quiet_months_do_not_put_anybody_to_sleep(staff: Client, now: dt.datetime) -> None:
    pays("Sailor", "boat", now, seen=150)
    Plan.objects.filter(slug="boat").update(quiet_months=[10, 11, 12, 1, 2])
    settle(now)
    assert "Nobody sleeps" in staff.get("/members/sleeping/").content.decode()
    Plan.objects.filter(slug="boat").update(quiet_months=[])
    settle(now)
    assert "Sleeping: 1 member," in staff.get("/members/sleeping/").content.decode()
