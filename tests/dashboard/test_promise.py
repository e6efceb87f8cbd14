"""Promise and value on a member's page: the figures of the statement, what is unused, and what is coming."""

import datetime as dt

from django.test import Client

from members.models import Member
from tests.dashboard import queries
from tests.dashboard.club import Club
from tests.value import houses

DAY = dt.timedelta(days=1)


def said(staff: Client, member: Member) -> str:
    return " ".join(staff.get(f"/members/{member.uuid}/").content.decode().split())


def test_it_hides_where_there_is_nothing_to_tell(club: Club, staff: Client) -> None:
    assert "Promise and value" not in said(staff, club.ole)


def test_it_says_what_was_got_what_is_left_and_what_is_ahead(
    club: Club, staff: Client, now: dt.datetime
) -> None:
    Member.objects.filter(pk=club.ingrid.pk).update(joined_at=now - 100 * DAY)
    houses.got(club.ingrid, "value.saved", now - DAY, amount=36000, unit="DKK", currency="DKK")
    houses.paid(club.ingrid, 90000, now - 2 * DAY)
    for name in ("Guest ticket", "Library", "Walk"):
        houses.benefit(name, f"usage.{name.split()[0].lower()}")
    houses.coming("Soup", now + DAY, place="The hall")
    page = said(staff, club.ingrid)
    assert '<dt>Less than it cost</dt><dd class="state warn">−540 kr</dd>' in page
    assert "3 benefits not used yet: Guest ticket, Library, Walk" in page
    assert 'Soup<span class="quiet">Tuesday 3 March, 23:30 · The hall</span>' in page
    assert "/u/statement/" in page


def test_the_timeline_says_what_the_ledger_told(club: Club, staff: Client, now: dt.datetime) -> None:
    houses.got(club.ingrid, "value.discount", now - DAY, amount=1, unit="ticket", currency="DKK", saved=6000)
    houses.got(club.ingrid, "value.perk_earned", now - DAY, amount=2, unit="drink")
    page = said(staff, club.ingrid)
    assert "Paid less as a member: 60 kr" in page
    assert "Earned a perk: 2 drink" in page


def test_a_long_ledger_asks_no_more_often(club: Club, staff: Client, now: dt.datetime) -> None:
    houses.benefit("Library", "usage.library")
    houses.coming("Soup", now + DAY)
    houses.got(club.ingrid, "value.perk_earned", now - DAY, amount=1, unit="drink")
    few = queries.asked(staff, f"/members/{club.ingrid.uuid}/")
    for number in range(50):
        houses.got(club.ingrid, "value.perk_earned", now - number * DAY, amount=1, unit="drink")
        houses.benefit(f"B{number}", f"usage.b{number}")
        houses.coming(f"Evening {number}", now + number * DAY)
    assert queries.asked(staff, f"/members/{club.ingrid.uuid}/") == few
