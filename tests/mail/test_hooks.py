"""The door of mail providers: who does not show who they are leaves no trace; who does is never lost."""

import datetime as dt
import json
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from api import signatures
from mail import provider_hooks, reports
from mail.models import Report
from tests.conftest import FIXTURES
from tests.mail import reported

pytestmark = pytest.mark.django_db
ESP = FIXTURES / "webhooks" / "esp"
BODY = {"RecordType": "Delivery", "Recipient": "ingrid@example.com"}
# Configurations that nobody may use here, and requests that are refused before anybody looks into them.
OURS_DIFFER = ("test_warns_if_no_auth", "auth_disabled")
NO_TIME = "test_successful_signature_check"  # signed at “data timestamp”, which is no time


@pytest.fixture(autouse=True)
def _secret(settings: LazySettings) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": reported.WHO}


def recorded() -> list[Any]:
    """Real requests of providers, where they lie beside the project."""
    cases = []
    for provider in ("postmark", "amazon_ses", "sendgrid"):
        file = ESP / f"{provider}_tracking.json"
        for number, case in enumerate(json.loads(file.read_text()) if file.exists() else ()):
            name = case["test"].rpartition(".")[2]
            cases.append(pytest.param(provider, case, id=f"{provider}-{number}-{name}"))
    return cases or [pytest.param("", {}, marks=pytest.mark.skip(reason=f"{ESP} is not there"))]


@pytest.mark.parametrize(
    "proof",
    [{}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer x"}, {"Authorization": "Basic %%%"}],
)
def test_who_does_not_show_who_they_are_is_asked_to_and_leaves_no_trace(proof: dict[str, str]) -> None:
    answer = reported.send(BODY, proof=proof)
    assert answer.status_code == 401
    assert "Basic" in answer["WWW-Authenticate"]
    assert not Report.objects.exists()


def test_nobody_is_believed_while_no_secret_is_set(settings: LazySettings) -> None:
    settings.ANYMAIL = {}
    assert [reported.send(BODY, name).status_code for name in ("postmark", "mailgun", "resend")] == [403] * 3
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"), [("{", 400), (b"\xff\xfe", 400), ('"\\ud800"', 400), ("x" * 1_100_000, 413)]
)
def test_what_cannot_be_read_leaves_no_trace(body: str | bytes, status: int) -> None:
    assert reported.send(body).status_code == status
    assert not Report.objects.exists()


def test_there_is_a_door_for_known_providers_only() -> None:
    assert reported.send(BODY, "nobody").status_code == 404
    assert {"postmark", "amazon_ses", "sendgrid", "resend", "mailgun", "brevo"} <= set(provider_hooks.known())
    assert Client().get("/mail/events/postmark/").status_code == 405
    assert Client().head("/mail/events/postmark/").status_code == 200


def test_the_same_report_is_stored_once() -> None:
    assert [reported.send(BODY).json()["new"] for _ in range(2)] == [True, False]
    assert Report.objects.count() == 1


def test_resend_shows_who_it_is_by_its_signature_of_just_now(
    settings: LazySettings, now: dt.datetime
) -> None:
    secret, body = signatures.new_secret(), b'{"type": "email.sent", "data": {}}'
    settings.ANYMAIL = {"RESEND_SIGNING_SECRET": secret}
    at = int(dt.datetime.now(dt.UTC).timestamp())
    for age, status in ((0, 200), (1000, 401), (-1000, 401)):
        signed = signatures.sign(secret, f"m{age}", at - age, body)
        proof = {"svix-id": f"m{age}", "svix-timestamp": str(at - age), "svix-signature": signed}
        assert reported.send(body, "resend", proof).status_code == status
    assert reported.send(body, "resend", {"svix-id": "m"}).status_code == 401
    assert Report.objects.count() == 1


def test_amazons_question_is_set_aside_with_the_address_that_answers_it(now: dt.datetime) -> None:
    asked = {"Type": "SubscriptionConfirmation", "MessageId": "1", "Token": "t",
             "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription"}  # fmt: skip
    named = {"x-amz-sns-message-type": "SubscriptionConfirmation", "x-amz-sns-message-id": "1"}
    proof = {**reported.PROOF, **named}
    report = reported.tell(asked, now, "amazon_ses", proof=proof, content_type="text/plain")
    assert report.status == "parked"
    assert asked["SubscribeURL"] in report.reason


@pytest.mark.parametrize(("provider", "case"), recorded())
def test_what_providers_really_send_is_answered_and_understood(
    settings: LazySettings, provider: str, case: dict[str, Any], now: dt.datetime
) -> None:
    settings.ANYMAIL = case["anymail_settings"].get("ANYMAIL", {})
    answer = reported.send(
        case["body_text"].encode(), provider, case["headers"], content_type=case["content_type"]
    )
    if any(name in case["test"] for name in OURS_DIFFER):
        return
    if NO_TIME in case["test"]:
        assert answer.status_code == 401
        return
    expected = {400: 401}.get(case.get("response_status", 200), case.get("response_status", 200))
    assert answer.status_code == expected, answer.content
    if expected == 200 and case.get("expected_events"):
        _is_understood(Report.objects.get(), case["expected_events"], now)


def _is_understood(report: Report, expected: list[dict[str, Any]], now: dt.datetime) -> None:
    found = provider_hooks.read(report.provider, report.headers, report.body.encode())
    for event, wanted in zip(found, expected, strict=True):
        for name in ("event_type", "recipient", "event_id", "message_id", "metadata", "reject_reason"):
            assert getattr(event, name) == wanted[name], name
    reports.apply_waiting(now)
    report.refresh_from_db()
    assert report.status == "ignored"  # none of these letters is ours
