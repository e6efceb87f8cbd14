"""What providers bring of members' answers: who does not show who they are leaves no trace; who does is never lost."""

import base64
import datetime as dt
import json
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from mail import incoming
from mail.models import Incoming, Reply
from tests import cast
from tests.conftest import FIXTURES
from tests.mail import answers

pytestmark = pytest.mark.django_db
FILE = FIXTURES / "webhooks" / "esp" / "postmark_inbound.json"


@pytest.fixture(autouse=True)
def _secret(settings: LazySettings) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": answers.WHO}


def bring(provider: str, body: Any, **how: Any) -> Any:
    """The answer of the door."""
    how = {"headers": answers.PROOF, "content_type": "application/json", **how}
    return Client().post(f"/mail/inbound/{provider}/", body, **how)


def postmark(letter_id: str) -> str:
    """A mail as Postmark brings it."""
    headers = [
        {"Name": "Message-ID", "Value": "<p@phone.example>"},
        {"Name": "In-Reply-To", "Value": letter_id},
    ]
    return json.dumps(
        {
            "FromFull": {"Email": "ingrid@example.com", "Name": "Ingrid"}, "From": "ingrid@example.com",
            "To": "anna@example.com", "Subject": "Re: Welcome", "TextBody": "Yes!\n\n> Will you come?",
            "Headers": headers, "Attachments": [],
        }
    )  # fmt: skip


def sns(raw: bytes) -> str:
    """A mail as Amazon brings it."""
    told = {
        "notificationType": "Received",
        "mail": {"source": "ingrid@example.com", "destination": ["anna@example.com"], "messageId": "m"},
        "receipt": {
            "action": {"type": "SNS", "encoding": "BASE64"}, "recipients": ["anna@example.com"],
            "timestamp": "2026-03-02T22:00:00.000Z",
        },
        "content": base64.b64encode(raw).decode(),
    }  # fmt: skip
    return json.dumps({"Type": "Notification", "MessageId": "s", "Message": json.dumps(told)})


def test_a_reply_comes_by_postmark_by_sendgrid_and_by_amazon(ingrid: cast.Person, now: dt.datetime) -> None:
    letter = answers.sent(ingrid.member, now - dt.timedelta(days=1))
    raw = answers.mail(letter, Message_ID="<s@phone.example>").decode()
    amazon = answers.mail(letter, Message_ID="<a@phone.example>")
    kinds = {"x-amz-sns-message-type": "Notification", "x-amz-sns-message-id": "s"}
    taken = [
        bring("postmark", postmark(letter.message_id)),
        Client().post("/mail/inbound/sendgrid/", {"email": raw}, headers=answers.PROOF),
        bring("amazon_ses", sns(amazon), headers={**answers.PROOF, **kinds}),
    ]
    assert [answer.status_code for answer in taken] == [200] * 3
    incoming.apply_waiting(now)
    assert list(Incoming.objects.values_list("status", flat=True)) == ["applied"] * 3
    assert {(row.letter, row.text.split("\n")[0]) for row in Reply.objects.all()} == {
        (letter, "Yes!"), (letter, "I come on Thursday."),
    }  # fmt: skip


def test_the_same_again_is_known(ingrid: cast.Person, now: dt.datetime) -> None:
    letter = answers.sent(ingrid.member, now)
    told = [bring("postmark", postmark(letter.message_id)).json()["new"] for _ in range(2)]
    assert told == [True, False]


@pytest.mark.parametrize(
    ("provider", "how", "status"),
    [
        ("postmark", {"headers": {}}, 401),
        ("postmark", {"headers": {"Authorization": "Basic eDp5"}}, 401),
        ("mailgun", {"headers": {}}, 401),
        ("nobody", {}, 404),
        ("resend", {}, 404),
    ],
)
def test_who_is_not_known_leaves_no_trace(provider: str, how: dict[str, Any], status: int) -> None:
    assert bring(provider, "{}", **how).status_code == status
    assert not Incoming.objects.exists()


def test_nobody_is_believed_while_no_secret_is_set(settings: LazySettings) -> None:
    settings.ANYMAIL = {}
    assert [bring(name, "{}").status_code for name in ("postmark", "mailgun", "amazon_ses")] == [403] * 3


def test_too_much_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming, "LARGEST", 1000)
    assert bring("postmark", "x" * 1001).status_code == 413
    assert not Incoming.objects.exists()


def test_what_cannot_be_read_is_set_aside_and_can_be_tried_again(now: dt.datetime) -> None:
    for body in ("{", "[]", json.dumps({"Attachments": 7})):
        bring("postmark", body)
    incoming.apply_waiting(now)
    assert set(Incoming.objects.values_list("status", flat=True)) == {"parked"}
    incoming.replay(Incoming.objects.first())  # type: ignore[arg-type]
    assert incoming.apply_waiting(now) == 1


@pytest.mark.skipif(not FILE.exists(), reason=f"{FILE} is not there")
def test_real_mails_of_postmark_are_read(settings: LazySettings, now: dt.datetime) -> None:
    for case in json.loads(FILE.read_text()) if FILE.exists() else ():
        if case["content_type"] == "application/json" and case["method"] == "POST":
            bring("postmark", case["body_text"])
    while incoming.apply_waiting(now):
        pass
    assert Incoming.objects.exclude(status="parked").exists()
