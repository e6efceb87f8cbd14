"""Why somebody stands here, and what is missing for the next stage."""

import datetime as dt

import pytest

from lifecycle import trades
from members import ladder, moving, needs, stage_rules
from members.models import Member, MemberFacts
from tests import cast
from tests.members.test_moving import DAY, ambassador, regular

pytestmark = pytest.mark.django_db


@pytest.fixture
def club(now: dt.datetime) -> None:
    trades.choose("club", now)


def of(member: Member, now: dt.datetime) -> ladder.Ladder:
    return ladder.of(Member.objects.get(pk=member.pk), now)


def test_it_says_what_is_missing_and_what_is_there(club: None, now: dt.datetime) -> None:
    member = regular("anna", now, days=200, uses=4)
    moving.move_up(now)
    told = of(member, now)
    assert told.next is not None
    assert told.next.sentence == (
        "Missing for Relationship: one talk or answer in 12 months (now 0). "
        "Met: a member for 180 days (now 200), 3 uses in 180 days (now 4)."
    )


def test_it_says_why_she_is_here(club: None, now: dt.datetime) -> None:
    member = regular("anna", now)
    moving.move_up(now)
    told = of(member, now)
    assert told.move is not None
    assert told.values == [
        ("Whether the member got first value", "yes"),
        ("Days since the member joined", "20"),
        ("uses in 90 days", "2"),
    ]


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("usage.* within 90d", "uses in 90 days"),
        ("usage.* days within 7d", "days of use in 7 days"),
        ("usage.visit days", "days with “A visit”"),
        ("payment.failed within 1mo", "“A payment failed” in 1 month"),
        ("segment vips", "segment vips"),
    ],
)
def test_what_happened_stands_there_in_plain_words(kept: str, said: str) -> None:
    assert list(needs.in_words({kept: 2})) == [(said, "2")]


def test_of_alternatives_the_one_that_can_be_reached_is_told(club: None, now: dt.datetime) -> None:
    known = regular("anna", now, days=1, uses=0)
    MemberFacts.objects.filter(member=known).update(activated_at=None)
    unknown = cast.join("bo", now - 10 * DAY, quiet=True).member
    assert [need.text for need in of(known, now).ahead[0].missing] == [
        "has had first value",
        "joined 14 days ago or earlier",
        "2 uses in 90 days",
    ]
    assert [need.text for need in of(unknown, now).ahead[0].missing] == ["joined 90 days ago or earlier"]


def test_where_use_cannot_be_seen_nobody_is_told_of_too_little_use(club: None, now: dt.datetime) -> None:
    member = regular("anna", now, days=400, uses=0)
    MemberFacts.objects.filter(member=member).update(usage_known=False)
    ahead = {one.stage: [need.text for need in one.missing] for one in of(member, now).ahead}
    assert ahead["relationship"] == ["Ongoing value first", "one talk or answer in 12 months", "renewed once"]


def test_what_would_make_her_fall_again_is_told_without_a_double_no(club: None, now: dt.datetime) -> None:
    member = regular("anna", now, days=400, uses=4, pulse="sleeping", dialogue_365d=1)
    moving.move_up(now)
    told = of(member, now)
    missing = {one.stage: [need.text for need in one.missing] for one in told.ahead}
    assert missing["relationship"] == ["not sleeping"]
    assert missing["ambassador"] == ["one act for us in 12 months, such as a friend who joined"]


def test_stalled_is_who_had_no_first_value_in_time(club: None, now: dt.datetime) -> None:
    late, early = (cast.join(str(days), now - days * DAY, quiet=True).member for days in (91, 89))
    MemberFacts.objects.update(usage_known=True)
    assert of(late, now).is_stalled
    assert not of(early, now).is_stalled
    assert list(ladder.stalled(now)) == [late]


def test_without_rules_nothing_lies_ahead(now: dt.datetime) -> None:
    told = of(cast.join("a", now, quiet=True).member, now)
    assert (told.next, told.is_stalled) == (None, False)
    assert not ladder.stalled(now).exists()


def test_there_is_nothing_beyond_an_ambassador(club: None, now: dt.datetime) -> None:
    member = ambassador("a", now)
    assert of(member, now).ahead == []


def test_a_rule_is_one_sentence_in_which_alternatives_stay_apart(club: None) -> None:
    said = [needs.sentence(rule.enter) for rule in stage_rules.in_order()]
    assert said == [
        (
            "has had first value and joined 14 days ago or earlier and 2 uses in 90 days, "
            "or: use cannot be seen and joined 90 days ago or earlier"
        ),
        (
            "a member for 180 days and one talk or answer in 12 months and "
            "(3 uses in 180 days, or: use cannot be seen and renewed once)"
        ),
        "has had first value and one act for us in 12 months, such as a friend who joined",
    ]
