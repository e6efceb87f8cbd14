"""Settings: what the environment may say, and what is refused in one line."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOW = """
import json
from lifecycle import settings
print(json.dumps({name: getattr(settings, name) for name in dir(settings) if name.isupper()}, default=str))
"""


def start(var: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """A fresh process that reads the settings from these values and no others."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    words = [sys.executable, "-c", SHOW]
    environment = kept | {"VAR_DIR": str(var), "PYTHONPATH": str(ROOT)} | given
    return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def read(var: Path, **given: str) -> dict[str, Any]:
    """The settings as that process has them."""
    done = start(var, **given)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("DATABASE_URL", "mysql://host/club"),
        ("DATABASE_URL", "club.sqlite3"),
        ("DATABASE_URL", "postgres://host:99999/club"),
        ("BROKER_URL", "kafka://host"),
        ("EMAIL_URL", "pigeon"),
        ("EMAIL_URL", "smtp://"),
        ("EMAIL_URL", "smtp://host:mail"),
        ("EMAIL_URL", "postmark"),
        ("BASE_URL", "club.example.com"),
        ("BASE_URL", "https://club.example.com"),
        ("CANCEL_URL", "javascript:alert(1)"),
        ("SENTRY_DSN", "yes"),
        ("ALLOWED_HOSTS", "club.example.com www.example.com"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("DEFAULT_FROM_EMAIL", "the club"),
        ("DEFAULT_FROM_EMAIL", "club@example.com\nBcc: all@example.com"),
        ("DEBUG", "perhaps"),
        ("WEBHOOKS_ALLOW_PRIVATE", "perhaps"),
        ("PORT", "0"),
        ("PORT", "http"),
        ("VAR_DIR", "/dev/null/var"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_in_one_line_that_names_it(
    tmp_path: Path, name: str, value: str
) -> None:
    done = start(**{"var": tmp_path, name: value})
    (line,) = done.stderr.strip().splitlines()
    # An https address alone is fine; what is missing beside it is the key.
    assert line.startswith("SECRET_KEY: is missing" if value.startswith("https") else f"{name}: ")
    assert done.returncode == 1


def test_a_refused_setting_ends_a_command_without_a_traceback(tmp_path: Path) -> None:
    words = [sys.executable, "manage.py", "check"]
    environment = {**os.environ, "VAR_DIR": str(tmp_path), "TIME_ZONE": "Mars/Olympus"}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.stderr.strip() == "TIME_ZONE: must be a time zone like Europe/Copenhagen, not 'Mars/Olympus'."


def test_nothing_given_is_a_working_installation_on_this_machine(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert found["DEBUG"] is False
    assert found["BASE_URL"] == "http://127.0.0.1:8000"
    assert found["DATABASES"]["default"]["NAME"] == str(tmp_path / "db.sqlite3")
    assert found["MAIL_TRANSPORT"] == {"kind": "kept"}
    assert found["CANCEL_URL"] == ""
    assert found["SECURE_SSL_REDIRECT"] is False


def test_the_key_is_made_once_and_only_we_can_read_it(tmp_path: Path) -> None:
    first, second = read(tmp_path)["SECRET_KEY"], read(tmp_path)["SECRET_KEY"]
    assert first == second
    assert len(first) >= 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_two_first_starts_at_once_agree_on_a_key(tmp_path: Path) -> None:
    words = [sys.executable, "-c", "from lifecycle import settings; print(settings.SECRET_KEY)"]
    environment = {**os.environ, "VAR_DIR": str(tmp_path), "SECRET_KEY": "", "BASE_URL": ""}
    starts = [subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE) for _ in range(4)]
    assert len({start.communicate(timeout=60)[0] for start in starts}) == 1


def test_https_brings_redirect_hsts_and_secure_cookies(tmp_path: Path) -> None:
    found = read(tmp_path, BASE_URL="https://club.example.com/", SECRET_KEY="k" * 50)
    assert found["BASE_URL"] == "https://club.example.com"
    assert found["SECURE_SSL_REDIRECT"]
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert found["SESSION_COOKIE_SECURE"]
    assert found["CSRF_COOKIE_SECURE"]
    assert "club.example.com" in found["ALLOWED_HOSTS"]


def test_postgres_without_a_host_is_the_local_socket(tmp_path: Path) -> None:
    default = read(tmp_path, DATABASE_URL="postgres:///club")["DATABASES"]["default"]
    assert default["ENGINE"] == "django.db.backends.postgresql"
    assert (default["NAME"], default["HOST"]) == ("club", "")


def test_a_password_may_hold_any_sign(tmp_path: Path) -> None:
    given = {
        "DATABASE_URL": "postgres://bo:p%40ss%2Fw@db:5433/club",
        "EMAIL_URL": "smtp+tls://bo:p%40ss@mail:2525",
    }
    found = read(tmp_path, **given)
    assert found["DATABASES"]["default"]["PASSWORD"] == "p@ss/w"
    assert found["MAIL_TRANSPORT"]["password"] == "p@ss"


@pytest.mark.parametrize(
    ("url", "port", "tls", "starttls"),
    [
        ("smtp://mail:25", 25, False, False),
        ("smtp+tls://mail", 587, False, True),
        ("smtps://mail", 465, True, False),
    ],
)
def test_the_scheme_of_the_mail_server_says_how_it_is_encrypted(
    tmp_path: Path, url: str, port: int, tls: bool, starttls: bool
) -> None:
    found = read(tmp_path, EMAIL_URL=url)["MAIL_TRANSPORT"]
    assert (found["host"], found["port"], found["tls"], found["starttls"]) == ("mail", port, tls, starttls)


def test_a_mail_provider_is_named_and_brings_its_key(tmp_path: Path) -> None:
    found = read(tmp_path, EMAIL_URL="postmark", ANYMAIL_POSTMARK_SERVER_TOKEN="token")
    assert found["MAIL_TRANSPORT"] == {"kind": "anymail", "backend": "anymail.backends.postmark.EmailBackend"}
    assert found["ANYMAIL"] == {"POSTMARK_SERVER_TOKEN": "token"}


def test_pages_may_not_run_or_style_inline(tmp_path: Path) -> None:
    policy = read(tmp_path)["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    assert "unsafe" not in json.dumps(policy)
    assert policy["frame-ancestors"] == ["'none'"]


def test_the_environment_is_stronger_than_the_env_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lifecycle import environment

    (tmp_path / ".env").write_text("CANCEL_URL=https://file.example\n# a comment\nTIME_ZONE='Europe/Paris'\n")
    monkeypatch.setenv("CANCEL_URL", "https://given.example")
    monkeypatch.setenv("TIME_ZONE", "to be removed")
    monkeypatch.delenv("TIME_ZONE")
    environment.load(tmp_path / ".env")
    assert environment.address("CANCEL_URL") == "https://given.example"
    assert environment.zone("TIME_ZONE", "UTC") == "Europe/Paris"


def test_no_token_reaches_a_log() -> None:
    import logging

    from lifecycle import logs

    said = "Not Found: /u/preferences/eyJhbGciOi:abc/ and GET /x?token=secret1 with whsec_c2VjcmV0"
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, said, None, None)
    line = json.loads(logs.Formatter().format(record))["event"]
    assert line == "Not Found: /u/preferences/…/ and GET /x?token=… with whsec_…"
