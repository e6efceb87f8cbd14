"""Joining, leaving and coming back: each a line of the stage history."""

import datetime as dt

import pytest

from members.models import Event, Member, StageChange
from tests import cast
from tests.members import told

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
BEGAN = dt.datetime(2025, 1, 10, 10, tzinfo=dt.UTC)


@pytest.fixture
def member(db: None) -> Member:
    person = cast.join("lone", BEGAN, quiet=True).member
    told.say(person, "started", BEGAN)
    return person


def history(member: Member) -> list[tuple[str, str, str, dt.datetime]]:
    rows = StageChange.objects.filter(member=member).order_by("pk")
    return list(rows.values_list("kind", "from_stage", "to_stage", "at"))


def again(member: Member) -> tuple[str, dt.datetime, str]:
    found = Member.objects.get(pk=member.pk)
    return found.stage, found.stage_since, found.status


def test_joining_begins_in_onboarding(member: Member) -> None:
    assert history(member) == [("joined", "", "onboarding", BEGAN)]
    assert again(member) == ("onboarding", BEGAN, "active")


def test_a_decision_to_leave_is_not_leaving_yet(member: Member) -> None:
    told.say(member, "cancelled", BEGAN + 10 * DAY, cancel_effective_at=BEGAN + 365 * DAY)
    assert again(member) == ("onboarding", BEGAN, "cancelled")


def test_leaving_is_when_access_ends(member: Member) -> None:
    Member.objects.filter(pk=member.pk).update(stage="relationship")
    told.say(member, "ended", BEGAN + 100 * DAY)
    assert again(member) == ("former", BEGAN + 100 * DAY, "ended")
    assert history(member)[-1] == ("left", "relationship", "former", BEGAN + 100 * DAY)
    entered = Event.objects.get(name="stage.entered")
    assert (entered.data, entered.occurred_at) == (
        {"stage": "former", "from": "relationship"},
        BEGAN + 100 * DAY,
    )


@pytest.mark.parametrize(("days", "stage"), [(2, "relationship"), (180, "relationship"), (181, "onboarding")])
def test_who_returns_within_half_a_year_goes_on_where_they_left(
    member: Member, days: int, stage: str
) -> None:
    Member.objects.filter(pk=member.pk).update(stage="relationship")
    left, back = BEGAN + 100 * DAY, BEGAN + (100 + days) * DAY
    told.say(member, "ended", left)
    told.say(member, "started", back, of="s-2")
    assert again(member) == (stage, back, "active")
    assert history(member)[-1] == ("returned", "former", stage, back)


def test_a_return_told_before_the_leaving_is_the_same_story(member: Member) -> None:
    left, back = BEGAN + 100 * DAY, BEGAN + 120 * DAY
    told.say(member, "started", back, of="s-2")
    told.say(member, "ended", left)
    assert again(member) == ("onboarding", back, "active")
    assert [(kind, to) for kind, _, to, _ in history(member)] == [
        ("joined", "onboarding"),
        ("left", "former"),
        ("returned", "onboarding"),
    ]


def test_an_earlier_contract_told_of_late_sets_the_return_right(member: Member) -> None:
    Member.objects.filter(pk=member.pk).update(stage="relationship")
    left, soon, late = (BEGAN + days * DAY for days in (100, 110, 300))
    told.say(member, "ended", left)
    told.say(member, "started", late, of="s-3")
    assert again(member)[:2] == ("onboarding", late)
    told.say(member, "started", soon, of="s-2")
    assert again(member)[:2] == ("relationship", soon)
    assert history(member)[-1] == ("returned", "former", "relationship", soon)


def test_learning_the_day_of_leaving_later_corrects_it(member: Member) -> None:
    told.say(member, "ended", BEGAN + 100 * DAY)
    told.say(member, "ended", BEGAN + 101 * DAY, ended_at=BEGAN + 90 * DAY)
    assert again(member)[:2] == ("former", BEGAN + 90 * DAY)
    assert len(history(member)) == 2


def test_somebody_without_any_contract_stays_where_they_are(db: None) -> None:
    person = cast.join("free", BEGAN).member
    assert again(person) == ("onboarding", BEGAN, "")
