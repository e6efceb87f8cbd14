"""Programs may watch what needs a person."""

import datetime as dt

import pytest
from rest_framework.test import APIClient

from api import keys
from mail.models import Message
from tests import cast
from tests.mail import letters

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(db: None, now: dt.datetime) -> APIClient:
    caller = APIClient()
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {keys.create('a program', ['members:read'], now)}")
    return caller


def test_letters_in_one_state_are_listed_with_their_members(program: APIClient, now: dt.datetime) -> None:
    ingrid = cast.ingrid(now).member
    held = letters.due(ingrid, now, hold=True)
    letters.due(ingrid, now)
    answer = program.get("/api/v1/letters/", {"status": "held"}).json()
    assert answer["count"] == 1
    assert (answer["results"][0]["id"], answer["results"][0]["member"]) == (
        str(held.uuid),
        str(ingrid.uuid),
    )
    Message.objects.filter(pk=held.pk).update(status="unknown", unknown_at=now, finished_at=now)
    assert program.get("/api/v1/letters/", {"status": "unknown"}).json()["count"] == 1


def test_another_state_is_refused_by_name(program: APIClient) -> None:
    answer = program.get("/api/v1/letters/", {"status": "lost"})
    assert answer.status_code == 400
    assert "held" in str(answer.json())
