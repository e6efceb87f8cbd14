"""A letter read in the browser: as it was sent, in a sandbox, found by nobody who has no link."""

import datetime as dt

import pytest
from django.test import Client

from api import links
from lifecycle import clock
from mail.models import Message
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(now: dt.datetime) -> Message:
    making.publish([{"uid": "hello", "kind": "send", "letter": "hello"}], now)
    making.happens(cast.per(now).member, making.BEGAN, now)
    clock.tick(now)
    return Message.objects.get()


def test_the_link_of_a_letter_shows_it_in_a_sandbox(client: Client, message: Message) -> None:
    response = client.get(links.url("browser", message.uuid))
    assert "Hello, this is hello." in response.content.decode()
    policy = response.headers["Content-Security-Policy"]
    assert "sandbox allow-popups" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert response.headers["X-Robots-Tag"] == "noindex"


def test_a_link_of_another_purpose_shows_nothing(client: Client, message: Message) -> None:
    other = links.token("preferences", message.uuid)
    assert client.get(f"/u/letter/{other}/").status_code == 404
    assert client.get("/u/letter/forged/").status_code == 404
