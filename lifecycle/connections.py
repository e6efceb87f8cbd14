"""What the installation talks to (database, broker, mail), read from one address each."""

import importlib.util
import os
import tempfile
from pathlib import Path
from typing import Any

import environ
from anymail import backends

from lifecycle import environment
from lifecycle.environment import Refused

DATABASES = {"sqlite", "postgres", "postgresql"}
EMBEDDED = "filesystem://localhost"
BROKERS = {"redis", "rediss", "redis+socket", "amqp", "amqps"}
MAILBOXES = {"imap": (143, "none"), "imap+tls": (143, "starttls"), "imaps": (993, "tls")}
MAIL = {"smtp": 587, "smtp+tls": 587, "smtps": 465}
ANYMAIL = Path(backends.__file__).parent


def database(root: Path, var: Path) -> dict[str, Any]:
    """The default database from DATABASE_URL; `postgres:///name` is the local socket."""
    url = environment.text("DATABASE_URL", f"sqlite:///{var / 'db.sqlite3'}")
    parts = environment.split("DATABASE_URL", url)
    if parts.scheme not in DATABASES or not parts.path.strip("/"):
        raise Refused(
            "DATABASE_URL", "must be sqlite:///file, postgres:///name or postgres://user:password@host/name."
        )
    found = dict(environ.Env.db_url_config(url))
    return sqlite(root, found["NAME"]) if parts.scheme == "sqlite" else postgres(found)


def sqlite(root: Path, name: str) -> dict[str, Any]:
    """SQLite as several processes can share it: readers beside one writer, and writers that wait their turn.

    Tests get a file too: the usual database in memory answers "table is locked" at once instead of waiting.
    """
    file = root / name
    environment.made("DATABASE_URL", file.parent)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            # BEGIN IMMEDIATE: a read that turns into a write later would fail without waiting.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
        "TEST": {"NAME": f"{tempfile.gettempdir()}/lifecycle-test-{os.getpid()}.sqlite3"},
    }


def postgres(found: dict[str, Any]) -> dict[str, Any]:
    """PostgreSQL with connections that are kept, and tried before they are used again."""
    return {
        **found,
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 10,
            "application_name": "lifecycle",
            # Compiling a plan took half of the time of counting a group among 400,000 members.
            "options": "-c jit=off",
            **found.get("OPTIONS", {}),
        },
    }


def broker() -> str:
    """BROKER_URL; without one the embedded broker, in files under VAR_DIR."""
    url = environment.text("BROKER_URL", EMBEDDED)
    if url != EMBEDDED:
        parts = environment.split("BROKER_URL", url)
        if parts.scheme not in BROKERS or not (parts.hostname or parts.path):
            raise Refused("BROKER_URL", "must be redis://host:6379/0 or amqp://user:password@host//.")
    return url


def mail() -> dict[str, Any]:
    """How letters leave, from EMAIL_URL: kept here, by SMTP, or through a provider that Anymail knows."""
    url = environment.text("EMAIL_URL")
    if not url:
        return {"kind": "kept"}
    if "://" in url:
        return smtp(url)
    if not url.isidentifier() or url in {"base", "test", "console"} or not (ANYMAIL / f"{url}.py").is_file():
        raise Refused("EMAIL_URL", f"must be smtp://host:port or a mail provider's name, not {url!r}.")
    if url != "amazon_ses" and not any(name.startswith(f"{url.upper()}_") for name in anymail()):
        raise Refused("EMAIL_URL", f"names {url}, and its key is missing: set ANYMAIL_{url.upper()}_….")
    if url == "amazon_ses" and not importlib.util.find_spec("boto3"):
        raise Refused("EMAIL_URL", "names amazon_ses, which needs Amazon's library: pip install boto3.")
    return {"kind": "anymail", "backend": f"anymail.backends.{url}.EmailBackend"}


def smtp(url: str) -> dict[str, Any]:
    """The parts of `smtp://`, `smtp+tls://` (STARTTLS) and `smtps://` (TLS from the first byte)."""
    parts = environment.split("EMAIL_URL", url)
    if parts.scheme not in MAIL or not parts.hostname:
        raise Refused(
            "EMAIL_URL", "must look like smtp://host:25, smtp+tls://user:password@host:587 or smtps://…"
        )
    return {
        "kind": "smtp",
        "host": parts.hostname,
        "port": parts.port or MAIL[parts.scheme],
        "tls": parts.scheme == "smtps",
        "starttls": parts.scheme == "smtp+tls",
        "user": environment.unquote(parts.username),
        "password": environment.unquote(parts.password),
    }


def mailbox() -> dict[str, Any]:
    """The mailbox that members' answers come to, from IMAP_URL; empty where there is none."""
    url = environment.text("IMAP_URL")
    if not url:
        return {}
    parts = environment.split("IMAP_URL", url)
    folder = environment.unquote(parts.path.strip("/")) or "INBOX"
    if parts.scheme not in MAILBOXES or not (parts.hostname and parts.username and parts.password):
        raise Refused(
            "IMAP_URL",
            "must look like imaps://user:password@host/INBOX (@ in a user name as %40).",
        )
    port, security = MAILBOXES[parts.scheme]
    return {
        "host": parts.hostname,
        "port": parts.port or port,
        "security": security,
        "user": environment.unquote(parts.username),
        "password": environment.unquote(parts.password),
        "folder": folder,
    }


def anymail() -> dict[str, str]:
    """The provider's keys: every `ANYMAIL_NAME` of the environment is Anymail's setting NAME."""
    return {
        name.removeprefix("ANYMAIL_"): value
        for name, value in os.environ.items()
        if name.startswith("ANYMAIL_")
    }
