"""`/members/{id}/statement/`: the same figures for other programs."""

import datetime as dt

import pytest
from django.test import Client

from api import keys
from members.models import Member
from tests import cast
from tests.value import houses

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock(settings, tmp_path, now):
    settings.TEST_CLOCK = tmp_path / "clock"
    settings.TEST_CLOCK.write_text(now.isoformat())


@pytest.fixture
def member(now: dt.datetime) -> Member:
    houses.plan("full")
    member = cast.join("per", now - 300 * DAY, plan="full", quiet=True, first_name="Per").member
    houses.paid(member, 90000, now - 299 * DAY)
    houses.benefit("Evenings", "usage.evening", 12000)
    houses.used(member, "usage.evening", now - 9 * DAY, times=2)
    houses.got(member, "value.saved", now - 40 * DAY, amount=5000, unit="DKK", currency="DKK")
    return member


def client(scope: str = "members:read") -> Client:
    return Client(headers={"authorization": f"Bearer {keys.create('shop', [scope], NOW)}"})


def test_the_last_twelve_months_unless_other_days_are_asked_for(member: Member) -> None:
    answer = client().get("/api/v1/members/ext:per/statement/")
    assert answer.status_code == 200
    assert answer.json() == {
        "since": "2025-03-03",
        "until": "2026-03-02",
        "known": True,
        "saved": [{"currency": "DKK", "amount": 5000}],
        "worth": [{"currency": "DKK", "amount": 24000}],
        "paid": [{"currency": "DKK", "amount": 90000}],
        "net": {"currency": "DKK", "amount": 29000 - 90000},
        "attended": 0,
        "perks": 0,
        "lines": [
            {
                "kind": "use",
                "name": "Evenings",
                "unit": "",
                "amount": "2",
                "worth": {"currency": "DKK", "amount": 24000},
            }
        ],
    }
    lately = (
        client().get(f"/api/v1/members/{member.uuid}/statement/?since=2026-02-01&until=2026-02-28").json()
    )
    assert (lately["saved"], lately["paid"], lately["net"]) == ([], [], None)
    assert lately["worth"] == [{"currency": "DKK", "amount": 24000}]


@pytest.mark.parametrize(
    "asked",
    [
        "since=2026-02-01",
        "since=x&until=y",
        "since=2026-02-02&until=2026-02-01",
        "since=1901-01-01&until=2026-01-01",
        "since=2026-02-31&until=2026-03-01",
    ],
)
def test_days_that_are_none_are_refused_by_name(member: Member, asked: str) -> None:
    answer = client().get(f"/api/v1/members/ext:per/statement/?{asked}")
    assert answer.status_code == 400
    assert {one["field"] for one in answer.json()["errors"]} <= {"since", "until"}


def test_nobody_and_no_scope(member: Member) -> None:
    assert client().get("/api/v1/members/ext:nobody/statement/").status_code == 404
    assert client("events:write").get("/api/v1/members/ext:per/statement/").status_code == 403
    assert Client().get("/api/v1/members/ext:per/statement/").status_code == 401
