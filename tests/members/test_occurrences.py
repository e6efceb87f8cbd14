"""When something first happened inside a span."""

import datetime as dt

import pytest

from members import events, occurrences, usage
from members.models import Member
from tests import cast

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def member(db: None, now: dt.datetime) -> Member:
    return cast.join("lone", now, quiet=True).member


def test_both_ends_of_a_span_belong_to_it(member: Member, now: dt.datetime) -> None:
    for hours in (1, 3):
        events.record(events.Draft("x.y", member, now + hours * HOUR, f"k{hours}"), now)
    spans = {
        (0, 1, False): 1,
        (1, 2, False): 1,
        (1, 2, True): None,
        (1, 3, True): 3,
        (2, 2, False): None,
        (0, 9, False): 1,
    }
    for (since, until, after), hit in spans.items():
        window = occurrences.Window(member.pk, now + since * HOUR, now + until * HOUR, after)
        wanted = now + hit * HOUR if hit else None
        assert occurrences.first("x.y", [window]).get(window) == wanted, (since, until, after)


def test_use_and_events_are_found_alike_in_one_query(
    member: Member, now: dt.datetime, django_assert_num_queries: object
) -> None:
    usage.record_many([usage.Use(member.pk, "door", "1", "usage.visit", now)], now)
    windows = [occurrences.Window(member.pk, now - HOUR * n, now + HOUR) for n in range(5)]
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(occurrences.first("usage.visit", windows)) == 5
    assert occurrences.first("usage.visit", []) == {}
