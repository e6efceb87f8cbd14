"""What becomes of letters when a mail provider misbehaves: real HTTP to servers that follow a script."""

import base64
import datetime as dt
import email
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from mail import mailboxes, outbox, transports
from mail.models import Message
from mail.providers import amazon_ses, answers
from members import consent
from tests.cast import Person
from tests.mail import letters
from tests.mail.scripted_http import CUT, DROP, SILENCE, Answer, Api, Request, serving

NAMES = ("postmark", "resend", "amazon_ses")
HTML = "<html><body>Bad gateway</body></html>"
UNREADABLE = [
    Answer(500, {"Message": "oops", "ErrorCode": 500}),
    Answer(502, HTML),
    Answer(200, ""),
    Answer(200, HTML),
    Answer(200, {"what": "ever"}),
    Answer(200, "[1, 2"),
    Answer(200, '{"data": [', then=CUT),
    Answer(then=DROP),
    Answer(then=SILENCE),
]
LATER = dt.timedelta(hours=2)


def usual(request: Request) -> Any:
    """How each of them says yes."""
    if request.path.startswith("/email/batch"):
        return [
            {"ErrorCode": 0, "Message": "OK", "MessageID": f"p-{place}", "To": one["To"]}
            for place, one in enumerate(request.body)
        ]
    if request.path.startswith("/emails/batch"):
        return {"data": [{"id": f"r-{place}"} for place, _one in enumerate(request.body)]}
    if request.path.startswith("/v2/email/outbound-emails"):
        return {"MessageId": "s-1"}
    return {"TotalCount": 0, "Messages": []}


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def api(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """The provider of this name; there is little patience with it."""
    monkeypatch.setattr(answers, "ANSWER_TIMEOUT", 0.3)
    monkeypatch.setitem(amazon_ses.PATIENCE, "read_timeout", 0.3)
    with serving(Api(usual)) as listening:
        said = {"POSTMARK_SERVER_TOKEN": "t", "RESEND_API_KEY": "k"}
        said |= {f"{one}_API_URL": listening.url for one in ("POSTMARK", "RESEND")}
        monkeypatch.setattr(settings, "ANYMAIL", said)
        for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(key, "x" * 20)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        monkeypatch.setenv("AWS_ENDPOINT_URL", listening.url)
        use(monkeypatch, name)
        yield listening
        transports.forget()


def use(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    way = {"kind": "anymail", "backend": f"anymail.backends.{name}.EmailBackend"}
    monkeypatch.setattr(settings, "MAIL_TRANSPORT", way)
    transports.forget()


@pytest.fixture
def two(ingrid: Person, now: dt.datetime) -> list[Message]:
    """Two letters to Ingrid that are due."""
    member = ingrid.again()
    member.events.update(handled_at=now)
    return [letters.due(member, now, "value", valid=3) for _ in range(2)]


def statuses() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("status", flat=True))


def idents(request: Request) -> list[str]:
    """Our ids in the metadata of what was handed over, as each provider carries them."""
    if request.path.startswith("/v2/"):
        raw = base64.b64decode(request.body["Content"]["Raw"]["Data"])
        return [str(email.message_from_bytes(raw)["X-Metadata"])]
    return [str(one.get("Metadata") or one["headers"].get("X-Metadata")) for one in request.body]


def test_letters_leave_once_with_our_id(api: Api, name: str, two: list[Message], now: dt.datetime) -> None:
    outbox.send_due(now)
    assert statuses() == ["sent", "sent"]
    carried = [ident for request in api.asked for ident in idents(request)]
    assert len(carried) == 2
    assert all(str(letter.uuid) in ident for letter, ident in zip(two, carried, strict=True))
    assert len(api.asked) == (2 if name == "amazon_ses" else 1)


def test_too_many_lets_the_mailbox_rest_as_long_as_was_asked(
    api: Api, two: list[Message], now: dt.datetime
) -> None:
    api.script = [Answer(429, {"message": "slow down", "Message": "slow down"}, {"Retry-After": "300"})]
    outbox.send_due(now)
    assert statuses() == ["queued", "queued"]
    outbox.send_due(now + dt.timedelta(seconds=200))
    assert len(api.asked) == 1
    outbox.send_due(now + dt.timedelta(seconds=301))
    assert statuses() == ["sent", "sent"]
    assert mailboxes.current().failures == 0


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_is_no_fault_of_the_letters(
    api: Api, two: list[Message], now: dt.datetime, status: int
) -> None:
    api.script = [Answer(status, {"message": "who are you", "Message": "who are you", "ErrorCode": 10})]
    outbox.send_due(now)
    assert statuses() == ["queued", "queued"]
    mailbox = mailboxes.current()
    assert mailbox.is_ours
    assert mailbox.rests_until is not None
    outbox.send_due(now + LATER)
    assert statuses() == ["sent", "sent"]


@pytest.mark.parametrize("said", UNREADABLE, ids=lambda one: f"{one.status} {one.then or one.body}"[:24])
def test_an_answer_that_says_nothing_is_unknown_and_never_sent_again_blindly(
    api: Api, name: str, two: list[Message], now: dt.datetime, said: Answer
) -> None:
    api.script = [said]
    outbox.send_due(now)
    assert statuses() == (["unknown", "queued"] if name == "amazon_ses" else ["unknown", "unknown"])
    Message.objects.filter(status="unknown").update(asked_at=now + LATER)  # nobody is asked
    outbox.send_due(now + LATER)
    assert statuses()[0] == "unknown"
    assert len(api.asked) == (2 if name == "amazon_ses" else 1)


def test_a_provider_that_cannot_be_reached_keeps_the_letters(
    api: Api, name: str, two: list[Message], now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = "http://127.0.0.1:1/"
    monkeypatch.setenv("AWS_ENDPOINT_URL", nowhere)
    said = {**settings.ANYMAIL, "POSTMARK_API_URL": nowhere, "RESEND_API_URL": nowhere}
    monkeypatch.setattr(settings, "ANYMAIL", said)
    use(monkeypatch, name)
    outbox.send_due(now)
    assert statuses() == ["queued", "queued"]
    assert "out of reach" in mailboxes.current().trouble


REFUSALS = {
    "postmark": Answer(
        200,
        [
            {
                "ErrorCode": 406,
                "Message": "You tried to send to a recipient that has been marked as inactive.",
            },
            {"ErrorCode": 0, "Message": "OK", "MessageID": "p", "To": "ingrid@example.com"},
        ],
    ),
    "resend": Answer(
        200, {"data": [{"id": "r"}], "errors": [{"index": 0, "message": "Invalid `to` field."}]}
    ),
    "amazon_ses": Answer(
        400, {"message": "Email address is invalid."}, {"x-amzn-ErrorType": "MessageRejected"}
    ),
}


def test_one_letter_that_is_refused_stops_no_other(
    api: Api, name: str, two: list[Message], now: dt.datetime
) -> None:
    api.script = [REFUSALS[name]]
    outbox.send_due(now)
    assert statuses() == ["failed", "sent"]
    assert Message.objects.get(status="failed").reason.startswith("refused: ")
    assert not mailboxes.current().failures


@pytest.mark.parametrize("name", ["postmark", "resend"])
def test_a_batch_that_is_refused_whole_is_tried_letter_by_letter(
    api: Api, two: list[Message], now: dt.datetime
) -> None:
    refused = Answer(422, {"message": "no", "Message": "no", "ErrorCode": 300})
    api.script = [refused, refused]
    outbox.send_due(now)
    assert statuses() == ["failed", "sent"]
    keys = [request.headers.get("Idempotency-Key") for request in api.asked]
    assert keys == [None] * 3 or len(set(keys)) == 3


@pytest.mark.parametrize("name", ["amazon_ses"])
def test_an_account_that_may_not_send_is_no_fault_of_the_letter(
    api: Api, two: list[Message], now: dt.datetime
) -> None:
    api.script = [Answer(400, {"message": "paused"}, {"x-amzn-ErrorType": "SendingPausedException"})]
    outbox.send_due(now)
    assert statuses() == ["queued", "queued"]
    assert mailboxes.current().is_ours


@pytest.mark.parametrize("name", ["postmark"])
def test_a_letter_that_postmark_has_is_found_by_our_id(
    api: Api, two: list[Message], now: dt.datetime
) -> None:
    api.script = [Answer(then=DROP)]
    outbox.send_due(now)
    assert statuses() == ["unknown", "unknown"]
    has, has_not = (
        Answer(200, {"TotalCount": 1, "Messages": []}),
        Answer(200, {"TotalCount": 0, "Messages": []}),
    )
    api.script = [has, has_not]
    outbox.send_due(now + dt.timedelta(minutes=2))
    assert sorted(statuses()) == ["sent", "unknown"]
    assert {f"/messages/outbound?count=1&offset=0&metadata_message={letter.uuid}" for letter in two} == {
        request.path for request in api.asked[1:]
    }
    outbox.send_due(now + dt.timedelta(minutes=5))
    assert len(api.asked) == 3  # it is not asked all the time


@pytest.mark.parametrize("name", ["resend"])
def test_an_unclear_batch_is_handed_over_again_under_its_key(
    api: Api, two: list[Message], now: dt.datetime
) -> None:
    api.script = [Answer(then=SILENCE)]
    outbox.send_due(now)
    outbox.send_due(now + dt.timedelta(minutes=2))
    assert statuses() == ["sent", "sent"]
    first, second = api.asked
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert first.body == second.body


@pytest.mark.parametrize("name", ["resend"])
def test_a_batch_is_not_repeated_when_somebody_wants_no_more_letters(
    api: Api, two: list[Message], now: dt.datetime
) -> None:
    api.script = [Answer(then=DROP)]
    outbox.send_due(now)
    consent.withdraw(two[0].member, "membership", now, now, proof="told us", source="staff")
    two[0].member.events.update(handled_at=now)
    outbox.send_due(now + dt.timedelta(minutes=2))
    assert len(api.asked) == 1
    assert statuses() == ["unknown", "unknown"]


@pytest.mark.parametrize("name", ["resend"])
@pytest.mark.parametrize("after", [dt.timedelta(hours=24), dt.timedelta(days=2, minutes=1)])
def test_a_key_that_lives_no_more_is_not_used(
    api: Api, two: list[Message], now: dt.datetime, after: dt.timedelta
) -> None:
    api.script = [Answer(then=DROP)]
    outbox.send_due(now)
    outbox.send_due(now + after)
    assert len(api.asked) == 1
    assert statuses() == ["unknown", "unknown"]


@pytest.mark.parametrize("name", ["resend"])
def test_a_key_that_was_used_for_something_else_leaves_the_letters_to_staff(
    api: Api, two: list[Message], now: dt.datetime
) -> None:
    api.script = [
        Answer(then=DROP),
        Answer(409, {"name": "invalid_idempotent_request", "message": "differs"}),
    ]
    outbox.send_due(now)
    outbox.send_due(now + dt.timedelta(minutes=2))
    assert statuses() == ["unknown", "unknown"]
