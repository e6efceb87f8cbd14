"""A real browser before the real pages: Debian's Chromium, signed in, at a club that has something of everything."""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from mail import pictures, suppressions
from mail.models import Suppression
from office.models import User
from tests.dashboard import club as clubs
from tests.mail import photos

CHROMIUM = Path("/usr/bin/chromium")
QUIET = "--no-sandbox --disable-gpu --no-first-run --disable-sync --disable-component-update "
QUIET += "--disable-background-networking"
ADDRESSES = (
    "/",
    "/members/",
    "{member}",
    "/letters/",
    "/letters/sent/",
    "/letters/stayed/",
    "{letter}",
    "{letter}?as=text",
)
ADDRESSES += ("/flows/", "/flows/welcome/", "/arrivals/", "{arrival}", "/parts/", "/settings/sending/")
ADDRESSES += (
    "/flows/welcome/trial/?days=7",
    "/flows/welcome/walk/",
    "/flows/welcome/walk/?name=Maja&email=1",
)
ADDRESSES += ("/settings/", "/settings/brand/", "/settings/pictures/", "{picture}")
ADDRESSES += (
    "/today/",
    "/letters/new/",
    "/start/",
    "/settings/retention/",
    "/settings/status/",
    "/settings/monday/",
)
ADDRESSES += ("/letters/arriving/", "/letters/stopped-addresses/", "{lifting}")
ADDRESSES += ("/letters/unknown/", "/senders/", "/senders/new/", "/settings/mailbox/account/")
Open = Callable[[str], Page]


@pytest.fixture(scope="session", autouse=True)
def sync_api_beside_the_database() -> Iterator[None]:
    """Playwright keeps an event loop in this thread; Django would refuse every query beside it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="session", autouse=True)
def patience_on_a_busy_machine() -> Iterator[None]:
    """What a page shows after a click may take its time; how long is no promise of these tests."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Chromium as it is installed, or the reason why these tests are left out."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed: apt-get install chromium")
    return {"executable_path": str(CHROMIUM), "args": QUIET.split()}


@pytest.fixture
def club(transactional_db: None, now: dt.datetime, settings: LazySettings, tmp_path: Path) -> clubs.Club:
    """The club of the page tests, at a clock of its own."""
    settings.TEST_CLOCK = tmp_path / "clock"
    settings.TEST_CLOCK.write_text(now.isoformat())
    return clubs.found(now)


@pytest.fixture
def signed_in(club: clubs.Club, live_server: LiveServer, context: BrowserContext) -> None:
    """Anna, who owns the club, has signed in."""
    context.set_default_timeout(60_000)
    client = Client()
    client.force_login(
        User.objects.create_superuser("anna", password="anna", first_name="Anna", last_name="Bak")
    )
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])


@pytest.fixture
def pages(club: clubs.Club) -> list[str]:
    """The address of every page."""
    address = "a-rather-long-name-for-a-mailbox@a-rather-long-name-for-a-house.example.com"
    suppressions.suppress(address, Suppression.Reason.BOUNCED, club.event.occurred_at, "550 5.1.1 unknown")
    picture = pictures.add(photos.photo(), title="x" * 60, alt="A long table", now=club.event.occurred_at)
    known = {
        "member": f"/members/{club.ingrid.uuid}/",
        "letter": f"/letters/{club.letter.uuid}/",
        "arrival": f"/arrivals/{club.arrival.pk}/",
        "picture": f"/settings/pictures/{picture.name}/",
        "lifting": f"/letters/stopped-addresses/{Suppression.objects.get().pk}/lifting",
    }
    return [address.format(**known) for address in ADDRESSES]
