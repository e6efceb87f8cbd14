"""Letters that come back by mail: every form that mail servers write, and nothing that only looks like one."""

import datetime as dt
import io
import json
import sys
from typing import Any

import pytest
from django.core.management import call_command

from mail import bounces, incoming, suppressions
from mail.models import Incoming, Message
from members.models import Event
from tests import cast
from tests.conftest import FIXTURES
from tests.mail import letters

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
BOUNCES = FIXTURES / "bounces"
REPORT = """\
From: MAILER-DAEMON@mx.example.net
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{ident}@mx.example.net>
Date: {date}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: Hello

--b--
"""


@pytest.fixture
def letter(now: dt.datetime) -> Message:
    """Ingrid's letter, sent yesterday."""
    person = cast.join("ingrid", now - 30 * DAY, quiet=True, email="ingrid@example.com")
    message = letters.due(person.member, now - DAY)
    letters.send(now - DAY)
    return letters.again(message)


def returned(letter: Message, **said: str) -> bytes:
    """A report of non-delivery as RFC 3464 has it."""
    usual = {
        "to": "club@example.com", "ident": "1", "date": "Mon, 02 Mar 2026 08:00:00 +0000", "action": "failed",
        "address": letter.address, "status": "5.1.1", "words": "550 5.1.1 No such user",
        "message_id": letter.message_id,
    }  # fmt: skip
    return REPORT.format(**{**usual, **said}).encode()


def is_stopped() -> bool:
    return bool(suppressions.suppressed(["ingrid@example.com"]))


def kinds() -> list[str]:
    return [event.data["kind"] for event in Event.objects.filter(name="mail.bounced")]


def test_a_letter_that_came_back_stops_its_address(letter: Message, now: dt.datetime) -> None:
    for _time in range(2):
        assert bounces.apply(returned(letter), now) == ""
    assert kinds() == ["hard"]
    assert is_stopped()
    assert Event.objects.get(name="mail.bounced").occurred_at == dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "said",
    [
        {"action": "delayed", "status": "4.4.1", "words": "451 greylisted"},
        {"status": "5.2.2", "words": "552 5.2.2 mailbox full"},
        {"status": "4.4.7", "words": "delivery time expired"},
        {"status": "5.7.1", "words": "550 5.7.1 refused by policy"},
    ],
)
def test_what_may_pass_stops_nothing(letter: Message, now: dt.datetime, said: dict[str, str]) -> None:
    assert bounces.apply(returned(letter, **said), now) == ""
    assert kinds() == ["soft"]
    assert not is_stopped()


def test_five_that_passed_on_three_days_stop_the_address(letter: Message, now: dt.datetime) -> None:
    for number in range(5):
        date = (now - (number // 2) * dt.timedelta(hours=16)).strftime("%a, %d %b %Y %H:%M:%S +0000")
        bounces.apply(returned(letter, ident=str(number), date=date, action="delayed", status="4.2.2"), now)
    assert not is_stopped()  # two days only
    later = now + 2 * DAY
    date = later.strftime("%a, %d %b %Y %H:%M:%S +0000")
    bounces.apply(returned(letter, ident="9", date=date, action="delayed", status="4.2.2"), later)
    assert is_stopped()


def test_the_address_it_came_to_names_the_letter_too(letter: Message, now: dt.datetime) -> None:
    to = f"bounces+{letter.uuid.hex}@example.com"
    assert bounces.apply(returned(letter, to=to, message_id="<lost@elsewhere>"), now) == ""
    assert is_stopped()


@pytest.mark.parametrize(
    "said",
    [
        {"message_id": "<0123456789abcdef0123456789abcdef@example.com>"},
        {"message_id": "<somebody@elsewhere.example>"},
        {"address": "per@example.com"},
        {"message_id": "<lost@elsewhere>", "to": "bounces+0123456789abcdef0123456789abcdef@example.com"},
        {"message_id": "<lost@elsewhere>", "to": "bounces+ingrid=example.com@example.com"},
        {"message_id": "<lost@elsewhere>", "to": "ingrid@example.com"},
    ],
)
def test_a_forged_bounce_changes_nothing(letter: Message, now: dt.datetime, said: dict[str, str]) -> None:
    raw = returned(letter, **said)
    assert bounces.apply(raw, now)
    incoming.store(incoming.IMAP, [raw], now)
    incoming.apply_waiting(now)
    assert Incoming.objects.get().status == "ignored"
    assert not Event.objects.filter(name__in=["mail.bounced", "letter.replied"]).exists()
    assert not is_stopped()


def test_a_bounce_that_came_for_one_letter_stops_no_other_members_address(
    letter: Message, now: dt.datetime
) -> None:
    per = cast.join("per", now - 30 * DAY, quiet=True, email="per@example.com")
    his = letters.due(per.member, now - DAY)
    letters.send(now - DAY)
    his = letters.again(his)
    verp = f"bounces+{his.uuid.hex}@example.com"
    assert bounces.apply(returned(his, to=verp, address="ingrid@example.com"), now)
    assert not is_stopped()
    assert kinds() == []


def test_a_bounce_that_came_into_the_mailbox_names_its_letter(letter: Message, now: dt.datetime) -> None:
    incoming.store(incoming.IMAP, [returned(letter)], now)
    incoming.apply_waiting(now)
    assert Incoming.objects.get().status == "applied"
    assert is_stopped()


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\xff\xfe\x00", b"Subject: Out of office\n\nBack on Monday.\n",
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n\n--x--\n",
        b"Content-Type: multipart/report\n\n",
        b"Date: \x80\nContent-Type: text/plain; charset=none\n\n<ole@example.com>",
    ],
)  # fmt: skip
def test_what_is_no_bounce_is_left_alone(letter: Message, now: dt.datetime, raw: bytes) -> None:
    assert bounces.apply(raw, now)
    assert not is_stopped()


def test_a_mail_server_can_hand_one_over(
    letter: Message, capsys: Any, monkeypatch: pytest.MonkeyPatch, now: dt.datetime
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(returned(letter))))
    call_command("take_bounce")
    assert "written down" in capsys.readouterr().out
    assert is_stopped()


def recorded() -> list[Any]:
    """Bounce mails of many mail servers, where they lie beside the project."""
    file = BOUNCES / "expected.json"
    cases = json.loads(file.read_text()) if file.exists() else []
    return [pytest.param(case, id=case["file"]) for case in cases] or [
        pytest.param({}, marks=pytest.mark.skip(reason=f"{file} is not there"))
    ]


@pytest.mark.parametrize("case", recorded())
def test_what_mail_servers_really_send_is_understood(case: dict[str, Any], now: dt.datetime) -> None:
    raw = (BOUNCES / case["file"]).read_bytes()
    found = bounces.read(raw)
    if case["addresses"]:  # else that one detector sees nothing, and another one may
        assert found is not None
        assert set(found.passing if case["temporary"] else found.lasting) == set(case["addresses"])
    assert bounces.apply(raw, now)  # none of these letters is ours
