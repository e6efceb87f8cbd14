"""What hurt a secretary with a phone in a dark hall: the way to Today, messages, codes for the door, the mailbox."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from api import links
from tests.browser.looking import is_in_order
from tests.dashboard import club as clubs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "color_scheme": "dark",
    "locale": "da-DK",
    "bypass_csp": True,
}
WHITE = "rgb(255, 255, 255)"


@pytest.fixture
def browser_context_args() -> dict[str, object]:
    return PHONE


def test_today_is_one_touch_away_and_the_seldom_is_in_the_menu(
    signed_in: None, page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/members/")
    places = page.get_by_role("navigation")
    expect(places.get_by_role("link", name="Modtaget")).to_be_hidden()
    places.get_by_role("link", name="I dag").click()
    expect(page.get_by_role("heading", level=1, name="I dag")).to_be_visible()
    expect(places.get_by_role("link", name="I dag")).to_have_attribute("aria-current", "page")
    page.locator("details.account summary").click()
    page.locator("details.account").get_by_role("link", name="Modtaget").click()
    expect(page).to_have_url(f"{live_server.url}/arrivals/")
    is_in_order(page)


def test_the_buttons_of_a_message_are_words_and_not_columns_of_letters(
    signed_in: None, club: clubs.Club, page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/members/{club.ingrid.uuid}/leaving/")
    page.get_by_role("button", name="Skriv det").click()
    for name in ("Fortryd", "Luk"):
        box = page.get_by_role("status").get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert box["width"] > box["height"]


def test_codes_can_be_read_in_the_dark(
    signed_in: None, club: clubs.Club, page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/members/joining/")
    page.locator("main form button").first.click()
    expect(page.locator("img.qr")).to_have_css("background-color", WHITE)
    page.goto(f"{live_server.url}/u/card/{links.token('card', club.ingrid.uuid)}/")
    expect(page.locator("img.qr")).to_have_css("background-color", WHITE)
    is_in_order(page)


def test_another_mail_host_is_asked_for_its_server(
    signed_in: None, page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/settings/mailbox/account/")
    server = page.get_by_label("Mailserver", exact=True)
    expect(server).to_be_hidden()
    page.locator("[name=provider]").select_option("other")
    expect(server).to_be_visible()
    page.locator("[name=provider]").select_option("gmail")
    expect(server).to_be_hidden()
    is_in_order(page)
