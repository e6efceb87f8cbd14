"""One contract follows another: nobody left, nobody came back, in whatever order it is told."""

import datetime as dt
import itertools

import pytest

from lifecycle import clock
from members import lifetimes, mrr
from members.models import Event, Member, StageChange
from tests import cast
from tests.members import told

pytestmark = pytest.mark.django_db
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
BEGAN = dt.datetime(2025, 1, 10, 10, tzinfo=dt.UTC)
CHANGED = BEGAN + 100 * DAY
TERMS = {"amount": 10000, "currency": "DKK", "interval": "month"}


@pytest.fixture
def member(db: None) -> Member:
    person = cast.join("lone", BEGAN, quiet=True).member
    told.say(person, "started", BEGAN, **TERMS)
    Member.objects.filter(pk=person.pk).update(stage="relationship", stage_since=BEGAN + 50 * DAY)
    StageChange.objects.create(
        member=person, kind="moved", from_stage="onboarding", to_stage="relationship", at=BEGAN + 50 * DAY
    )
    return person


def assert_never_away(member: Member) -> None:
    found = Member.objects.get(pk=member.pk)
    assert (found.stage, found.stage_since, found.status) == ("relationship", BEGAN + 50 * DAY, "active")
    assert [change.kind for change in found.stage_changes.order_by("pk")] == ["joined", "moved"]
    assert not Event.objects.filter(name__in=["stage.entered", "member.won_back"]).exists()
    assert len(lifetimes.lives_of(member)) == 1


@pytest.mark.parametrize("gap", [-30 * DAY, -HOUR, dt.timedelta(0), 5 * HOUR, DAY])
@pytest.mark.parametrize("order", ["ended first", "started first"])
@pytest.mark.parametrize("is_answered", [False, True])
def test_a_successor_makes_it_one_life(
    member: Member, gap: dt.timedelta, order: str, is_answered: bool
) -> None:
    def end() -> None:
        told.say(member, "ended", CHANGED)

    def start() -> None:
        told.say(member, "started", CHANGED + gap, of="s-2", **TERMS)

    for say in (end, start) if order == "ended first" else (start, end):
        say()
        if is_answered:
            clock.tick(CHANGED + 2 * HOUR)
    assert_never_away(member)
    assert mrr.of(member, CHANGED + 2 * DAY) == {"DKK": 10000}


def test_any_order_of_three_contracts_is_the_same_story(db: None) -> None:
    words = [
        ("ended", CHANGED, "s-1"),
        ("started", CHANGED, "s-2"),
        ("ended", CHANGED + 20 * DAY, "s-2"),
        ("started", CHANGED + 20 * DAY, "s-3"),
    ]
    for turn, order in enumerate(itertools.permutations(words)):
        person = cast.join(f"p{turn}", BEGAN, quiet=True).member
        told.say(person, "started", BEGAN, of=f"{turn}s-1", **TERMS)
        for name, at, contract in order:
            told.say(person, name, at, of=f"{turn}{contract}", **TERMS)
        found = Member.objects.get(pk=person.pk)
        assert (found.stage, found.stage_since) == ("onboarding", BEGAN), order
        assert [change.kind for change in found.stage_changes.all()] == ["joined"], order


def test_a_return_that_was_believed_and_won_is_taken_back_whole(member: Member) -> None:
    told.say(member, "ended", CHANGED)
    told.say(member, "started", CHANGED + 20 * DAY, of="s-3", **TERMS)
    clock.tick(CHANGED + 20 * DAY)
    assert Event.objects.filter(name="member.won_back").exists()
    told.say(member, "started", CHANGED, of="s-2", **TERMS)
    told.say(member, "ended", CHANGED + 20 * DAY, of="s-2")
    assert_never_away(member)


def test_the_same_contract_that_goes_on_at_once_is_no_return(member: Member) -> None:
    told.say(member, "ended", CHANGED)
    told.say(member, "started", CHANGED + HOUR, **TERMS)
    assert_never_away(member)


def test_a_real_absence_before_stays(member: Member) -> None:
    told.say(member, "ended", CHANGED)
    told.say(member, "started", CHANGED + 10 * DAY, of="s-2", **TERMS)
    told.say(member, "ended", CHANGED + 50 * DAY, of="s-2")
    told.say(member, "started", CHANGED + 50 * DAY, of="s-3", **TERMS)
    found = Member.objects.get(pk=member.pk)
    assert (found.stage, found.stage_since) == ("relationship", CHANGED + 10 * DAY)
    assert [change.kind for change in found.stage_changes.order_by("pk")][2:] == ["left", "returned"]


def test_more_than_the_gap_is_leaving_and_coming_back(member: Member) -> None:
    told.say(member, "ended", CHANGED)
    told.say(member, "started", CHANGED + DAY + HOUR, of="s-2", **TERMS)
    assert [change.kind for change in member.stage_changes.order_by("pk")][2:] == ["left", "returned"]
