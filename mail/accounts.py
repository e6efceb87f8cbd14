"""The mailbox that an owner connected in the browser, and how every program comes to know of it.

Where `EMAIL_URL` is set, it is the mailbox and nothing here counts. Otherwise each program asks once before its work
(`refresh`), and takes what it finds as its settings; a connection that is open is opened anew then.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from api import secrets
from mail import mailboxes
from mail.models import Account
from office import audit
from office.models import User

KEPT = {"kind": "kept"}
MARK = "account"  # stands in MAIL_TRANSPORT where it came from here, and says which row of when


@dataclass(frozen=True)
class Host:
    """One mail host of the list: its server, and which line of limits (`mail.mailbox_presets`) fits."""

    slug: str
    name: str
    server: str
    port: int
    security: str
    limits: str
    imap: str = ""


STARTTLS, TLS = Account.Security.STARTTLS, Account.Security.TLS
HOSTS = (
    Host("gmail", "Gmail", "smtp.gmail.com", 587, STARTTLS, "gmail", "imap.gmail.com"),
    Host("workspace", "Google Workspace", "smtp.gmail.com", 587, STARTTLS, "workspace", "imap.gmail.com"),
    Host(
        "microsoft365",
        "Microsoft 365",
        "smtp.office365.com",
        587,
        STARTTLS,
        "microsoft365",
        "outlook.office365.com",
    ),
    Host(
        "outlook",
        "Outlook.com, Hotmail",
        "smtp-mail.outlook.com",
        587,
        STARTTLS,
        "outlook",
        "outlook.office365.com",
    ),
    Host("icloud", "iCloud Mail", "smtp.mail.me.com", 587, STARTTLS, "icloud", "imap.mail.me.com"),
    Host("onecom", "one.com", "send.one.com", 465, TLS, "onecom", "imap.one.com"),
    Host("simply", "simply.com", "smtp.simply.com", 587, STARTTLS, "simply", "imap.simply.com"),
)
BY_SLUG = {host.slug: host for host in HOSTS}


def is_from_environment() -> bool:
    """Whether `EMAIL_URL` says what letters leave through."""
    return settings.MAIL_TRANSPORT["kind"] != "kept" and MARK not in settings.MAIL_TRANSPORT


def refresh() -> None:
    """Takes the connected mailbox as this program's settings; at most one query."""
    if is_from_environment():
        return
    row, mark = Account.objects.first(), settings.MAIL_TRANSPORT.get(MARK)
    if row is None and mark is not None:
        _use(dict(KEPT), settings.DEFAULT_FROM_EMAIL, {})
    if row is not None and mark != row.changed_at:
        _use({**way(row), MARK: row.changed_at}, row.address, inbox(row))


def at_hand(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: what a page says of the mailbox to somebody who works here is true in every web process."""

    def see(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            refresh()
        return answer(request)

    return see


def way(row: Account, password: str | None = None) -> dict[str, Any]:
    """The row as `MAIL_TRANSPORT` knows mail servers; with another password than the one that is kept."""
    kept = secrets.open_sealed(row.sealed_password) if row.sealed_password else ""
    return {
        "kind": "smtp",
        "host": row.host,
        "port": row.port,
        "tls": row.security == Account.Security.TLS,
        STARTTLS: row.security == Account.Security.STARTTLS,
        "user": row.user_name,
        "password": kept if password is None else password,
    }


def connect(row: Account, password: str, limits: str, now: dt.datetime, user: User) -> None:
    """Keeps the row as the house's mailbox, its password sealed, with the limits of that line of the list."""
    row.pk, row.changed_at, row.changed_by = 1, now, user
    row.sealed_password = secrets.seal(password) if password else ""
    with transaction.atomic():
        row.save()
        audit.record(user, "mailbox.connected", row.address, now, server=row.host, port=row.port)
    refresh()
    mailboxes.limit(limits, None, None, now, user)


def disconnect(now: dt.datetime, user: User) -> bool:
    """Forgets the mailbox with its password: letters stay here again. False: there was none."""
    row = Account.objects.first()
    if row is None:
        return False
    with transaction.atomic():
        row.delete()
        audit.record(user, "mailbox.disconnected", row.address, now)
    refresh()
    return True


def inbox(row: Account) -> dict[str, Any]:
    """Where replies are read, as `settings.IMAP` knows it; empty where the row names no server for that."""
    if not row.imap_host:
        return {}
    signed = way(row)
    where = {"host": row.imap_host, "port": 993, "security": "tls", "folder": "INBOX"}
    return {**where, "user": signed["user"], "password": signed["password"], MARK: row.changed_at}


def _use(found: dict[str, Any], sender: str, replies: dict[str, Any]) -> None:
    settings.MAIL_TRANSPORT = found
    if not settings.IMAP or MARK in settings.IMAP:
        settings.IMAP = replies
    settings.MAIL_ADDRESS = sender[sender.rfind("<") + 1 :].removesuffix(">")
    settings.MAIL_DOMAIN = settings.MAIL_ADDRESS.rpartition("@")[2]
