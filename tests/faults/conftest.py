"""Fault tests need PostgreSQL and Redis; where one is missing they are skipped, and say so."""

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from flows import files, publishing
from tests.faults import programs

WELCOME = Path(__file__).resolve().parent.parent.parent / "flows" / "starter" / "welcome.toml"
RECEIPT = """
slug = "receipt"
name = "Receipt"
purpose = "transactional"
trigger = { event = "member.activated" }
steps = [ { uid = "tell", kind = "send", letter = "receipt" } ]

[[senders]]
slug = "desk"
name = "The desk"
email = "desk@example.com"

[[letters]]
slug = "receipt"
sender = "desk"
subject = "Your seat is ready, {{ member.first_name }}"
body = "You were here for the first time. This letter is about your membership itself."
"""


@pytest.fixture
def house(transactional_db: None, tmp_path: Path) -> Iterator[programs.Programs]:
    """An empty house on a PostgreSQL database of the test's own, with a Redis and a mail server; no workers yet."""
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: no server answers at TEST_DATABASE_URL")
    if not shutil.which("redis-server"):
        pytest.skip("needs redis-server")
    ports = {name: programs.free_port() for name in ("redis", "smtp", "web")}
    found = programs.Programs(tmp_path, _environment(tmp_path, ports), ports=ports)
    try:
        found.redis()
        yield found
    finally:
        found.stop()


@pytest.fixture
def flows(transactional_db: None) -> None:
    """The welcome series, and a letter about the membership itself for whoever has been by."""
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    welcome = files.read(WELCOME.read_text())
    publishing.publish(welcome, yesterday, pictures=files.pictures_beside(WELCOME, welcome))
    publishing.publish(files.read(RECEIPT), yesterday)


def _environment(folder: Path, ports: dict[str, int]) -> dict[str, str]:
    at = connection.settings_dict
    where = f"{at['USER']}:{at['PASSWORD']}@" if at["PASSWORD"] else f"{at['USER']}@" if at["USER"] else ""
    host = f"{at['HOST']}:{at['PORT']}" if at["PORT"] else at["HOST"]
    return {
        **os.environ,
        "DATABASE_URL": f"postgres://{where}{host}/{at['NAME']}",
        "BROKER_URL": f"redis://127.0.0.1:{ports['redis']}/0",
        "EMAIL_URL": f"smtp://127.0.0.1:{ports['smtp']}",
        "BASE_URL": f"http://127.0.0.1:{ports['web']}",
        "VAR_DIR": str(folder / "var"),
        "SECRET_KEY": "tests-" + "x" * 50,
        "DJANGO_SETTINGS_MODULE": "lifecycle.settings",
        "OMP_NUM_THREADS": "1",
    }
