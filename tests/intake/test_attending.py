"""Who was here: lists, ticks that count once, and the card that members show."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from api import links
from intake.attending import marking, occasions, regulars
from intake.attending.marking import Tap
from intake.models import Occasion
from members import erasure, merging_members, usage
from members.models import Member, Usage, UsageDay
from office.models import AuditEntry, User
from tests import cast

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna", role="staff")


@pytest.fixture
def evening(anna: User, now: dt.datetime) -> Occasion:
    return occasions.open_list("Thursday evening", occasions.today(now), "evening", anna, now)


@pytest.fixture
def ingrid(now: dt.datetime) -> Member:
    return cast.ingrid(now - 40 * DAY).member


def count() -> int:
    return sum(UsageDay.objects.values_list("count", flat=True))


def test_the_same_list_of_a_day_is_opened_once(evening: Occasion, anna: User, now: dt.datetime) -> None:
    again = occasions.open_list(" Thursday  evening ", occasions.today(now), "training", anna, now + DAY / 24)
    assert (again.pk, again.usage, Occasion.objects.count()) == (evening.pk, "usage.evening", 1)
    assert AuditEntry.objects.get(deed="attendance.opened").subject == "Thursday evening"


def test_what_a_list_counts_as_is_remembered(anna: User, now: dt.datetime) -> None:
    today = occasions.today(now)
    occasions.open_list("Monday", today - 7 * DAY, "Bådtræning", anna, now)
    assert occasions.open_list("Monday", today, "", anna, now).usage == "usage.badtrning"
    assert occasions.names() == ["Monday"]


def test_an_evening_is_the_same_in_every_language(evening: Occasion, anna: User, now: dt.datetime) -> None:
    with translation.override("da"):
        assert occasions.word(evening.usage) == "aften"
        danish = occasions.open_list("Torsdag", occasions.today(now), " Aften", anna, now)
    assert danish.usage == evening.usage == "usage.evening"


def test_a_list_needs_a_name_and_a_day_that_has_come(anna: User, now: dt.datetime) -> None:
    for name, on in ((" ", occasions.today(now)), ("Friday", occasions.today(now) + DAY)):
        with pytest.raises(occasions.NotOpened):
            occasions.open_list(name, on, "", anna, now)
    assert not Occasion.objects.exists()


def test_the_same_tick_twice_is_one_use(
    evening: Occasion, ingrid: Member, anna: User, now: dt.datetime
) -> None:
    for later in range(3):
        marking.mark(evening, ingrid, anna, now + later * DAY, is_here=True)
    use = Usage.objects.get()
    assert (count(), use.name, use.occurred_at) == (1, "usage.evening", now)
    assert use.external_id.startswith(f"attendance:{evening.pk}:")


def test_a_tick_taken_away_never_was_and_may_come_back(
    evening: Occasion, ingrid: Member, anna: User, now: dt.datetime
) -> None:
    for is_here, expected in ((True, 1), (False, 0), (False, 0), (True, 1)):
        marking.mark(evening, ingrid, anna, now, is_here=is_here)
        assert (count(), len(marking.here(evening))) == (expected, expected)


def test_an_older_tap_of_a_device_that_comes_late_says_nothing(
    evening: Occasion, ingrid: Member, anna: User, now: dt.datetime
) -> None:
    marking.mark(evening, ingrid, anna, now, is_here=False, tap=Tap("phone", 2))
    assert not marking.mark(evening, ingrid, anna, now, is_here=True, tap=Tap("phone", 1)).is_here
    assert marking.mark(evening, ingrid, anna, now, is_here=True, tap=Tap("other", 1)).is_here
    assert count() == 1


def test_two_lists_of_one_day_are_two_uses(
    evening: Occasion, ingrid: Member, anna: User, now: dt.datetime
) -> None:
    other = occasions.open_list("Late evening", evening.on, "evening", anna, now)
    for occasion in (evening, other):
        marking.mark(occasion, ingrid, anna, now, is_here=True)
    assert count() == 2


def test_a_tick_is_still_taken_away_after_two_members_became_one(
    evening: Occasion, ingrid: Member, anna: User, now: dt.datetime
) -> None:
    double = cast.join("i-2", now - DAY, first_name="Ingrid").member
    marking.mark(evening, double, anna, now, is_here=True)
    merging_members.merge(ingrid, double, anna, now)
    marking.mark(evening, ingrid, anna, now, is_here=False)
    assert not Usage.objects.exists()
    assert not UsageDay.objects.filter(member=ingrid).exists()


def test_who_comes_usually_stands_first(evening: Occasion, ingrid: Member, now: dt.datetime) -> None:
    ole, ada = cast.ole(now - 40 * DAY).member, cast.join("ada", now - DAY, first_name="Ada").member
    told = [(ole, 3), (ole, 10), (ingrid, 5), (ada, 200)]
    usage.record_many(
        [usage.Use(who.pk, "x", f"{ago}", "usage.evening", now - ago * DAY) for who, ago in told], now
    )
    assert regulars.offered(evening) == [ole, ingrid, ada]
    assert regulars.offered(evening, "ada") == [ada]


def test_a_long_register_costs_no_more_queries(
    evening: Occasion, ingrid: Member, anna: User, now: dt.datetime, django_assert_num_queries: Any
) -> None:
    marking.mark(evening, ingrid, anna, now, is_here=True)
    with django_assert_num_queries(4):  # who came often, who is ticked, these, others
        regulars.offered(evening)
    Member.objects.bulk_create(
        Member(first_name=f"A{place}", joined_at=now, stage_since=now, created_at=now, updated_at=now)
        for place in range(400)
    )
    with django_assert_num_queries(4):
        assert len(regulars.offered(evening)) == regulars.SHOWN


def test_a_card_tells_a_stranger_the_name_and_the_number_and_no_more(client: Client, ingrid: Member) -> None:
    page = client.get(f"/u/card/{links.token('card', ingrid.uuid)}/")
    text = page.content.decode()
    assert "Ingrid Østergaard" in text
    assert str(ingrid.number) in text
    assert "ingrid@example.com" not in text
    assert "data:image/svg+xml" in text
    assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("no-referrer", "noindex")


def test_cards_of_nobody_and_links_for_something_else_are_refused(
    client: Client, ingrid: Member, anna: User, now: dt.datetime
) -> None:
    good = links.token("card", ingrid.uuid)
    for token in ("x" * 60, links.token("preferences", ingrid.uuid), good[:-1] + "AB"):
        assert client.get(f"/u/card/{token}/").status_code == 404
    erasure.erase(ingrid, anna, now)
    assert client.get(f"/u/card/{good}/").status_code == 404
