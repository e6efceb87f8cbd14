"""What every test may ask for: a clock of its own, the cast, a published welcome, a mail server that listens."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from office import nudges
from tests import cast, sinks

NOW = dt.datetime(2026, 3, 2, 22, 30, tzinfo=dt.UTC)  # a Monday, 23:30 in Copenhagen
ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT.parent / "shared" / "fixtures"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database-only", action="store_true", help="leave out tests that ask no database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a second database only what asks a database can come out otherwise."""
    if config.getoption("--database-only"):
        asking = [item for item in items if _asks_a_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if not _asks_a_database(item)])
        items[:] = asking


def _asks_a_database(item: pytest.Item) -> bool:
    wanted = {"db", "transactional_db", "live_server", "django_db_setup"}
    return bool(item.get_closest_marker("django_db") or wanted & set(getattr(item, "fixturenames", ())))


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> None:
    """A password is hashed a million times to be slow to guess; nobody guesses here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


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
