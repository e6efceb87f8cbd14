"""What becomes of a letter when the mail server misbehaves, phase by phase (rule 6 of the architecture)."""

import datetime as dt
import time
from collections.abc import Iterator

import pytest
from django.conf import settings

from flows import files, publishing
from flows.models import Step
from mail import bounces, mailboxes, outbox, smtp, suppressions, transports
from mail.models import Message
from mail.models.message import Purpose
from tests.cast import Person
from tests.mail.scripted import DRIP, DROP, SILENCE, USUAL, Server, serving

FLOW = """
slug = "hello"
name = "Hello"
purpose = "transactional"
trigger = { event = "member.signed_up" }
steps = [ { uid = "say", kind = "send", letter = "hello" } ]
[[senders]]
slug = "desk"
name = "The desk"
email = "desk@example.com"
[[letters]]
slug = "hello"
sender = "desk"
subject = "Hello"
body = "Hello {{ member.first_name }}."
"""


@pytest.fixture(params=["250 8BITMIME", "250 PIPELINING"])
def server(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A mail server that does as it is told, which takes commands one by one or together; little patience with it."""
    monkeypatch.setitem(USUAL, "EHLO", f"250-here\r\n{request.param}")
    monkeypatch.setattr(smtp, "COMMAND_TIMEOUT", 0.3)
    monkeypatch.setattr(smtp, "CONNECT_TIMEOUT", 0.3)
    with serving(Server()) as listening:
        monkeypatch.setattr(settings, "MAIL_TRANSPORT", listening.transport())
        transports.forget()
        yield listening
        transports.forget()


@pytest.fixture
def letters(ingrid: Person, now: dt.datetime) -> list[Message]:
    """Two letters to Ingrid that are due."""
    publishing.publish(files.read(FLOW), now)
    version = Step.objects.get().letter_version
    assert version
    late = now + dt.timedelta(days=1)
    member = ingrid.again()
    member.events.update(handled_at=now)
    outbox.queue(
        [
            outbox.Draft(key, "test", member, version, Purpose.TRANSACTIONAL, "", now, late)
            for key in ("one", "two")
        ],
        now,
    )
    return list(Message.objects.order_by("pk"))


def statuses() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("status", flat=True))


def reasons() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("reason", flat=True))


def accepted_ids(server: Server) -> list[str]:
    heads = [content.decode().split("Message-ID: ")[1].splitlines()[0] for content in server.accepted]
    return sorted(heads)


def test_letters_share_a_connection_and_are_sent_once(
    server: Server, letters: list[Message], now: dt.datetime
) -> None:
    outbox.send_due(now)
    assert statuses() == ["sent", "sent"]
    assert accepted_ids(server) == sorted(letter.message_id for letter in letters)
    assert server.connections == 1


@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA", "dot"])
def test_try_again_later_keeps_that_letter_on_its_way_and_sends_the_next(
    server: Server, letters: list[Message], now: dt.datetime, phase: str
) -> None:
    server.script = {phase: ["451 4.3.0 not just now"]}
    outbox.send_due(now)
    assert statuses() == ["queued", "sent"]
    assert reasons()[0] == "later: 451 4.3.0 not just now"
    outbox.send_due(now)
    assert statuses() == ["queued", "sent"]  # it is not tried again at once
    outbox.send_due(now + dt.timedelta(minutes=6))
    assert statuses() == ["sent", "sent"]
    assert len(server.accepted) == 2


@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA", "dot"])
def test_a_refusal_is_final_for_that_letter_alone(
    server: Server, letters: list[Message], now: dt.datetime, phase: str
) -> None:
    server.script = {phase: ["554 5.7.1 no"]}
    outbox.send_due(now)
    assert statuses() == ["failed", "sent"]
    assert reasons()[0] == "refused: 554 5.7.1 no"


@pytest.mark.parametrize("phase", ["connect", "MAIL", "RCPT", "DATA", "dot"])
def test_a_server_that_closes_down_gets_nothing_more_for_a_while(
    server: Server, letters: list[Message], now: dt.datetime, phase: str
) -> None:
    server.script = {phase: ["421 4.3.2 shutting down"]}
    outbox.send_due(now)
    assert statuses() == ["queued", "queued"]
    assert not server.accepted
    outbox.send_due(now + dt.timedelta(hours=1))
    assert statuses() == ["sent", "sent"]


@pytest.mark.parametrize("phase", ["connect", "EHLO", "MAIL", "RCPT", "DATA"])
def test_silence_before_the_letter_frees_the_worker_and_keeps_the_letters(
    server: Server, letters: list[Message], now: dt.datetime, phase: str
) -> None:
    server.script = {phase: [SILENCE, SILENCE]}
    outbox.send_due(now)
    assert statuses() == ["queued", "queued"]
    assert not server.accepted


@pytest.mark.parametrize("ending", [SILENCE, DROP, "keep, drop"])
def test_silence_or_a_hang_up_after_the_final_dot_is_unclear_and_never_sent_again_at_once(
    server: Server, letters: list[Message], now: dt.datetime, ending: str
) -> None:
    server.script = {"dot": [ending]}
    outbox.send_due(now)
    assert statuses()[0] == "unknown"
    assert statuses()[1] in {
        "sent",
        "queued",
    }  # a silent server is left alone, a new line to another is tried
    outbox.send_due(now + dt.timedelta(minutes=14))
    assert statuses()[0] == "unknown"
    outbox.send_due(now + dt.timedelta(minutes=15))
    assert statuses() == ["sent", "sent"]
    assert set(accepted_ids(server)) == {letter.message_id for letter in letters}


def test_an_unclear_marketing_letter_is_never_sent_again(
    server: Server, letters: list[Message], now: dt.datetime
) -> None:
    Message.objects.update(purpose=Purpose.VALUE, topic="membership")
    server.script = {"dot": [DROP]}
    outbox.send_due(now)
    outbox.send_due(now + dt.timedelta(hours=20))
    assert statuses() == ["unknown", "sent"]
    assert len(server.accepted) == 1


def test_an_unclear_letter_is_sent_once_more_and_not_twice_more(
    server: Server, letters: list[Message], now: dt.datetime
) -> None:
    server.script = {"dot": [DROP, "250 kept", DROP]}
    outbox.send_due(now)
    outbox.send_due(now + dt.timedelta(minutes=16))
    outbox.send_due(now + dt.timedelta(hours=2))
    assert statuses() == ["unknown", "sent"]


@pytest.mark.parametrize("phase", ["MAIL", "RCPT"])
def test_a_hang_up_before_the_letter_keeps_it_on_its_way(
    server: Server, letters: list[Message], now: dt.datetime, phase: str
) -> None:
    server.script = {phase: [DROP, DROP]}
    outbox.send_due(now)
    assert statuses()[0] == "queued"
    outbox.send_due(now + dt.timedelta(hours=1))
    assert statuses() == ["sent", "sent"]
    assert len(server.accepted) == 2


def test_a_hang_up_inside_the_letter_never_ends_as_sent_or_doubled(
    server: Server, letters: list[Message], now: dt.datetime
) -> None:
    server.script = {"DATA": ["drop inside"]}
    outbox.send_due(now)
    assert statuses()[0] in {"queued", "unknown"}  # a short letter is under way before anybody notices
    outbox.send_due(now + dt.timedelta(hours=1))
    assert statuses() == ["sent", "sent"]
    assert len(server.accepted) == 2


def test_trouble_at_the_goodbye_changes_nothing(
    server: Server, letters: list[Message], now: dt.datetime
) -> None:
    server.script = {"QUIT": ["500 what?"]}
    outbox.send_due(now)
    transports.forget()
    assert statuses() == ["sent", "sent"]


def test_a_server_that_hung_up_on_an_idle_line_is_called_again(
    server: Server, letters: list[Message], now: dt.datetime
) -> None:
    server.script = {"MAIL": ["250 ok", "421 idle too long"]}
    outbox.send_due(now)
    assert statuses() == ["sent", "sent"]
    assert server.connections == 2


def test_an_address_that_does_not_exist_gets_nothing_more(
    server: Server, letters: list[Message], now: dt.datetime
) -> None:
    server.script = {"RCPT": ["550 5.1.1 nobody of that name"]}
    outbox.send_due(now)
    assert statuses()[0] == "failed"
    assert suppressions.suppressed(["ingrid@example.com"])


def test_a_mail_server_that_is_not_there_is_tried_again_later(
    letters: list[Message], now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "MAIL_TRANSPORT", {"kind": "smtp", "host": "127.0.0.1", "port": 1})
    transports.forget()
    outbox.send_due(now)
    assert statuses() == ["queued", "queued"]
    assert reasons()[0].startswith("later: mail server out of reach")
    transports.forget()


@pytest.mark.parametrize(
    ("phase", "answer"),
    [
        ("connect", "554 5.7.1 we do not take mail from you"),
        ("EHLO", "550 who?"),
        ("STAR", "501 no TLS today"),
        ("AUTH", "535 5.7.8 wrong password"),
        ("MAIL", "530 5.7.0 Authentication required"),
        ("RCPT", "554 5.7.1 Service unavailable; Client host blocked using Spamhaus"),
        ("RCPT", "550 5.7.1 Relaying denied"),
        ("MAIL", "530 5.7.0 Must issue a STARTTLS command first"),
        ("dot", "550 5.4.5 Daily user sending limit exceeded"),
        ("dot", "550 5.7.26 This mail is unauthenticated, DMARC"),
    ],
)
def test_what_is_said_of_us_lets_the_mailbox_rest_and_blames_no_letter(
    server: Server,
    letters: list[Message],
    now: dt.datetime,
    phase: str,
    answer: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if phase in {"STAR", "AUTH"}:
        monkeypatch.setitem(USUAL, "EHLO", "250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN")
        how = {"starttls": True} if phase == "STAR" else {"user": "us", "password": "secret"}
        monkeypatch.setattr(settings, "MAIL_TRANSPORT", {**server.transport(), **how})
    server.script = {phase: [answer], **({"HELO": ["550 no"]} if phase == "EHLO" else {})}
    outbox.send_due(now)
    assert statuses() == ["queued", "queued"]
    mailbox = mailboxes.current()
    assert mailbox.is_ours
    assert mailboxes.rests(mailbox, now + dt.timedelta(minutes=14))
    assert not suppressions.suppressed(["ingrid@example.com"])
    outbox.send_due(now + dt.timedelta(minutes=14))
    assert server.connections == 1


@pytest.mark.parametrize("phase", ["connect", "EHLO", "MAIL", "RCPT", "DATA", "dot"])
def test_a_server_that_speaks_a_byte_at_a_time_frees_the_worker(
    server: Server, letters: list[Message], now: dt.datetime, phase: str
) -> None:
    server.script = {phase: [DRIP, DRIP]}
    began = time.monotonic()
    outbox.send_due(now)
    assert time.monotonic() - began < 10
    assert statuses() == (["unknown", "queued"] if phase == "dot" else ["queued", "queued"])


def test_tls_that_never_comes_about_frees_the_worker(
    server: Server, letters: list[Message], now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(USUAL, "EHLO", "250-here\r\n250 STARTTLS")
    monkeypatch.setitem(USUAL, "STAR", "220 go ahead")
    monkeypatch.setattr(settings, "MAIL_TRANSPORT", {**server.transport(), "starttls": True})
    outbox.send_due(now)
    assert statuses() == ["queued", "queued"]


def test_a_login_that_fails_for_the_moment_is_not_ours(
    server: Server, letters: list[Message], now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(USUAL, "EHLO", "250-here\r\n250 AUTH PLAIN")
    way = {**server.transport(), "user": "us", "password": "secret"}
    monkeypatch.setattr(settings, "MAIL_TRANSPORT", way)
    server.script = {"AUTH": ["454 4.7.0 Temporary authentication failure"]}
    outbox.send_due(now)
    assert statuses() == ["queued", "queued"]
    assert not mailboxes.current().is_ours


def test_a_server_that_fails_again_and_again_is_left_alone_for_longer_each_time(
    server: Server, letters: list[Message], now: dt.datetime
) -> None:
    server.script = {"connect": ["421 no"] * 4}
    rests = []
    for _ in range(4):
        outbox.send_due(now)
        until = mailboxes.current().rests_until
        assert until
        rests.append((until - now).total_seconds() / 60)
        now = until
    assert rests == [1, 2, 5, 15]
    outbox.send_due(now)
    assert statuses() == ["sent", "sent"]
    assert mailboxes.current().failures == 0


def test_greylisting_is_waited_out_as_long_as_it_says(
    server: Server, letters: list[Message], now: dt.datetime
) -> None:
    server.script = {"RCPT": ["451 4.7.1 Greylisted, please try again in 600 seconds"]}
    outbox.send_due(now)
    assert statuses() == ["queued", "sent"]
    assert Message.objects.get(status="queued").due_at == now + dt.timedelta(seconds=600)


def test_a_letter_comes_back_to_an_address_of_its_own(
    server: Server, letters: list[Message], now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "BOUNCE_ADDRESS", "bounces@example.com")
    outbox.send_due(now)
    address = f"bounces+{letters[0].uuid.hex}@example.com"
    assert f"MAIL FROM:<{address}>" in server.heard
    said = (
        f"Delivered-To: {address}\r\nSubject: failure\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n"
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n"
        "Final-Recipient: rfc822; ingrid@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--x--\r\n"
    )
    assert bounces.apply(said.encode(), now + dt.timedelta(minutes=1)) == ""
    assert suppressions.suppressed(["ingrid@example.com"])
