"""Who pays on the 31st pays on the last day of shorter months, and on the 31st again."""

import datetime as dt
import json

import pytest

from members import terms
from tests.conftest import FIXTURES

FILE = FIXTURES / "time" / "month_end_anchors.json"


def day(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def test_month_ends_are_clamped_and_come_back() -> None:
    ends = [terms.due(day("2024-01-31"), "month", 1, number) for number in (1, 2, 3)]
    assert ends == [day("2024-02-29"), day("2024-03-31"), day("2024-04-30")]


@pytest.mark.parametrize(
    ("interval", "count", "moment", "end"),
    [
        ("month", 1, "2024-01-31", "2024-02-29"),
        ("month", 1, "2024-02-29", "2024-03-31"),
        ("month", 3, "2024-05-01", "2024-07-31"),
        ("year", 1, "2030-01-30", "2030-01-31"),
        ("week", 2, "2024-02-14", "2024-02-28"),
        ("day", 1, "2034-02-14", "2034-02-15"),
        ("month", 1, "2023-06-01", "2024-01-31"),
    ],
)
def test_the_end_of_the_term_that_holds_a_moment(interval: str, count: int, moment: str, end: str) -> None:
    assert terms.end_after(day("2024-01-31"), interval, count, day(moment)) == day(end)


@pytest.mark.skipif(not FILE.exists(), reason=f"no {FILE}")
@pytest.mark.parametrize("interval", ["month", "year"])
def test_stripes_documented_dates(interval: str) -> None:
    for case in json.loads(FILE.read_text())[f"{interval}ly"]:
        moment = day(case["anchor"])
        for renewal in case["renewals"]:
            moment = terms.end_after(day(case["anchor"]), interval, 1, moment)
            assert moment == day(renewal)
