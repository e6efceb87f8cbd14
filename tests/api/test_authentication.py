import pytest
from django.contrib.auth import get_user_model
from rest_framework.test import APIClient

from api import keys
from api.models import ApiKey
from tests.api.conftest import MORNING

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.doors")]


def test_a_call_without_a_key_is_answered_with_401_and_how_to_come_in(stranger: APIClient) -> None:
    answer = stranger.get("/echo/")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer lc_x_y", "Bearer \xe6\x00", "Basic dGlsbDo=", "{plain}"]
)
def test_a_wrong_header_is_401(stranger: APIClient, plain: str, header: str) -> None:
    answer = stranger.get("/echo/", headers={"Authorization": header.format(plain=plain)})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_the_word_bearer_may_be_written_in_any_case(stranger: APIClient, plain: str) -> None:
    assert stranger.get("/echo/", headers={"Authorization": f"bearer {plain}"}).status_code == 200


def test_a_revoked_key_is_401(till: APIClient) -> None:
    assert till.get("/echo/").status_code == 200
    keys.revoke(ApiKey.objects.all(), MORNING)
    assert till.get("/echo/").status_code == 401


def test_a_staff_session_opens_no_door_of_the_api(stranger: APIClient) -> None:
    anna = get_user_model().objects.create_superuser("anna", "anna@example.com", "a long password")
    stranger.force_login(anna)
    assert stranger.get("/echo/").status_code == 401


def test_a_call_is_noted_on_its_key(till: APIClient) -> None:
    assert till.get("/echo/").json() == {"caller": "till"}
    assert ApiKey.objects.get().last_used_at is not None
