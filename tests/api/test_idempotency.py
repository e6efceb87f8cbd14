import datetime as dt
import threading
from typing import Any

import pytest
from django.db import close_old_connections, connection, connections
from rest_framework.response import Response
from rest_framework.test import APIClient

from api import idempotency, keys
from api.models import ApiKey, IdempotentAnswer
from tests.api.conftest import MORNING

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.doors")]


def post(client: APIClient, body: Any, key: str | None = "k-1", path: str = "/notes/") -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(path, body, format="json", headers=headers)


def notes(name: str = "a") -> int:
    return ApiKey.objects.filter(name=name).count()


def test_the_same_post_twice_is_done_once_and_answered_alike(till: APIClient) -> None:
    first, second = post(till, {"name": "a"}), post(till, {"name": "a"})
    assert notes() == 1
    assert (second.status_code, second.content) == (201, first.content)
    assert second["Content-Type"] == first["Content-Type"]
    assert second["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first


def test_without_a_key_each_post_is_done(till: APIClient) -> None:
    post(till, {"name": "a"}, key=None)
    post(till, {"name": "a"}, key=None)
    assert notes() == 2
    assert not IdempotentAnswer.objects.exists()


def test_another_body_under_the_same_key_is_refused(till: APIClient) -> None:
    post(till, {"name": "a"})
    answer = post(till, {"name": "b"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert notes("b") == 0


def test_another_address_under_the_same_key_is_refused(till: APIClient) -> None:
    post(till, {"name": "a"})
    assert post(till, {"name": "a"}, path="/notes/?x=1").status_code == 422


def test_two_callers_may_use_the_same_key(till: APIClient) -> None:
    kiosk = APIClient()
    kiosk.credentials(HTTP_AUTHORIZATION=f"Bearer {keys.create('kiosk', ['events:write'], MORNING)}")
    assert [post(client, {"name": "a"}).status_code for client in (till, kiosk)] == [201, 201]
    assert notes() == 2


def test_a_refusal_changes_nothing_and_is_repeated(till: APIClient) -> None:
    first, second = (post(till, {"name": "a", "then": "refuse"}) for _ in range(2))
    assert (first.status_code, second.status_code, notes()) == (400, 400, 0)
    assert first.content == second.content
    assert second["Content-Type"] == "application/problem+json"
    assert second["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", ["k-1", None])
def test_a_refusal_that_is_returned_changes_nothing_either(till: APIClient, key: str | None) -> None:
    assert post(till, {"name": "a", "then": "answer-422"}, key).status_code == 422
    assert notes() == 0


@pytest.mark.parametrize("key", ["k-1", None])
@pytest.mark.parametrize(("then", "status"), [("crash", 500), ("answer-503", 503)])
def test_what_went_wrong_on_our_side_is_undone_and_not_kept(
    till: APIClient, then: str, status: int, key: str | None
) -> None:
    assert post(till, {"name": "a", "then": then}, key).status_code == status
    assert (notes(), IdempotentAnswer.objects.count()) == (0, 0)
    assert post(till, {"name": "a"}, key).status_code == 201


@pytest.mark.parametrize("key", ["", "   ", "x" * 256, "a\tb", "\x00"])
def test_a_key_that_is_empty_or_too_long_or_not_text_is_400(till: APIClient, key: str) -> None:
    assert post(till, {"name": "a"}, key).status_code == 400
    assert notes() == 0


def test_the_longest_key_is_taken(till: APIClient) -> None:
    assert post(till, {"name": "a"}, "x" * 255).status_code == 201


def test_a_stranger_learns_nothing_from_a_key_of_another(till: APIClient, stranger: APIClient) -> None:
    post(till, {"name": "a"})
    assert post(stranger, {"name": "a"}).status_code == 401


def test_a_request_still_being_done_is_409(till: APIClient) -> None:
    post(till, {"name": "a"})
    IdempotentAnswer.objects.update(status=None)
    assert post(till, {"name": "a"}).status_code == 409


def test_answers_are_forgotten_after_two_days(till: APIClient) -> None:
    post(till, {"name": "a"})
    IdempotentAnswer.objects.update(created_at=MORNING)
    assert idempotency.forget_answers(MORNING + dt.timedelta(hours=48)) == 0
    assert idempotency.forget_answers(MORNING + dt.timedelta(hours=48, seconds=1)) == 1


def test_a_body_that_is_too_large_is_413(till: APIClient, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert post(till, {"name": "x" * 100}).status_code == 413


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_the_same_moment_do_the_deed_once(
    till: APIClient, plain: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first waits inside its transaction until the second was answered (or, on SQLite, has begun)."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the second request waits for the first")
    inside, go_on = threading.Event(), threading.Event()
    original = idempotency._keep

    def slowly(answer: IdempotentAnswer, response: Response) -> None:
        inside.set()
        assert go_on.wait(60)
        original(answer, response)

    monkeypatch.setattr(idempotency, "_keep", slowly)
    answers: list[int] = []
    first = threading.Thread(target=_post_in_thread, args=(plain, answers))
    first.start()
    assert inside.wait(60)
    second = post(till, {"name": "a"})
    go_on.set()
    first.join(60)
    assert (answers, second.status_code, notes()) == ([201], 409, 1)
    assert post(till, {"name": "a"})["Idempotent-Replayed"] == "true"


def _post_in_thread(plain: str, answers: list[int]) -> None:
    close_old_connections()
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")
    answers.append(post(client, {"name": "a"}).status_code)
    connections.close_all()
