"""The house's mailbox, looked into by IMAP: what is new is stored, nothing in it is changed, marked or deleted.

How far it was read is kept with what was stored, in one transaction: a worker that dies reads the rest again, and
what was stored already is known. UIDs grow as long as UIDVALIDITY stays the same (RFC 9051 2.3.1.1); when the server
gives a new one, the last days are read again, and each mail still counts once.
"""

import datetime as dt
import logging
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError

from mail import incoming
from mail.models import Inbox

EVERY = dt.timedelta(minutes=1)
WHEN_FAILING = dt.timedelta(minutes=5)
CONNECT, COMMAND = 10, 60  # seconds; a server that is silent longer is left
AT_ONCE = 20  # mails a look; the rest follows at once
BACK = dt.timedelta(days=3)  # of a mailbox never seen before, or with new numbers
WHOLE = 10 * 1024 * 1024  # bytes; of a larger mail only the beginning is taken, where its text stands
BEGINNING = 256 * 1024
BROKEN = (IMAPClientError, OSError, ssl.SSLError, UnicodeError, ValueError, KeyError)

log = logging.getLogger(__name__)


def look(now: dt.datetime) -> int:
    """Takes in what is new in the mailbox of `IMAP_URL`, if it is time to look; how many mails were new.

    One that cannot be reached says so in its row, and is tried again after five minutes.
    """
    if not settings.IMAP:
        return 0
    box = _claim(now)
    if box is None:
        return 0
    try:
        with _opened() as (server, validity):
            stored, more = _take(box, server, validity, now)
    except BROKEN as error:
        _note_failure(box, error, now)
        return 0
    if more:
        _rows(box).update(next_look_at=now)
    return stored


def name() -> str:
    """What the mailbox is called: user, server and folder, without the password."""
    return f"{settings.IMAP['user']}@{settings.IMAP['host']}/{settings.IMAP['folder']}"


def failing(now: dt.datetime, since: dt.timedelta) -> Inbox | None:
    """The mailbox, if it could not be read for so long."""
    if not settings.IMAP:
        return None
    return Inbox.objects.filter(name=name(), failing_since__lte=now - since).first()


def _claim(now: dt.datetime) -> Inbox | None:
    """The mailbox, taken for the next minutes, so that no other worker looks too; None when it is not time."""
    box, _new = Inbox.objects.get_or_create(name=name(), defaults={"next_look_at": now})
    due = Inbox.objects.filter(pk=box.pk, next_look_at__lte=now)
    if not due.update(next_look_at=now + EVERY):
        return None
    box.refresh_from_db()
    return box


@contextmanager
def _opened() -> Iterator[tuple[IMAPClient, int]]:
    """A connection that may only read, and the UIDVALIDITY of the folder."""
    known = settings.IMAP
    server = IMAPClient(
        known["host"],
        port=known["port"],
        ssl=known["security"] == "tls",
        timeout=SocketTimeout(CONNECT, COMMAND),
        use_uid=True,
    )
    try:
        if known["security"] == "starttls":
            server.starttls(ssl.create_default_context())
        server.login(known["user"], known["password"])
        opened = server.select_folder(known["folder"], readonly=True)
        yield server, int(opened[b"UIDVALIDITY"])
    finally:
        _leave(server)


def _leave(server: IMAPClient) -> None:
    with suppress(*BROKEN):  # it is closed either way
        server.logout()


def _take(box: Inbox, server: IMAPClient, validity: int, now: dt.datetime) -> tuple[int, bool]:
    """Stores the next mails, each with how far the mailbox was read; how many were new, and whether there are more."""
    uids = _new_uids(box, server, validity, now)
    sizes = server.fetch(uids[:AT_ONCE], ["RFC822.SIZE"]) if uids else {}
    stored = 0
    for uid in uids[:AT_ONCE]:
        body = _body(server, uid, sizes.get(uid, {}))
        with transaction.atomic():
            stored += incoming.store(incoming.IMAP, [body], now) if body else 0
            _rows(box).update(uidvalidity=validity, last_uid=uid)
    _rows(box).update(looked_at=now, failing_since=None, error="")
    return stored, len(uids) > AT_ONCE


def _new_uids(box: Inbox, server: IMAPClient, validity: int, now: dt.datetime) -> list[int]:
    if box.uidvalidity == validity and box.last_uid:
        found = server.search(["UID", f"{box.last_uid + 1}:*"])
        # `n:*` always names the last mail, also when its number is lower.
        return sorted(uid for uid in found if uid > box.last_uid)
    since = min(box.looked_at or now, now) - BACK
    return sorted(server.search(["SINCE", since.date()]))


def _body(server: IMAPClient, uid: int, told: Mapping[bytes, Any]) -> bytes:
    """The mail, unmarked (PEEK); empty when somebody deleted it meanwhile."""
    size = int(told.get(b"RFC822.SIZE", 0))
    part = "BODY.PEEK[]" if size <= WHOLE else f"BODY.PEEK[]<0.{BEGINNING}>"
    found = server.fetch([uid], [part]).get(uid, {})
    return next((bytes(value) for key, value in found.items() if key.startswith(b"BODY[")), b"")


def _note_failure(box: Inbox, error: Exception, now: dt.datetime) -> None:
    # Without its trace: that would hold the password.
    said = " ".join(str(error).removeprefix("b'").removesuffix("'").split())[:300] or type(error).__name__
    log.warning("the mailbox %s cannot be read: %s", box.name, said)
    _rows(box).filter(failing_since=None).update(failing_since=now)
    _rows(box).update(error=said, next_look_at=now + WHEN_FAILING)


def _rows(box: Inbox) -> QuerySet[Inbox]:
    return Inbox.objects.filter(pk=box.pk)
