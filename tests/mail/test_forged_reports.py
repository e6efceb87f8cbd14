"""Reports that a provider did not send, sent long ago, or sent of letters that never went there: nothing is written."""

import base64
import datetime as dt
import itertools
import json
import time
import uuid
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import LazySettings

from mail import reports
from mail.models import Message, Report, Suppression
from members.models import Consent, Event
from tests import cast
from tests.mail import letters, providers_say, reported
from tests.mail.providers_say import BOUNCED, CLICKED, COMPLAINED, claim

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
PROVIDERS = tuple(providers_say.SAYING)
KINDS = (BOUNCED, COMPLAINED, CLICKED)
NOT_SAID = {("brevo", CLICKED)}  # it does not say with what it was clicked, so it may have been a program
GUESSES: tuple[dict[str, str], ...] = (
    {},
    {"Authorization": "Basic " + base64.b64encode(b"provider:guessed").decode()},
    {"Authorization": "Bearer opensesame"},
)
ELSEWHERE = (
    {"address": "per@example.com"}, {"address": "nobody@example.com"}, {"address": ""},
    {"letter": str(uuid.uuid4())}, {"letter": "1 OR 1=1"}, {"letter": ""},
)  # fmt: skip
STRANGE: tuple[tuple[str | bytes, str, set[int]], ...] = (
    ("x" * 1_100_000, "application/json", {413}),
    (json.dumps(["x" * 2_000_000]), "text/plain", {413}),
    (b"\xff\xfe\x00", "application/json", {400, 401}),
    ("event=bounced&recipient=ingrid@example.com", "application/x-www-form-urlencoded", {200, 401}),
    ("<event>bounced</event>", "application/xml", {400, 401}),
    ("--b\r\n\r\n--b--", "multipart/form-data; boundary=b", {200, 400, 401}),
    ("[" * 5000, "application/json", {400, 401}),
    ("null", "application/json", {200, 401}),
    ("[[]]", "application/json", {200, 401}),
    ('{"signature": 7, "event-data": []}', "application/json", {200, 401}),
)
SENDGRID_KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(autouse=True)
def _secrets(settings: LazySettings) -> None:
    settings.ANYMAIL = {
        "WEBHOOK_SECRET": reported.WHO,
        "MAILGUN_WEBHOOK_SIGNING_KEY": providers_say.MAILGUN_KEY,
    }


@pytest.fixture
def letter(now: dt.datetime) -> Message:
    """Ingrid's letter, sent yesterday; and Per is a member too, who got none."""
    cast.join("per", now - 30 * DAY, quiet=True, email="per@example.com")
    person = cast.join("ingrid", now - 30 * DAY, quiet=True, email="ingrid@example.com")
    message = letters.due(person.member, now - DAY)
    letters.send(now - DAY)
    return letters.again(message)


def written() -> dict[str, Any]:
    """All that a report could write of members."""
    events = Event.objects.exclude(name__in=("mail.sent", "member.signed_up"))
    return {
        "events": [(event.name, event.member.email) for event in events],
        "stopped": list(Suppression.objects.values_list("reason", flat=True)),
        "consent": list(Consent.objects.order_by("pk").values_list("member", "topic", "granted")),
        "letters": list(Message.objects.order_by("pk").values_list("status", "told_at", "finished_at")),
    }


