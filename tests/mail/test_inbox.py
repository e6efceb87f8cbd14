"""The house's mailbox, by a real IMAP server (dovecot) where there is one: each mail once, nothing in it changed."""

import datetime as dt
import imaplib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from lifecycle import connections, environment
from mail import inbox
from mail.models import Inbox, Incoming
from tests.mail import answers

MINUTE = dt.timedelta(minutes=1)
CONFIG = """
base_dir = {at}/run
state_dir = {at}/run
log_path = {at}/log
protocols = imap
ssl = no
disable_plaintext_auth = no
listen = 127.0.0.1
mail_location = maildir:{at}/mail/%u
first_valid_uid = 0
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={at}/mail/%u
}}
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where a mail server listens that nobody else uses."""
    if not shutil.which("dovecot") or os.geteuid() != 0:
        pytest.skip("there is no dovecot here (apt-get install dovecot-imapd), or we may not start it")
    at = Path("/tmp") / f"imap-{os.getpid()}"
    (at / "mail").mkdir(parents=True)
    (at / "mail").chmod(0o777)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = int(free.getsockname()[1])
    (at / "dovecot.conf").write_text(CONFIG.format(at=at, port=number))
    server = subprocess.Popen(["dovecot", "-F", "-c", str(at / "dovecot.conf")], stderr=subprocess.DEVNULL)
    try:
        _await(number)
        yield number
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(at, ignore_errors=True)


def _await(number: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", number), 1).close()
            return
        except OSError:
            time.sleep(0.1)  # no test sleeps for its own sake: a server of another program starts
    pytest.fail("the mail server did not start")


@pytest.fixture
def box(
    port: int, settings: LazySettings, request: pytest.FixtureRequest, db: None
) -> Iterator[imaplib.IMAP4]:
    """An empty mailbox of its own for a test, and the house that looks into it."""
    user = f"club{abs(hash(request.node.name))}"
    settings.IMAP = {
        "host": "127.0.0.1", "port": port, "security": "none", "user": user, "password": "secret", "folder": "INBOX",
    }  # fmt: skip
    server = imaplib.IMAP4("127.0.0.1", port)
    server.login(user, "secret")
    yield server
    server.logout()


def put(box: imaplib.IMAP4, number: int, text: str = "Hello") -> None:
    box.append("INBOX", "", "", answers.mail(text=text, Message_ID=f"<{number}@x.example>"))


def test_each_mail_is_taken_in_once_and_stays_as_it_was(box: imaplib.IMAP4) -> None:
    now = dt.datetime.now(dt.UTC)
    for number in range(inbox.AT_ONCE + 3):
        put(box, number)
    assert [inbox.look(now), inbox.look(now), inbox.look(now)] == [inbox.AT_ONCE, 3, 0]
    put(box, 99)
    assert inbox.look(now) == 0, "not before a minute is over"
    assert inbox.look(now + MINUTE) == 1
    box.select("INBOX")
    assert len(box.search(None, "UNSEEN")[1][0].split()) == Incoming.objects.count() == inbox.AT_ONCE + 4


def test_a_worker_that_died_and_new_numbers_of_the_server_double_nothing(box: imaplib.IMAP4) -> None:
    now = dt.datetime.now(dt.UTC)
    put(box, 1)
    assert inbox.look(now) == 1
    Inbox.objects.update(last_uid=0, next_look_at=now)
    assert inbox.look(now) == 0
    Inbox.objects.update(uidvalidity=7, next_look_at=now)
    put(box, 2)
    assert inbox.look(now) == 1
    assert Incoming.objects.count() == 2


def test_of_a_huge_mail_the_beginning_is_taken(box: imaplib.IMAP4) -> None:
    put(box, 1, "Hello\r\n" + ("x" * 76 + "\r\n") * 140_000)
    assert inbox.look(dt.datetime.now(dt.UTC)) == 1
    assert len(bytes(Incoming.objects.get().body)) == inbox.BEGINNING


def test_a_mailbox_that_cannot_be_read_says_so_and_is_tried_again_later(
    settings: LazySettings, now: dt.datetime, db: None, caplog: pytest.LogCaptureFixture
) -> None:
    settings.IMAP = {
        "host": "127.0.0.1", "port": 1, "security": "none", "user": "club", "password": "hunter2", "folder": "INBOX",
    }  # fmt: skip
    assert inbox.look(now) == 0
    known = Inbox.objects.get()
    assert (known.failing_since, known.next_look_at) == (now, now + 5 * MINUTE)
    assert "refused" in known.error
    assert inbox.failing(now + 60 * MINUTE, dt.timedelta(hours=1)) == known
    assert "hunter2" not in caplog.text


def test_without_a_mailbox_nothing_is_asked(now: dt.datetime, db: None) -> None:
    assert inbox.look(now) == 0
    assert not Inbox.objects.exists()


def test_the_setting_is_read_or_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAP_URL", "imaps://post%40club.example:a%2Fb@mail.club.example/Answers")
    assert connections.mailbox() == {
        "host": "mail.club.example", "port": 993, "security": "tls", "user": "post@club.example",
        "password": "a/b", "folder": "Answers",
    }  # fmt: skip
    for wrong in ("pop3://a:b@c", "imaps://host", "imaps://user@host/INBOX"):
        monkeypatch.setenv("IMAP_URL", wrong)
        with pytest.raises(environment.Refused, match="IMAP_URL"):
            connections.mailbox()
