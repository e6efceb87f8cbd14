"""A member's use in the last twelve months, as a line of dots."""

import datetime as dt

from dashboard.questions import dots
from members import usage
from members.models import Member
from tests import cast

DAY = dt.timedelta(days=1)


def test_once_is_more_than_never_and_often_is_more_than_once(db: None, now: dt.datetime) -> None:
    member = cast.join("Dot", now - 700 * DAY, quiet=True).member
    _uses(member, now - 70 * DAY, 1, now)
    _uses(member, now - 40 * DAY, 12, now)
    never, once, often = dots.read(member, now)[-5:-2]  # November, December, January
    assert (never.times, once.times, often.times) == (0, 1, 12)
    assert never.radius < once.radius < often.radius
    assert not never.is_before


def test_the_months_before_joining_are_no_months_without_use(db: None, now: dt.datetime) -> None:
    member = cast.join("New", now - 40 * DAY, quiet=True).member
    _uses(member, now - DAY, 1, now)
    assert [month.is_before for month in dots.read(member, now)] == [True] * 9 + [False] * 3


def test_who_never_used_anything_has_no_dots(db: None, now: dt.datetime) -> None:
    assert dots.read(cast.join("Never", now - 40 * DAY, quiet=True).member, now) == []


def _uses(member: Member, first: dt.datetime, times: int, now: dt.datetime) -> None:
    hours = [first + dt.timedelta(hours=number) for number in range(times)]
    uses = [usage.Use(member.pk, "door", f"{at:%c}", "usage.evening", at) for at in hours]
    usage.record_many(uses, now)
