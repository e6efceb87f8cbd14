"""Benefits not used yet, and what is coming: only of the member's plan, and only what is known."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import Member
from office.models import User
from tests import cast
from tests.value import houses
from value import benefits, upcoming
from value.models import Benefit

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def member(now: dt.datetime) -> Member:
    houses.plan("full")
    return cast.join("per", now - 300 * DAY, plan="full", quiet=True, first_name="Per").member


def unused(member: Member) -> list[str]:
    return [row.name for row in benefits.unused([member])[member.pk]]


def coming(member: Member, now: dt.datetime) -> list[str]:
    return [row.title for row in upcoming.coming([member], now)[member.pk]]


def test_unused_is_what_no_use_was_told_of(member: Member, now: dt.datetime) -> None:
    houses.benefit("Library", "usage.library", order=2)
    houses.benefit("Guest ticket", "value.guest", order=1)
    assert unused(member) == ["Guest ticket", "Library"]
    houses.used(member, "usage.library", now - 200 * DAY)
    assert unused(member) == ["Guest ticket"]
    houses.got(member, "value.guest", now - DAY, amount=1, unit="guest")
    assert unused(member) == []


def test_what_nobody_can_tell_is_not_called_unused(member: Member) -> None:
    houses.benefit("A say in things")
    assert unused(member) == []


def test_only_what_the_members_plan_holds_and_what_is_offered_now(member: Member, now: dt.datetime) -> None:
    houses.benefit("For the young", "usage.young").plans.add(houses.plan("youth"))
    houses.benefit("For both", "usage.both").plans.set([houses.plan("youth"), houses.plan("full")])
    houses.benefit("An example", "usage.example", offered_at=None)
    houses.benefit("Of old", "usage.old", retired_at=now)
    assert unused(member) == ["For both"]


def test_examples_are_told_once_somebody_says_so_and_retiring_keeps_who_and_when(
    member: Member, now: dt.datetime
) -> None:
    anna = User.objects.create_user("anna", role=User.Role.EDITOR)
    houses.benefit("An example", "usage.example", offered_at=None)
    assert benefits.offer(Benefit.objects.all(), anna, now) == 1
    assert unused(member) == ["An example"]
    assert benefits.retire(Benefit.objects.all(), anna, now + DAY) == 1
    assert benefits.retire(Benefit.objects.all(), None, now + 2 * DAY) == 0
    row = Benefit.objects.get()
    assert (row.offered_at, row.offered_by, row.retired_at, row.retired_by) == (now, anna, now + DAY, anna)
    assert unused(member) == []
    assert benefits.offer(Benefit.objects.all(), None, now + 3 * DAY) == 1
    assert unused(member) == ["An example"]


def test_its_words_are_the_members_else_the_houses(member: Member) -> None:
    row = houses.benefit("Guest ticket", "usage.guest")
    row.words.create(language="da", name="Gæstebillet")
    assert [row.in_words(one).name for one in ("da-DK", "da", "en", "nl")] == [
        "Gæstebillet",
        "Gæstebillet",
        "Guest ticket",
        "Guest ticket",
    ]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"shown_by": "mail.sent"}, "shown_by"),
        ({"shown_by": "usage.Evening"}, "shown_by"),
        ({"worth": 100, "shown_by": "usage.evening"}, "currency"),
        ({"worth": -1, "currency": "DKK", "shown_by": "usage.evening"}, "worth"),
        ({"worth": 100, "currency": "DKK"}, "shown_by"),
        ({"currency": "kr"}, "currency"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "https://localhost/x"}, "link"),
    ],
)
def test_what_cannot_be_counted_or_reached_is_refused_at_its_field(
    said: dict[str, object], field: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        Benefit(name="Guest ticket", **said).full_clean()
    assert list(refusal.value.message_dict) == [field]


def test_three_nearest_things_are_coming_none_of_them_begun_or_called_off(
    member: Member, now: dt.datetime
) -> None:
    for days in (5, 2, 9, 7, -1):
        houses.coming(f"In {days}", now + days * DAY)
    houses.coming("Now", now)
    houses.coming("Called off", now + DAY, called_off_at=now)
    houses.coming("For the young", now + DAY).plans.add(houses.plan("youth"))
    assert coming(member, now) == ["In 2", "In 5", "In 7"]
    assert coming(member, now + 6 * DAY) == ["In 7", "In 9"]


def test_many_members_take_as_many_queries_as_one(member: Member, now: dt.datetime) -> None:
    houses.benefit("Library", "usage.library").plans.add(houses.plan("full"))
    houses.coming("Soup", now + DAY).plans.add(houses.plan("full"))
    crowd = [member, *(cast.join(f"m{n}", now - DAY, plan="full", first_name="M").member for n in range(49))]
    asked = {}
    for size in (1, 50):
        with CaptureQueriesContext(connection) as queries:
            assert all(benefits.unused(crowd[:size]).values())
            assert all(upcoming.coming(crowd[:size], now).values())
        asked[size] = len(queries)
    assert asked[1] == asked[50] <= 8
