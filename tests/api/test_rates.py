"""Pages without login take only so much, count together, and say when to come again."""

import datetime as dt

import pytest
from django.conf import LazySettings
from django.test import Client, RequestFactory

from api import links, rates
from api.models import Knock
from members.models import Member
from office.models import User
from tests import cast

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 2, 12, 3, tzinfo=dt.UTC)
TWICE = rates.Limit(2, 10)


def test_what_is_too_much_waits_for_the_next_stretch() -> None:
    assert [rates.knock("x", "a", TWICE, NOON) for _turn in range(2)] == [None, None]
    again = rates.knock("x", "a", TWICE, NOON)
    assert again == dt.datetime(2026, 3, 2, 12, 10, tzinfo=dt.UTC)
    assert rates.knock("x", "b", TWICE, NOON) is None
    assert rates.knock("y", "a", TWICE, NOON) is None
    assert rates.knock("x", "a", TWICE, again) is None
    assert rates.forget_old(NOON + dt.timedelta(days=2)) == Knock.objects.count() + 4 == 4


def test_nothing_of_who_knocked_is_kept() -> None:
    rates.knock("join", "address:192.0.2.7", TWICE, NOON)
    assert "192.0.2.7" not in str(Knock.objects.values().get())


@pytest.mark.parametrize(
    ("near", "told", "who"),
    [
        ("172.18.0.2", "203.0.113.9", "203.0.113.9"),
        ("172.18.0.2", "10.1.1.1, 203.0.113.9", "203.0.113.9"),  # the last word is our own proxy's
        ("8.8.8.8", "203.0.113.9", "8.8.8.8"),  # a stranger says what they like
        ("172.18.0.2", "nonsense", "172.18.0.2"),
        ("172.18.0.2", "", "172.18.0.2"),
    ],
)
def test_behind_our_own_proxy_the_address_before_it_counts(
    rf: RequestFactory, near: str, told: str, who: str
) -> None:
    assert rates.address(rf.get("/", REMOTE_ADDR=near, headers={"X-Forwarded-For": told})) == who


def test_a_link_is_clicked_so_often_and_not_more(
    client: Client, now: dt.datetime, settings: LazySettings
) -> None:
    anna = cast.join("anna", now, quiet=True).member
    page = links.url("preferences", anna.uuid).removeprefix(settings.BASE_URL)
    assert all(client.post(page, {"deed": "resume"}).status_code == 200 for _turn in range(30))
    answer = client.post(page, {"deed": "resume"})
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 3600
    assert "Please try again in" in answer.content.decode()
    assert client.get(page).status_code == 200
    other = links.url("preferences", cast.join("bo", now, quiet=True).member.uuid)
    assert client.post(other.removeprefix(settings.BASE_URL), {"deed": "resume"}).status_code == 200


def test_a_login_that_is_locked_says_until_when(client: Client) -> None:
    User.objects.create_user("anna", password="right")
    for _turn in range(5):
        answer = client.post("/login/", {"username": "anna", "password": "wrong"})
    assert answer.status_code == 429
    assert "Please try again in 15 minutes" in answer.content.decode()
    assert client.post("/login/", {"username": "anna", "password": "right"}).status_code == 429


def test_one_address_does_not_try_the_passwords_of_many(client: Client) -> None:
    said = [{"username": f"u{turn}", "password": "wrong"} for turn in range(61)]
    answers = [client.post("/login/", one).status_code for one in said]
    assert (answers[0], answers[59], answers[60]) == (200, 200, 429)
    assert not Member.objects.exists()
