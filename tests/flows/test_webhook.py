"""A flow tells another system that somebody came to a step; nothing of it touches the network in the step itself."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings

from api import endpoints
from api.models import Delivery, Endpoint
from flows import checking
from lifecycle import clock
from members import erasure, exporting
from members.models import Member
from tests import cast
from tests.api import hooks
from tests.flows import making

pytestmark = pytest.mark.django_db
TOLD = {"uid": "tell", "kind": "webhook", "endpoint": "crm", "type": "club.welcomed"}


@pytest.fixture
def hook(settings: LazySettings, db: None, now: dt.datetime) -> Iterator[hooks.Hook]:
    """The other system, listening."""
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    with hooks.listening() as server:
        endpoints.create("crm", server.url, now)
        yield server


@pytest.fixture
def member(hook: hooks.Hook, now: dt.datetime) -> Member:
    return cast.join("lone", now, quiet=True, email="lone@example.com", first_name="Lone").member


def test_the_message_says_who_came_where(hook: hooks.Hook, member: Member, now: dt.datetime) -> None:
    making.publish([TOLD], now)
    run = making.enter(member, now)
    assert making.path(run) == [("tell", "webhook")]
    assert not hook.got
    clock.tick(now)
    said = json.loads(hook.got[0][1])
    assert said["type"] == "club.welcomed"
    data = said["data"]
    assert (data["flow"], data["step"], data["visit"]) == ("trial", "tell", 1)
    assert data["entered_at"] == "2026-03-02T22:30:00Z"
    assert (data["member"]["external_id"], data["member"]["id"]) == ("lone", str(member.uuid))
    assert data["member"]["email"] == "lone@example.com"


def test_a_step_may_name_the_address_of_one_that_is_kept(
    hook: hooks.Hook, member: Member, now: dt.datetime
) -> None:
    making.publish([{"uid": "tell", "kind": "webhook", "url": hook.url}], now)
    making.enter(member, now)
    clock.tick(now)
    assert json.loads(hook.got[0][1])["type"] == "flow.reached"


def test_one_whose_address_was_changed_since_is_missed_and_nobody_waits(
    hook: hooks.Hook, member: Member, now: dt.datetime
) -> None:
    making.publish([{"uid": "tell", "kind": "webhook", "url": hook.url}], now)
    Endpoint.objects.update(url="https://crm.example.com/new")
    run = making.enter(member, now)
    assert (run.status, making.path(run)) == ("completed", [("tell", "missed")])
    assert not Delivery.objects.exists()


def test_a_silent_system_holds_up_no_step(hook: hooks.Hook, member: Member, now: dt.datetime) -> None:
    hook.answers = [500]
    making.publish([TOLD, {"uid": "call", "kind": "task", "title": "call"}], now)
    run = making.enter(member, now)
    clock.tick(now)
    run.refresh_from_db()
    assert run.status == "completed"
    assert Delivery.objects.get().status == "queued"


def test_who_is_exported_reads_what_others_were_told_and_who_is_erased_is_erased_there(
    hook: hooks.Hook, member: Member, now: dt.datetime
) -> None:
    making.publish([TOLD], now)
    making.enter(member, now)
    clock.tick(now)
    assert (
        "lone@example.com"
        in json.dumps(exporting.everything(member, now), default=str).split("told_to_other")[1]
    )
    erasure.erase(member, None, now)
    row = Delivery.objects.get()
    assert (row.body, row.answer, row.status) == ("", "", "delivered")


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({}, "a webhook needs “endpoint”"),
        ({"endpoint": "crm", "url": "https://x.org"}, "a webhook needs “endpoint”"),
        ({"endpoint": "other"}, "steps[x].endpoint: there is no outgoing webhook “other”"),
        ({"url": "http://169.254.169.254/"}, "steps[x].url: there is no outgoing webhook"),
        ({"endpoint": 1}, "there is no outgoing webhook “1”"),
        ({"endpoint": "crm", "type": "Welcomed!"}, "steps[x].type: “Welcomed!” is no event name"),
    ],
)
def test_a_wrong_webhook_is_refused_naming_it(hook: hooks.Hook, step: dict[str, Any], said: str) -> None:
    found = checking.errors(making.definition([{"uid": "x", "kind": "webhook", **step}]))
    assert any(said in error for error in found), found
