"""Home narrowed to a plan, a circle or a period; every number leads to the same people."""

import datetime as dt

from django.test import Client

from dashboard.questions import figures, funnel
from dashboard.questions.narrowed import Narrowed
from members.models import Member, MemberFacts, Plan, StageChange
from tests.dashboard import club as clubs
from tests.dashboard import queries
from tests.dashboard.test_sleeping import pays, settle

DAY = dt.timedelta(days=1)


def test_the_numbers_are_those_of_the_plan_and_lead_to_its_members(staff: Client, now: dt.datetime) -> None:
    pays("Sleepy", "full", now, seen=300)
    pays("Other", "small", now, seen=300, price=10_000)
    settle(now)
    page = staff.get("/?plan=small").content.decode()
    assert "1 member</p>" in page
    assert "100 kr" in page
    assert "900 kr" not in page
    assert "?show=sleeping&amp;plan=small" in page
    listed = staff.get("/members/?show=sleeping&plan=small").content.decode()
    assert "Other" in listed
    assert "Sleepy" not in listed
    assert "Only those with: Small." in listed


def test_the_whole_house_leads_to_the_list_of_sleepers_with_the_same_sum(
    staff: Client, now: dt.datetime
) -> None:
    pays("Odd", "full", now, seen=300, price=100_00, interval="year")
    settle(now)
    assert figures.count(now).sleeping_money == {"DKK": 100_00}  # not twelve times a rounded month
    page = staff.get("/").content.decode()
    assert 'href="/members/sleeping/"' in page


def test_who_joined_and_never_came_does_not_use_it_now(db: None, now: dt.datetime) -> None:
    pays("Came", "full", now, seen=3)
    pays("Waited for", "full", now)
    Member.objects.update(joined_at=now - 10 * DAY)
    settle(now)
    MemberFacts.objects.update(pulse=MemberFacts.Pulse.AWAKE)
    found = figures.count(now)
    assert (found.joined, found.awake) == (2, 1)


def test_a_longer_period_counts_more_moves(staff: Client, now: dt.datetime) -> None:
    clubs.crowd(2, now)
    StageChange.objects.update(at=now - 60 * DAY, kind="joined")
    assert funnel.read(now).arrived == 0
    assert funnel.read(now, Narrowed(days=90)).arrived == 2
    page = staff.get("/?days=90").content.decode()
    assert "In and out, 90 days" in page
    assert 'href="/members/?show=came-90"' in page
    assert "Anna 0000" in staff.get("/members/?show=came-90").content.decode()


def test_words_that_nobody_knows_narrow_nothing(staff: Client, now: dt.datetime) -> None:
    clubs.crowd(2, now)
    for said in ("plan=nothing", "plan=%00", "circle=x", "days=7", "days=%C2%B2", "days=" + "9" * 30):
        assert "2 members</p>" in staff.get(f"/?{said}").content.decode(), said


def test_a_circle_narrows_where_somebody_is_in_one(staff: Client, now: dt.datetime) -> None:
    clubs.crowd(3, now)
    assert "circle=inner" not in staff.get("/").content.decode()
    Member.objects.filter(first_name="Anna 0001").update(circle="inner")
    assert "circle=inner" in staff.get("/").content.decode()
    assert "1 member</p>" in staff.get("/?circle=inner").content.decode()


def test_narrowed_it_costs_the_same_for_any_number(staff: Client, now: dt.datetime) -> None:
    pays("Ole", "full", now, seen=3)
    clubs.crowd(2, now)
    few = queries.asked(staff, "/?plan=full&days=365")
    clubs.crowd(200, now)
    Member.objects.update(plan=Plan.objects.get())
    assert queries.asked(staff, "/?plan=full&days=365") == few
