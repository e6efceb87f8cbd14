from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from api.models import ApiKey
from tests.api.conftest import MORNING

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.doors")]


def make(*names: str) -> None:
    ApiKey.objects.bulk_create(
        ApiKey(name=name, prefix=f"p{name}", digest=f"d{name}", created_at=MORNING) for name in names
    )


def walk(client: APIClient, path: str) -> list[str]:
    seen: list[str] = []
    following: str | None = path
    while following:
        page = client.get(following).json()
        seen += [row["name"] for row in page["results"]]
        following = page["next"]
    return seen


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 200])
def test_following_next_sees_each_row_once(stranger: APIClient, limit: int) -> None:
    make(*"edcba")
    assert walk(stranger, f"/keys/?limit={limit}") == list("edcba")
    assert walk(stranger, f"/latest-keys/?limit={limit}") == list("abcde")


def test_an_empty_list_is_a_page(stranger: APIClient) -> None:
    assert stranger.get("/keys/").json() == {"count": 0, "next": None, "results": []}


def test_rows_that_come_and_go_between_pages_move_nothing(stranger: APIClient) -> None:
    make(*"abcd")
    first = stranger.get("/latest-keys/?limit=2").json()
    make("e")
    ApiKey.objects.filter(name__in="cd").delete()
    second = stranger.get(first["next"]).json()
    assert [row["name"] for row in first["results"] + second["results"]] == list("dcba")


def test_next_is_an_absolute_address_that_keeps_the_other_parameters(stranger: APIClient) -> None:
    make(*"ab")
    following = stranger.get("/keys/?limit=1&search=x").json()["next"]
    assert following.startswith("http://testserver/keys/?")
    assert "limit=1" in following
    assert "search=x" in following


def test_a_page_is_fifty_unless_asked_otherwise_and_the_count_is_of_all(stranger: APIClient) -> None:
    make(*(str(number) for number in range(51)))
    page = stranger.get("/keys/").json()
    assert (page["count"], len(page["results"])) == (51, 50)


def test_a_page_costs_two_queries(
    stranger: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make(*"abc")
    with django_assert_num_queries(2):
        stranger.get("/keys/?limit=2")


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "", "1e2", "١", "9999999"])
def test_a_limit_out_of_range_is_refused_by_name(stranger: APIClient, limit: str) -> None:
    answer = stranger.get("/keys/", {"limit": limit})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "limit"


def test_a_cursor_of_another_order_is_refused(stranger: APIClient) -> None:
    make(*"ab")
    following = stranger.get("/keys/?limit=1").json()["next"]
    answer = stranger.get(following.replace("/keys/", "/latest-keys/"))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "cursor"


@trying(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cursor=st.text(min_size=1))
def test_a_hostile_cursor_is_refused(stranger: APIClient, cursor: Any) -> None:
    assert stranger.get("/keys/", {"cursor": cursor.encode("utf-8", "replace")}).status_code == 400