def sendgrid(one: providers_say.Claim, at: float) -> Any:
    """The answer to a report that is signed as SendGrid signs it: its time and the body."""
    body = json.dumps(providers_say.SAYING["sendgrid"](one))
    seal = SENDGRID_KEY.sign(f"{int(at)}{body}".encode(), ec.ECDSA(hashes.SHA256()))
    named = {"X-Twilio-Email-Event-Webhook-Timestamp": str(int(at)),
             "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(seal).decode()}  # fmt: skip
    return reported.send(body, "sendgrid", named)


def sendgrid_alone(settings: LazySettings) -> None:
    """Sets nothing but the public half of SendGrid's key."""
    form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    pem = SENDGRID_KEY.public_key().public_bytes(*form).decode().splitlines()
    settings.ANYMAIL = {"SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY": "".join(pem[1:-1])}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_the_provider_truly_says_is_written_down(
    letter: Message, now: dt.datetime, provider: str
) -> None:
    for kind in KINDS:
        assert providers_say.tell(provider, claim(kind, letter, now)).status_code == 200
    reports.apply_waiting(now)
    said = [kind for kind in KINDS if (provider, kind) not in NOT_SAID]
    assert written()["events"] == [(f"mail.{kind}", "ingrid@example.com") for kind in said]
    assert written()["stopped"] == [BOUNCED]  # of two reasons the gravest stands
    assert Report.objects.filter(status="applied").count() == len(said)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_who_is_not_the_provider_leaves_no_trace(letter: Message, now: dt.datetime, provider: str) -> None:
    before = written()
    for kind, proof in itertools.product(KINDS, GUESSES):
        assert providers_say.tell(provider, claim(kind, letter, now), proof).status_code == 401, (kind, proof)
    assert not Report.objects.exists()
    assert written() == before


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_letter_that_did_not_go_there_is_nobodys_bounce(
    letter: Message, now: dt.datetime, provider: str
) -> None:
    before = written()
    for kind, said in itertools.product(KINDS, ELSEWHERE):
        assert providers_say.tell(provider, claim(kind, letter, now, **said)).status_code == 200
    assert reports.apply_waiting(now) == Report.objects.count() > 0
    assert set(Report.objects.values_list("status", flat=True)) <= {"ignored", "parked"}
    assert written() == before


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_is_too_large_or_of_another_kind_writes_nothing_of_members(
    letter: Message, now: dt.datetime, provider: str
) -> None:
    before = written()
    for body, content_type, statuses in STRANGE:
        stored = Report.objects.count()
        answer = reported.send(body, provider, content_type=content_type)
        assert answer.status_code in statuses, (answer.content, body[:60])
        assert Report.objects.count() == stored + (answer.status_code == 200)
    reports.apply_waiting(now)
    assert not Report.objects.filter(status="applied").exists()
    assert written() == before


@pytest.mark.parametrize(("age", "status"), [(0, 200), (290, 200), (-290, 200), (310, 401), (-310, 401)])
def test_a_signature_counts_for_five_minutes(
    letter: Message, now: dt.datetime, settings: LazySettings, age: int, status: int
) -> None:
    one, at = claim(BOUNCED, letter, now), time.time() - age
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": providers_say.MAILGUN_KEY}
    signature = providers_say.mailgun_signature(int(at))
    assert reported.send(providers_say.mailgun(one, **signature), "mailgun", {}).status_code == status
    form = {"event": "bounced", "recipient": one.address, **providers_say.mailgun_signature(int(at))}
    encoded = {"content_type": "application/x-www-form-urlencoded"}
    body = "&".join(f"{name}={value}" for name, value in form.items())
    assert reported.send(body, "mailgun", {}, **encoded).status_code == status
    sendgrid_alone(settings)
    assert sendgrid(one, at).status_code == status
    assert Report.objects.count() == (3 if status == 200 else 0)


def test_what_mailgun_signed_for_one_report_is_good_for_no_other(letter: Message, now: dt.datetime) -> None:
    signature = providers_say.mailgun_signature()
    true = providers_say.mailgun(claim(CLICKED, letter, now), **signature)
    forged = providers_say.mailgun(claim(BOUNCED, letter, now), **signature)
    answers = [reported.send(body, "mailgun") for body in (true, true, forged)]
    assert [answer.status_code for answer in answers] == [200, 200, 401]
    assert [answer.json().get("new") for answer in answers] == [True, False, None]
    reports.apply_waiting(now)
    assert written()["events"] == [("mail.clicked", "ingrid@example.com")]
    assert written()["stopped"] == []


def test_what_sendgrid_signed_cannot_be_changed(
    letter: Message, now: dt.datetime, settings: LazySettings
) -> None:
    sendgrid_alone(settings)
    true = sendgrid(claim(CLICKED, letter, now), time.time())
    request = true.wsgi_request
    named = {name: request.headers[name] for name in request.headers if name.startswith("X-Twilio")}
    body = json.dumps(providers_say.SAYING["sendgrid"](claim(BOUNCED, letter, now)))
    assert reported.send(body, "sendgrid", named).status_code == 401
    assert reported.send(request.body, "sendgrid", named).json()["new"] is False
    assert Report.objects.count() == 1


def test_a_mailgun_signature_of_no_time_or_none_at_all_is_refused(letter: Message, now: dt.datetime) -> None:
    signature = providers_say.mailgun_signature
    given = [signature(at) for at in ("later", "", "-1", "9" * 400, " 1", "١٧٧٢٤٨٨٨٠٠")]
    given += [{**signature(), **said} for said in ({"token": ""}, {"signature": ""}, {"signature": "0" * 64})]
    for one in given:
        body = providers_say.mailgun(claim(BOUNCED, letter, now), **one)
        assert reported.send(body, "mailgun").status_code == 401, one
    assert not Report.objects.exists()
