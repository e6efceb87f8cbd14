"""What providers bring of members' answers: who does not show who they are leaves no trace; who does is never lost."""

import base64
import datetime as dt
import hmac
import json
import secrets
import time
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
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


def mailgun(letter_id: str, **more: Any) -> dict[str, Any]:
    """A mail as a Mailgun route forwards it, taken apart and signed."""
    said = {
        "recipient": "anna@example.com", "sender": "ingrid@example.com",
        "message-headers": json.dumps([
            ["X-Mailgun-Incoming", "Yes"], ["From", "Ingrid <ingrid@example.com>"], ["To", "anna@example.com"],
            ["Message-Id", "<g@phone.example>"], ["In-Reply-To", letter_id], ["Subject", "Re: Welcome"],
            ["Date", "Mon, 02 Mar 2026 22:00:00 +0000"], ["Content-Type", 'multipart/mixed; boundary="b"'],
        ]),
        "body-plain": "Gladly, Mailgun.\r\n\r\n> Will you come?\r\n", "body-html": "<p>Gladly, Mailgun.</p>",
        "stripped-text": "Gladly, Mailgun.", "attachment-count": "1", "content-id-map": "{}",
        "attachment-1": SimpleUploadedFile("note.txt", b"hello", "text/plain"),
    }  # fmt: skip
    return signed({**said, **more})


def signed(said: dict[str, Any], key: str = "mailgun-key", age: int = 0) -> dict[str, Any]:
    """The form with the signature that Mailgun makes of its time and a token, so many seconds ago."""
    timestamp, token = str(int(time.time()) - age), secrets.token_hex(25)
    seal = hmac.new(key.encode(), f"{timestamp}{token}".encode(), "sha256").hexdigest()
    return {**said, "timestamp": timestamp, "token": token, "signature": seal}


def mailjet(letter_id: str) -> str:
    """A mail as Mailjet's Parse API brings it."""
    headers = {
        "Return-Path": ["<ingrid@example.com>"], "From": "Ingrid <ingrid@example.com>", "To": "anna@example.com",
        "Message-ID": "<j@phone.example>", "In-Reply-To": letter_id, "Subject": "Re: Welcome",
        "Date": "Mon, 02 Mar 2026 22:00:00 +0000", "MIME-Version": ["1.0"],
        "Content-Type": ['multipart/mixed; boundary="b"'],
    }  # fmt: skip
    file = {
        "Headers": {
            "Content-Type": ["text/plain"],
            "Content-Disposition": ['attachment; filename="note.txt"'],
        },
        "ContentRef": "Attachment1",
    }
    text = {"Headers": {"Content-Type": ['text/plain; charset="UTF-8"']}, "ContentRef": "Text-part"}
    return json.dumps(
        {
            "Sender": "ingrid@example.com", "Recipient": "anna@example.com", "Date": "20260302T220000",
            "From": "Ingrid <ingrid@example.com>", "Subject": "Re: Welcome", "Headers": headers,
            "Parts": [text, file], "Text-part": "Gerne, Mailjet – æøå.\n\n> Will you come?",
            "Attachment1": base64.b64encode(b"hello").decode(), "SpamAssassinScore": "0.1",
        }
    )  # fmt: skip


def sparkpost(*raw: bytes, is_base64: bool) -> str:
    """Mails as SparkPost relays them, several in one message."""

    def told(mail: bytes) -> dict[str, Any]:
        text = base64.b64encode(mail).decode() if is_base64 else mail.decode()
        content = {"email_rfc822": text, "email_rfc822_is_base64": is_base64, "subject": "Re: Welcome"}
        found = {"protocol": "smtp", "rcpt_to": "anna@example.com", "msg_from": "ingrid@example.com"}
        return {"msys": {"relay_message": {**found, "content": content}}}

    return json.dumps([told(mail) for mail in raw])


