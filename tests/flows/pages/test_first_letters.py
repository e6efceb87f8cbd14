"""A new flow begins with care: the first letters wait for a yes, and a share of the members is taken."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from flows.models import Flow
from mail.models import Message
from office import clock
from office.models import User
from tests import cast
from tests.flows import making
from tests.office import desks

pytestmark = pytest.mark.django_db
STEPS = [{"uid": "hello", "kind": "send", "letter": "hello"}]


@pytest.fixture
def flow(db: None) -> Flow:
    """Made in the editor, with one letter written that waits."""
    found = making.publish(STEPS, clock.now())
    Flow.objects.update(letters_to_hold=10)
    making.enter(cast.join("p", clock.now(), quiet=True, first_name="Per").member, clock.now())
    return found


def at(flow: Flow, page: str) -> str:
    return reverse(f"admin:flows_flow_{page}", args=[flow.pk])


def test_the_letters_are_shown_and_leave_by_a_yes(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    page = desks.read(client.get(at(flow, "change")))
    assert "The first letters wait for your yes" in page
    assert "About hello" in page
    client.post(at(flow, "first_letters"), {"do": "run"})
    assert Message.objects.get().status == Message.Status.QUEUED
    assert "Let it run" not in desks.read(client.get(at(flow, "change")))


def test_each_letter_is_called_as_its_member_will_read_it(client: Client) -> None:
    definition = making.definition(STEPS)
    definition["letters"][0]["subject"] = "Hi {{ member.first_name | default: 'friend' }}"
    making.publish(STEPS, clock.now(), letters=definition["letters"])
    Flow.objects.update(letters_to_hold=10)
    for name in ("Per", ""):
        making.enter(cast.join(f"p{name}", clock.now(), quiet=True, first_name=name).member, clock.now())
    desks.log_in(client, "editor")
    page = desks.read(client.get(at(Flow.objects.get(), "change")))
    assert ">Hi Per</a>" in page
    assert ">Hi friend</a>" in page


def test_ticked_letters_are_thrown_away(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    letter = Message.objects.get()
    client.post(at(flow, "first_letters"), {"do": "discard", "letter": ["x", str(letter.uuid)]})
    letter.refresh_from_db()
    assert letter.status == Message.Status.SKIPPED


def test_a_share_is_chosen_and_a_wrong_one_refused(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    client.post(at(flow, "first_letters"), {"do": "share", "percent": "20"})
    assert "It takes 20 % of those" in desks.read(client.get(at(flow, "change")))
    client.post(at(flow, "first_letters"), {"do": "share", "percent": "900"})
    assert Flow.objects.get().ramp == 20


def test_somebody_who_may_not_change_flows_is_refused(client: Client, flow: Flow, now: dt.datetime) -> None:
    desks.log_in(client, "staff")
    assert client.post(at(flow, "first_letters"), {"do": "run"}).status_code == 403
    assert User.objects.filter(role="staff").exists()
