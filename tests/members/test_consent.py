"""Permission to write: a ledger in which the latest line counts."""

import datetime as dt

import pytest

from members import consent, joining
from members.models import Consent, Member
from tests import cast

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def member(db: None, now: dt.datetime) -> Member:
    return cast.join("lone", now, quiet=True).member


def stands(member: Member, topic: str) -> bool | None:
    line = consent.standing([member.pk]).get((member.pk, topic))
    return line.granted if line else None


def test_joining_grants_letters_about_the_membership(member: Member) -> None:
    assert stands(member, "membership") is True
    assert stands(member, "news") is None
    assert Consent.objects.get().proof == "joined"


def test_a_signup_may_refuse_them(now: dt.datetime) -> None:
    lines = (joining.ConsentLine("membership", granted=False, proof="form 7"),)
    signup = joining.Signup({"house": "x"}, now, {"first_name": "X"}, consents=lines)
    member, _is_new = joining.join(signup, now, source="test")
    assert stands(member, "membership") is False


def test_the_latest_line_counts_by_when_it_was_said_not_when_it_was_heard(
    member: Member, now: dt.datetime
) -> None:
    consent.withdraw(member, "news", now + 2 * DAY, now + 2 * DAY, proof="link", source="letter")
    consent.grant(member, "news", now + DAY, now + 3 * DAY, proof="old form", source="csv")
    assert stands(member, "news") is False


def test_of_two_lines_of_one_moment_the_later_written_counts(member: Member, now: dt.datetime) -> None:
    consent.grant(member, "news", now, now, proof="", source="form")
    consent.withdraw(member, "news", now, now, proof="", source="letter")
    assert stands(member, "news") is False


def test_nothing_is_ever_overwritten(member: Member, now: dt.datetime) -> None:
    for day in range(3):
        consent.grant(member, "news", now + day * DAY, now, proof="", source="form")
    assert Consent.objects.filter(topic="news").count() == 3


def test_many_members_take_one_query(now: dt.datetime, django_assert_num_queries: object) -> None:
    members = [cast.join(f"p{number}", now, quiet=True).member.pk for number in range(10)]
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(consent.standing(members, ["membership"])) == 10
