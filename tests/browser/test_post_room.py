"""People who write and stopped addresses, clicked through on a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from mail import pictures, suppressions
from mail.models import Brand, Sender
from tests.browser.looking import is_in_order
from tests.mail import photos

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def browser_context_args() -> dict[str, object]:
    """A phone."""
    return {"viewport": {"width": 360, "height": 740}, "bypass_csp": True}


def test_somebody_is_given_roles_takes_a_place_and_gives_it_back(
    signed_in: None, page: Page, live_server: LiveServer
) -> None:
    Brand.objects.update_or_create(defaults={"languages": ["en", "da"]})
    Sender.objects.create(slug="old", name="Old Host", email="old@example.com")
    face = pictures.keep_face(photos.photo())
    Sender.objects.create(slug="new", name="New Host", email="new@example.com", picture=face)
    page.goto(f"{live_server.url}/senders/old/")
    page.get_by_label("Role in Dansk").fill("Medlemsvært")
    is_in_order(page)
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Old Host is kept.")).to_be_visible()
    assert Sender.objects.get(slug="old").roles == {"da": "Medlemsvært"}
    page.get_by_role("link", name="Replace everywhere Old Host").click()
    expect(page.get_by_role("heading", name="Replace Old Host everywhere")).to_be_visible()
    is_in_order(page)
    page.get_by_label("Who takes the place").select_option("new")
    page.get_by_role("button", name="Replace everywhere").focus()
    page.keyboard.press("Enter")
    toast = page.get_by_role("status").filter(has_text="New Host writes in the place of Old Host")
    expect(toast).to_be_visible()
    undo = toast.get_by_role("button", name="Undo")
    box = undo.bounding_box()
    assert box
    assert box["width"] > box["height"] / 2  # its word stands on one line
    undo.click()
    expect(page.get_by_text("Old Host writes again, as before.")).to_be_visible()


def test_a_list_of_stopped_addresses_is_taken_in_and_what_is_wrong_is_named(
    signed_in: None, page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("address,reason\none@example.com,complained\nno address,bounced\n")
    page.goto(f"{live_server.url}/letters/stopped-addresses/")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Stop all of them").click()
    expect(page.get_by_text("1 address is newly stopped.")).to_be_visible()
    expect(page.get_by_text("“no address” is not an e-mail address")).to_be_visible()
    is_in_order(page)
    assert set(suppressions.suppressed(["one@example.com"])) == {"one@example.com"}
    with page.expect_download() as download:
        page.get_by_text("Take the list away").click()
    assert "one@example.com" in Path(download.value.path()).read_text()
