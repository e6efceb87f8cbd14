"""Staff who are signed in, and a club that stands at a clock of its own."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from office.models import User
from tests.dashboard import club as clubs


@pytest.fixture(autouse=True)
def house_clock(now: dt.datetime, settings: LazySettings, tmp_path: Path) -> Path:
    """The sandbox's clock: pages see the moment of the test."""
    settings.TEST_CLOCK = tmp_path / "clock"
    settings.TEST_CLOCK.write_text(now.isoformat())
    return settings.TEST_CLOCK


@pytest.fixture
def staff(db: None, client: Client) -> Client:
    """The browser of somebody who works here."""
    client.force_login(User.objects.create_user("anna", first_name="Anna", last_name="Bak", role="staff"))
    return client


@pytest.fixture
def reader(db: None) -> Client:
    """The browser of somebody who may only read."""
    browser = Client()
    browser.force_login(User.objects.create_user("revisor", role="readonly"))
    return browser


@pytest.fixture
def club(db: None, now: dt.datetime) -> clubs.Club:
    """A small club in which everything a page can show is there once."""
    return clubs.found(now)