def test_a_reply_comes_by_mailgun_whole_or_in_parts(
    ingrid: cast.Person, now: dt.datetime, settings: LazySettings
) -> None:
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": "mailgun-key"}
    letter = answers.sent(ingrid.member, now - dt.timedelta(days=1))
    raw = answers.mail(letter, "The whole mail, Mailgun.", Message_ID="<w@phone.example>").decode()
    whole = signed({"recipient": "anna@example.com", "sender": "ingrid@example.com", "body-mime": raw})
    door = "/mail/inbound/mailgun/"
    forged = [
        Client().post(door, signed({"body-mime": raw}, "another")),
        Client().post(door, {"body-mime": raw}),
    ]
    assert [answer.status_code for answer in forged] == [401, 401]
    taken = [Client().post(door, said) for said in (mailgun(letter.message_id), whole, whole)]
    assert [answer.status_code for answer in taken] == [200] * 3
    incoming.apply_waiting(now)
    assert {(row.letter, row.text) for row in Reply.objects.all()} == {
        (letter, "Gladly, Mailgun."), (letter, "The whole mail, Mailgun."),
    }  # fmt: skip
    files = Reply.objects.get(text="Gladly, Mailgun.").files
    assert [(one["name"], one["size"]) for one in files] == [("note.txt", 5)]


def test_a_mailgun_signature_counts_for_five_minutes_and_for_one_mail(
    ingrid: cast.Person, now: dt.datetime, settings: LazySettings
) -> None:
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": "mailgun-key"}
    door, true = (
        "/mail/inbound/mailgun/",
        signed({"body-mime": "Subject: Hi\n\nHi", "sender": "a@example.com"}),
    )
    forged = {**true, "body-mime": "Subject: Hi\n\nI leave", "sender": "ingrid@example.com"}
    late = [signed({"body-mime": "Subject: Hi\n\nHi"}, age=age) for age in (310, -310)]
    told = [Client().post(door, said).status_code for said in (true, true, forged, *late)]
    assert told == [200, 200, 401, 401, 401]
    assert Incoming.objects.count() == 1


def test_a_mailgun_that_keeps_the_mail_to_itself_is_set_aside_with_the_way_out(
    now: dt.datetime, settings: LazySettings
) -> None:
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": "mailgun-key"}
    told = signed(
        {"sender": "x@example.com", "body-plain": "Hi", "attachments": "[]", "message-url": "https://x"}
    )
    assert Client().post("/mail/inbound/mailgun/", told).status_code == 200
    incoming.apply_waiting(now)
    row = Incoming.objects.get()
    assert (row.status, "forward() action" in row.reason) == ("parked", True)


def test_a_reply_comes_by_mailjet_and_several_by_sparkpost(ingrid: cast.Person, now: dt.datetime) -> None:
    letter = answers.sent(ingrid.member, now - dt.timedelta(days=1))
    mails = [answers.mail(letter, f"Spark {place}", Message_ID=f"<{place}@x.example>") for place in range(3)]
    taken = [
        bring("mailjet", mailjet(letter.message_id)),
        bring("sparkpost", sparkpost(*mails[:2], is_base64=True)),
        bring("sparkpost", sparkpost(mails[2], is_base64=False)),
        bring("sparkpost", json.dumps([{"msys": {"relay_message": {}}}]), headers={}),
    ]
    assert [answer.status_code for answer in taken] == [200, 200, 200, 401]
    incoming.apply_waiting(now)
    assert set(Incoming.objects.values_list("status", flat=True)) == {"applied"}
    assert {(row.letter, row.text) for row in Reply.objects.all()} == {
        (letter, "Gerne, Mailjet – æøå."), (letter, "Spark 0"), (letter, "Spark 1"), (letter, "Spark 2"),
    }  # fmt: skip
    assert Reply.objects.get(text__startswith="Gerne").files[0]["name"] == "note.txt"


def test_what_another_provider_would_say_at_this_door_is_set_aside(now: dt.datetime) -> None:
    for provider in ("mailjet", "sparkpost", "postmark"):
        for body in ("{}", "[]", "7", '{"Headers": 7}', '[{"msys": {"track_event": {}}}]'):
            assert bring(provider, body).status_code == 200
    while incoming.apply_waiting(now):
        pass
    assert not Incoming.objects.filter(status="received").exists()
    assert not Reply.objects.exists()


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
