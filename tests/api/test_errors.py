from typing import Any

import pytest
from django.core import exceptions as django_exceptions
from django.test import RequestFactory
from rest_framework.test import APIClient

from api import errors

pytestmark = pytest.mark.urls("tests.api.doors")


def problem(answer: Any, status: int) -> dict[str, Any]:
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    content: dict[str, Any] = answer.json()
    assert content["status"] == status
    assert {"type", "title", "detail"} <= content.keys()
    return content


def test_each_wrong_field_is_named_with_what_is_wrong(stranger: APIClient) -> None:
    body = {"email": "nobody", "consents": [{"topic": "news"}, {"topic": ""}]}
    content = problem(stranger.post("/trouble/x/", body, format="json"), 400)
    fields = {error["field"]: error["detail"] for error in content["errors"]}
    assert fields.keys() == {"email", "consents.1.topic"}
    assert "valid email" in fields["email"]
    assert "email" in content["detail"]


def test_what_is_wrong_with_the_whole_is_said_in_the_detail(stranger: APIClient) -> None:
    body = {"email": "ida@example.com", "consents": []}
    content = problem(stranger.post("/trouble/x/", body, format="json"), 400)
    assert content["detail"] == "An e-mail or a name is needed."
    assert content["errors"] == [{"field": "", "detail": "An e-mail or a name is needed."}]


def test_a_list_where_an_object_belongs_is_refused(stranger: APIClient) -> None:
    problem(stranger.post("/trouble/x/", ["a"], format="json"), 400)


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}'])
def test_what_is_not_json_is_400(stranger: APIClient, body: bytes) -> None:
    problem(stranger.post("/trouble/x/", body, content_type="application/json"), 400)


def test_another_content_type_is_415(stranger: APIClient) -> None:
    problem(stranger.post("/trouble/x/", "a=b", content_type="text/csv"), 415)


def test_another_method_is_405(stranger: APIClient) -> None:
    problem(stranger.delete("/trouble/x/"), 405)


def test_a_missing_noun_is_404_and_says_where(stranger: APIClient) -> None:
    assert problem(stranger.get("/trouble/missing/"), 404)["instance"] == "/trouble/missing/"


def test_too_many_calls_are_429_with_when_to_come_again(stranger: APIClient) -> None:
    answer = stranger.get("/trouble/throttled/")
    problem(answer, 429)
    assert answer["Retry-After"] == "2"


def test_too_large_a_body_is_413(stranger: APIClient, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    problem(stranger.post("/trouble/x/", {"email": "x" * 100}, format="json"), 413)


def test_a_room_refuses_with_its_own_status(stranger: APIClient) -> None:
    content = problem(stranger.get("/trouble/refused/"), 409)
    assert (content["title"], content["detail"]) == ("Conflict", "Not while the flow is live.")
    assert "errors" not in content


def test_what_nobody_foresaw_is_a_500_that_tells_nothing_of_the_inside(stranger: APIClient) -> None:
    answer = stranger.get("/trouble/bug/")
    problem(answer, 500)
    assert b"secret detail" not in answer.content
    assert b"RuntimeError" not in answer.content


def test_an_unknown_address_is_a_404_problem(stranger: APIClient) -> None:
    assert problem(stranger.get("/nowhere/"), 404)["instance"] == "/nowhere/"


def test_an_unreadable_request_is_a_400_problem() -> None:
    problem_of = errors.bad_request(RequestFactory().get("/api/v1/"), ValueError("secret detail"))
    assert problem_of.status_code == 400
    assert b"secret detail" not in problem_of.content


def test_a_models_own_validation_names_its_fields() -> None:
    wrong = django_exceptions.ValidationError({"slug": ["Too long."], "__all__": ["Twice."]})
    answer = errors.problem_response(wrong, {})
    assert answer is not None
    assert answer.data["errors"] == [
        {"field": "slug", "detail": "Too long."},
        {"field": "", "detail": "Twice."},
    ]


def test_a_forbidden_deed_is_403() -> None:
    answer = errors.problem_response(django_exceptions.PermissionDenied(), {})
    assert answer is not None
    assert answer.status_code == 403


def test_a_refusal_reads_as_a_sentence() -> None:
    assert (
        str(errors.Refused({"plan": "is unknown", "email": "is empty"}))
        == "plan: is unknown; email: is empty"
    )
    assert str(errors.Refused("No.")) == "No."
