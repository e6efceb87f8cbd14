"""Statements: every figure agrees with the ledger when it is counted by hand, and nothing is claimed of strangers."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import Member
from tests import cast
from tests.value import houses
from value import periods, statements, words
from value.ledger import Kind
from value.statements import Statement

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def member(now: dt.datetime) -> Member:
    """Ingrid, a member for two years, on a plan of 900 kr a year."""
    houses.plan("full")
    return cast.join(
        "ingrid",
        now - 730 * DAY,
        plan="full",
        quiet=True,
        email="ingrid@example.com",
        first_name="Ingrid",
        locale="da",
        time_zone="Europe/Copenhagen",
    ).member


def of(member: Member, now: dt.datetime) -> Statement:
    return statements.of([member], now)[member.pk]


def test_figures_are_those_of_the_ledger_counted_by_hand(member: Member, now: dt.datetime) -> None:
    houses.paid(member, 90000, now - 300 * DAY)
    houses.paid(member, 90000, now - 500 * DAY)  # last year's
    houses.paid(member, 90000, now - 100 * DAY, name="payment.failed")
    houses.got(
        member, "value.money_saved", now - 200 * DAY, amount=4950, unit="DKK", currency="DKK", saved=True
    )
    houses.got(member, "value.discount", now - 10 * DAY, amount=1, unit="coffee", currency="DKK", saved=3005)
    houses.got(member, "value.discount", now - 400 * DAY, amount=1, unit="coffee", currency="DKK", saved=777)
    houses.got(member, "value.event_attended", now - 20 * DAY, amount=1, unit="evening")
    houses.got(member, "value.perk_earned", now - 20 * DAY, amount=2, unit="drink")
    houses.got(member, "value.time_saved", now - 20 * DAY, amount=1.5, unit="hours")
    houses.got(member, "value.time_saved", now - 19 * DAY, amount=2, unit="hours")
    houses.got(member, "value.content_read", now - 19 * DAY, amount=7, unit="articles")
    houses.used(member, "usage.evening", now - 30 * DAY, times=3)
    houses.used(member, "usage.visit", now - 30 * DAY, times=2)
    houses.benefit("Evenings", "usage.evening", 12000)
    found = of(member, now)
    assert found.saved == {"DKK": 4950 + 3005}
    assert found.worth == {"DKK": 3 * 12000}
    assert found.paid == {"DKK": 90000}
    assert found.net == ("DKK", 4950 + 3005 + 36000 - 90000)
    assert (found.attended, found.perks) == (1 + 2, 2)
    assert [(line.kind, line.unit, line.amount) for line in found.lines] == [
        (Kind.USE, "", Decimal(3)),
        (Kind.PERK, "drink", Decimal(2)),
        (Kind.ATTENDED, "", Decimal(3)),
        (Kind.CONTENT, "articles", Decimal(7)),
        (Kind.TIME, "hours", Decimal("3.5")),
        (Kind.OTHER, "coffee", Decimal(1)),
    ]


def test_what_was_paid_back_was_not_paid(member: Member, now: dt.datetime) -> None:
    houses.got(member, "value.saved", now - DAY, amount=10000, unit="DKK", currency="DKK")
    first = houses.paid(member, 90000, now - 300 * DAY)
    houses.paid(member, 45000, now - 100 * DAY)
    assert of(member, now).paid == {"DKK": 135000}
    houses.paid(member, 90000, now - 90 * DAY, name="payment.refunded", again=first)
    assert of(member, now).paid == {"DKK": 45000}
    houses.paid(member, 5000, now - 80 * DAY, name="payment.refunded")  # of a payment told by itself
    assert of(member, now).paid == {"DKK": 40000}
    assert of(member, now).net == ("DKK", 10000 - 40000)


def test_two_currencies_stand_side_by_side_and_have_no_difference(member: Member, now: dt.datetime) -> None:
    houses.got(member, "value.saved", now - DAY, amount=10000, unit="DKK", currency="DKK")
    houses.got(member, "value.saved", now - DAY, amount=2050, unit="EUR", currency="EUR")
    houses.paid(member, 90000, now - 3 * DAY)
    found = of(member, now)
    assert found.value == {"DKK": 10000, "EUR": 2050}
    assert found.net is None
    assert words.summary(found, "da") == "Det, vi kan gøre op i penge, er 100 kr. og 20,50 €."


def test_less_than_it_cost_is_said_in_the_first_sentence(member: Member, now: dt.datetime) -> None:
    houses.got(member, "value.saved", now - DAY, amount=36000, unit="DKK", currency="DKK")
    houses.paid(member, 90000, now - 3 * DAY)
    found = of(member, now)
    assert found.is_negative
    assert words.summary(found, "en") == (
        "You paid 900 kr, and what we can count in money comes to 360 kr: 540 kr less than it cost."
    )
    assert words.net(found, "da") == "−540 kr."


@pytest.mark.parametrize(
    ("value", "said"),
    [(90000, "comes to the same."), (102000, "1,020 kr: 120 kr more than it cost.")],
)
def test_as_much_or_more_is_said_too(member: Member, now: dt.datetime, value: int, said: str) -> None:
    houses.got(member, "value.saved", now - DAY, amount=value, unit="DKK", currency="DKK")
    houses.paid(member, 90000, now - 3 * DAY)
    found = of(member, now)
    assert words.summary(found, "en").endswith(said)
    assert not found.is_negative


def test_where_nothing_is_known_nothing_is_claimed(member: Member, now: dt.datetime) -> None:
    houses.paid(member, 90000, now - 3 * DAY)
    houses.used(member, "usage.page", now - DAY)  # of what is no benefit nobody says what it gave
    houses.got(member, "value.saved", now - 400 * DAY, amount=36000, unit="DKK", currency="DKK")
    found = of(member, now)
    assert not found.is_known
    assert found.net is None
    assert words.summary(found, "en") == ""


def test_without_a_payment_there_is_no_difference(member: Member, now: dt.datetime) -> None:
    houses.got(member, "value.saved", now - DAY, amount=36000, unit="DKK", currency="DKK")
    assert of(member, now).net is None
    assert words.summary(of(member, now), "en") == "What we can count in money comes to 360 kr."


@pytest.mark.parametrize(
    ("data", "saved", "kind"),
    [
        ({}, {}, Kind.OTHER),
        ({"amount": 1, "unit": "evening", "saved": 500}, {"DKK": 500}, Kind.OTHER),
        ({"amount": 1, "unit": "evening", "saved": 500, "currency": "eur"}, {"EUR": 500}, Kind.OTHER),
        ({"amount": 500, "unit": "øre", "currency": "DKK", "saved": True}, {"DKK": 500}, None),
        ({"amount": 500, "unit": "NOK"}, {"NOK": 500}, None),
        ({"amount": 3, "unit": "SMS"}, {}, Kind.OTHER),
        ({"amount": 500, "unit": "DKK", "currency": "DKK", "saved": False}, {}, None),
        ({"amount": -500, "unit": "DKK", "currency": "DKK", "saved": True}, {"DKK": -500}, None),
    ],
)
def test_a_line_of_the_ledger_is_read_as_the_contract_says(
    member: Member, now: dt.datetime, data: dict[str, object], saved: dict[str, int], kind: Kind | None
) -> None:
    houses.got(member, "value.bonus", now - DAY, **data)
    found = of(member, now)
    assert found.saved == saved
    assert [line.kind for line in found.lines] == ([kind] if kind else [])


def test_what_the_ledger_tells_of_a_use_counts_instead_of_what_the_house_says(
    member: Member, now: dt.datetime
) -> None:
    houses.benefit("Guest", "value.guest", 12000)
    houses.got(member, "value.guest", now - DAY, amount=1, unit="guest")
    houses.got(member, "value.guest", now - DAY, amount=1, unit="guest", saved=9000, currency="DKK")
    found = of(member, now)
    assert (found.worth, found.saved) == ({"DKK": 12000}, {"DKK": 9000})


def test_a_mistake_is_told_again_with_a_minus(member: Member, now: dt.datetime) -> None:
    houses.benefit("Guest", "value.guest", 12000)
    for name in ("value.guest", "value.event_attended", "value.perk_earned", "value.coffee"):
        for amount in (1, 1, -1):
            houses.got(member, name, now - DAY, amount=amount, unit="one")
    houses.got(member, "value.coffee", now - DAY, amount=1, unit="cup", saved=3000)
    houses.got(member, "value.coffee", now - DAY, amount=-1, unit="cup", saved=3000)
    found = of(member, now)
    assert (found.worth, found.saved, found.attended, found.perks) == ({"DKK": 12000}, {}, 1, 1)
    assert [line.amount for line in found.lines] == [1, 1, 1, 1]


def test_only_benefits_of_the_members_plan_are_worth_something(member: Member, now: dt.datetime) -> None:
    houses.benefit("Evenings", "usage.evening", 12000).plans.add(houses.plan("youth"))
    houses.used(member, "usage.evening", now - DAY)
    assert not of(member, now).is_known


def test_the_days_are_twelve_months_on_the_members_wall(member: Member) -> None:
    late = dt.datetime(2026, 3, 2, 23, 30, tzinfo=dt.UTC)  # the third in Copenhagen
    period = periods.usual(member, late)
    assert (period.first, period.last) == (dt.date(2025, 3, 4), dt.date(2026, 3, 3))
    assert period.since == dt.datetime(2025, 3, 3, 23, tzinfo=dt.UTC)
    for seconds, counts in ((-1, False), (0, True)):
        at = period.since + dt.timedelta(seconds=seconds)
        houses.got(member, "value.saved", at, amount=100, unit="DKK", currency="DKK")
        assert of(member, late).is_known is counts


def test_the_lines_read_well_in_both_languages(member: Member, now: dt.datetime) -> None:
    houses.benefit("Evenings", "usage.evening", 12000).words.create(language="da", name="Aftener")
    houses.used(member, "usage.evening", now - 30 * DAY, times=3)
    houses.got(member, "value.saved", now - DAY, amount=10050, unit="DKK", currency="DKK")
    houses.got(member, "value.time_saved", now - DAY, amount=1.5, unit="timer")
    said = [f"{line['label']}: {line['said']}" for line in words.lines(of(member, now), "da-DK")]
    assert said == ["Aftener: 3 gange à 120 kr., 360 kr.", "Timer: 1,5", "Sparet: 100,50 kr."]
    said = [f"{line['label']}: {line['said']}" for line in words.lines(of(member, now), "en")]
    assert said[0] == "Evenings: 3 times at 120 kr each, 360 kr"
    assert words.period(of(member, now), "da") == "3. marts 2025 til 2. marts 2026"


def test_many_members_take_as_many_queries_as_one(member: Member, now: dt.datetime) -> None:
    houses.benefit("Evenings", "usage.evening", 12000)
    crowd = [member]
    for number in range(49):
        one = cast.join(f"m{number}", now - 100 * DAY, plan="full", quiet=True, first_name="M").member
        houses.got(one, "value.saved", now - DAY, amount=number + 1, unit="DKK", currency="DKK")
        crowd.append(one)
    asked = {}
    for size in (1, 50):
        with CaptureQueriesContext(connection) as queries:
            found = statements.of(crowd[:size], now)
        asked[size] = len(queries)
        assert len(found) == size
    assert asked[1] == asked[50] <= 6
    assert found[crowd[7].pk].saved == {"DKK": 7}


def test_of_a_newcomer_no_balance_is_drawn(member: Member, now: dt.datetime) -> None:
    """A year's fee would stand against a few weeks."""
    houses.paid(member, 90000, now - 8 * DAY)
    houses.got(member, "value.money_saved", now - 2 * DAY, amount=4950, unit="DKK", currency="DKK")
    assert of(member, now).net == ("DKK", 4950 - 90000)
    member.joined_at = now - 89 * DAY
    found = of(member, now)
    assert (found.net, found.is_negative, found.saved) == (None, False, {"DKK": 4950})
