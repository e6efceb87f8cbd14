"""A letter of a draft read as a member would, and sent to oneself."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from flows.models import Flow
from mail.models import Message
from office import clock
from office.models import AuditEntry, User
from tests import cast, sinks
from tests.flows import making
from tests.office import desks

pytestmark = pytest.mark.django_db
LETTER = {
    "slug": "hello",
    "sender": "anna",
    "subject": "Hi {{ member.first_name | default: 'you' }}",
    "body": "I am **{{ sender.name }}**.",
}


@pytest.fixture
def flow(db: None) -> Flow:
    return making.publish(
        [{"uid": "hello", "kind": "send", "letter": "hello"}], clock.now(), letters=[dict(LETTER)]
    )


def at(flow: Flow, page: str) -> str:
    return reverse(f"admin:flows_flow_{page}", args=[flow.pk, "hello"])


def test_the_letter_is_read_as_somebody_made_up_and_as_a_member(
    client: Client, flow: Flow, now: dt.datetime
) -> None:
    desks.log_in(client, "readonly")
    ole = cast.join("ole", now, quiet=True, first_name="", last_name="Brandt").member
    assert "Hi Ingrid" in desks.read(client.get(at(flow, "preview")))
    found = desks.read(client.get(at(flow, "preview"), {"q": "brandt"}))
    assert f"member={ole.uuid}" in found
    page = desks.read(client.get(at(flow, "preview"), {"member": str(ole.uuid), "width": "phone"}))
    assert "Hi you" in page
    assert f"member={ole.uuid}" in page
    assert "sandbox" in page


def test_the_letter_is_read_as_somebody_whose_name_nobody_knows_and_keeps_its_looks(
    client: Client, flow: Flow, now: dt.datetime
) -> None:
    desks.log_in(client, "readonly")
    ole = cast.join("ole", now, quiet=True, first_name="Ole", last_name="Brandt").member
    page = desks.read(
        client.get(at(flow, "preview"), {"as": "nameless", "width": "phone", "dark": "1", "q": "ole"})
    )
    assert "Hi you" in page
    assert "As somebody without a name would read it" in page
    assert f"?language=en&amp;width=phone&amp;dark=1&amp;member={ole.uuid}" in page
    assert "Hi you" not in client.get(at(flow, "letter")).content.decode()


def test_the_frame_shows_the_draft_and_can_do_nothing(client: Client, flow: Flow) -> None:
    desks.log_in(client, "readonly")
    answer = client.get(at(flow, "letter"))
    assert "Anna Bak" in answer.content.decode()
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "allow-" not in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_letter_that_is_not_right_yet_says_why(client: Client, flow: Flow) -> None:
    desks.log_in(client, "readonly")
    flow.draft["letters"][0] |= {"body": "{{ member.shoe }}"}
    flow.save()
    assert "there is no field member.shoe" in desks.read(client.get(at(flow, "preview")))
    assert client.get(at(flow, "letter")).status_code == 422
    flow.draft["letters"][0] |= {"body": "x", "sender": "nobody"}
    flow.save()
    assert "Choose who writes the letter first." in desks.read(client.get(at(flow, "preview")))


@pytest.mark.parametrize("key", ["x", "00000000-0000-0000-0000-000000000000"])
def test_a_member_that_is_none_is_not_found(client: Client, flow: Flow, key: str) -> None:
    desks.log_in(client, "readonly")
    assert client.get(at(flow, "preview"), {"member": key}).status_code == 404


def test_a_trial_goes_to_whoever_asks_and_is_counted_nowhere(
    client: Client, flow: Flow, sink: sinks.Sink
) -> None:
    editor = desks.log_in(client, "editor")
    User.objects.filter(pk=editor.pk).update(email="karen@example.com")
    page = client.post(at(flow, "trial"), {"language": "en"}, follow=True).content.decode()
    assert "on its way to karen@example.com" in page
    assert sink.subjects("karen@example.com") == ["[Trial] Hi Ingrid"]
    assert len(sink.accepted) == 1
    assert not Message.objects.exists()
    assert AuditEntry.objects.filter(deed="letter.tried", user=editor).exists()


def test_without_an_address_of_ones_own_it_says_so(client: Client, flow: Flow, sink: sinks.Sink) -> None:
    desks.log_in(client, "editor")
    assert (
        "Your own e-mail address is missing" in client.post(at(flow, "trial"), follow=True).content.decode()
    )
    assert not sink.accepted
