"""What every test may ask for: a clock of its own, the cast, a published welcome, a mail server that listens."""

import datetime as dt
import functools
import gc
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation
from whitenoise.middleware import WhiteNoiseMiddleware

from flows import letters
from office import nudges
from tests import cast, sinks
from workshop import both

NOW = dt.datetime(2026, 3, 2, 22, 30, tzinfo=dt.UTC)  # a Monday, 23:30 in Copenhagen
ROOT = Path(__file__).resolve().parent.parent
MIGRATED = os.environ.get("TEST_MIGRATED", "")  # a file or a PostgreSQL database, from workshop/test.py
# A busy machine takes its time; how long an example takes is no promise of any test.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")
FIXTURES = ROOT.parent / "shared" / "fixtures"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database-only", action="store_true", help="leave out tests that ask no database")
    parser.addoption("--both", action="store_true", help="of those only what workshop/both.py names")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a second database only what asks a database can come out otherwise."""
    if config.getoption("--database-only") or config.getoption("--both"):
        begins = tuple(both.FILES) if config.getoption("--both") else ("tests/",)
        wanted = [item for item in items if _asks_a_database(item) and item.nodeid.startswith(begins)]
        kept = set(wanted)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = wanted


def _asks_a_database(item: pytest.Item) -> bool:
    wanted = {"db", "transactional_db", "live_server", "django_db_setup"}
    return bool(item.get_closest_marker("django_db") or wanted & set(getattr(item, "fixturenames", ())))


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> None:
    """A password is hashed a million times to be slow to guess; nobody guesses here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_finish() -> None:
    """What is imported by now stays: nobody need look through it for rubbish again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool) -> bool:
    """A copy of the migrated file is kept as it is, instead of being made from nothing."""
    return django_db_keepdb or (bool(MIGRATED) and connection.vendor == "sqlite")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """Where the runner has migrated a database already, every worker begins with a copy of it."""
    said = connection.settings_dict["TEST"]
    if not MIGRATED or connection.vendor == "postgresql":
        said["TEMPLATE"] = MIGRATED or None
        yield
        return
    file = Path(said["NAME"])
    with closing(sqlite3.connect(MIGRATED)) as migrated, closing(sqlite3.connect(file)) as copy:
        migrated.backup(copy)
    yield
    for left in file.parent.glob(f"{file.name}*"):
        left.unlink()


@pytest.fixture(autouse=True, scope="session")
def _emptied_row_by_row() -> Iterator[None]:
    """PostgreSQL makes new files for every table that it truncates; there is hardly a row in any."""
    if connection.vendor != "postgresql":
        yield
        return

    def emptying(style: Any, tables: Sequence[str], **_more: Any) -> list[str]:
        return [f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables]

    with mock.patch.object(type(connection.ops), "sql_flush", staticmethod(emptying)):
        yield


@pytest.fixture(autouse=True, scope="session")
def _static_files_are_found_once() -> Iterator[None]:
    """Every test client would look through all of them again."""
    found: dict[str, Any] = {}
    look = WhiteNoiseMiddleware.add_files_from_finders

    def once(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            look(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    with mock.patch.object(WhiteNoiseMiddleware, "add_files_from_finders", once):
        yield


@pytest.fixture(autouse=True, scope="session")
def _letters_are_compiled_once() -> Iterator[None]:
    """The same source always compiles to the same letter; tests have more of them than a house has."""
    every = functools.lru_cache(maxsize=None)
    with mock.patch.object(letters, "_compiled", every(letters._compiled.__wrapped__)):
        yield


@pytest.fixture(autouse=True, scope="session")
def _ledger_of_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What tests stop or erase is no business of this checkout's ledger."""
    settings.LEDGER_FILE = tmp_path_factory.mktemp("ledger") / "ledger.log"


@pytest.fixture(autouse=True)
def _nobody_is_woken() -> Iterator[None]:
    """No test rings the workers of this checkout; whoever wants them woken says so."""
    before = nudges.silence()
    yield
    nudges.bind(*before)


@pytest.fixture(autouse=True)
def _house_language() -> Iterator[None]:
    """A page read in Danish leaves the thread Danish, as in a worker between two requests; tests begin in English."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture
def now() -> dt.datetime:
    """The moment at which tests begin."""
    return NOW


@pytest.fixture
def ingrid(db: None) -> cast.Person:
    """Just joined, Danish, reads on the phone: the onboarding of the cast."""
    return cast.ingrid(NOW)


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> Iterator[sinks.Sink]:
    """A real SMTP server on loopback that keeps what it accepts; letters go there."""
    with sinks.listening() as server:
        monkeypatch.setattr(settings, "MAIL_TRANSPORT", server.transport())
        yield server
