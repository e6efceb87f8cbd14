import pytest
from rest_framework.test import APIClient

from api import permissions

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.doors")]


def test_a_key_with_the_scope_may_enter(till: APIClient) -> None:
    assert till.get("/echo/").status_code == 200


def test_a_key_that_may_read_may_not_write_and_hears_which_scope_it_lacks(till: APIClient) -> None:
    answer = till.patch("/echo/", {"a": 1}, format="json")
    assert answer.status_code == 403
    assert "members:write" in answer.json()["detail"]


def test_a_scope_that_does_not_exist_cannot_guard_a_door() -> None:
    with pytest.raises(ValueError, match="members:raed"):
        permissions.scope("members:raed")
    with pytest.raises(ValueError, match="everything"):
        permissions.scope("members:read", write="everything")
