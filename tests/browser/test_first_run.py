"""The first run on a phone, by somebody who has only the address that was printed."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from mail import transports
from office import first_owner
from tests import sinks
from tests.browser import looking
from tests.mail import photos

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A mail server that nobody connected yet."""
    for name in ("MAIL_TRANSPORT", "MAIL_ADDRESS", "MAIL_DOMAIN", "IMAP"):
        monkeypatch.setattr(settings, name, getattr(settings, name))
    with sinks.listening() as server:
        yield server
    transports.forget()


def begin(page: Page, address: str) -> None:
    page.goto(f"{address}/begin/?code={first_owner.code()}")
    looking.is_in_order(page)
    page.get_by_label("Name of your club or business").fill("The Rowing Club")
    page.get_by_label("Your name").fill("Karen Holm")
    page.get_by_label("Your e-mail").fill("karen@rowing.test")
    page.get_by_label("Password").fill("a-long-sentence-of-mine")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="The first letter")).to_be_visible()
    looking.is_in_order(page)


def test_from_nothing_to_the_welcome_in_my_own_inbox(
    page: Page, live_server: LiveServer, mailbox: sinks.Sink, tmp_path: Path
) -> None:
    page.set_default_timeout(60_000)
    page.set_viewport_size({"width": 360, "height": 740})
    begin(page, live_server.url)

    page.get_by_role("link", name="Your trade").click()
    page.get_by_role("link", name="A club or society").click()
    page.get_by_role("button", name="Choose this trade").click()

    page.goto(f"{live_server.url}/start/")
    page.get_by_role("link", name="A face").click()
    looking.is_in_order(page)
    page.get_by_label("Role").fill("Secretary")
    page.get_by_label("Phone").fill("30 12 34 56")
    picture = tmp_path / "me.jpg"
    picture.write_bytes(photos.photo())
    page.get_by_label("Picture").set_input_files(picture)
    page.get_by_role("button", name="This is me").click()

    page.get_by_role("link", name="A mailbox").click()
    page.get_by_label("Who hosts it?").select_option("other")
    looking.is_in_order(page)
    page.get_by_label("Mail server", exact=True).fill("127.0.0.1")
    page.get_by_label("Port").fill(str(mailbox.port))
    page.get_by_label("Encryption").select_option("plain")
    page.get_by_role("button", name="Try it and keep it").click()
    expect(page.get_by_text("The mailbox is connected.")).to_be_visible()

    page.goto(f"{live_server.url}/start/letter/")
    looking.is_in_order(page)
    page.get_by_role("button", name="Send it to karen@rowing.test").click()
    expect(page.get_by_text("on its way to karen@rowing.test")).to_be_visible()
    page.get_by_role("button", name="Switch the welcome on").click()
    expect(page.get_by_text("The welcome is on.")).to_be_visible()
    letter = mailbox.to("karen@rowing.test")[-1]
    assert "Karen Holm" in str(letter["From"])
