"""Somebody new tries a flow in a real browser."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.looking import fits

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_flow_is_tried_and_walked_on_a_telephone(
    signed_in: None, page: Page, live_server: LiveServer
) -> None:
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(f"{live_server.url}/flows/welcome/")
    page.get_by_role("link", name="Try it on the last 30 days").click()
    page.get_by_role("button", name="30 days").click()
    expect(page.locator(".trial-sentence")).to_contain_text("would have got")
    fits(page)

    page.get_by_role("link", name="Walk one member through it").click()
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Maja walks through")
    page.get_by_role("link", name="Go on to what comes next").click()
    expect(page.locator("details.walk-letter")).to_have_count(2)
    page.go_back()
    expect(page.locator("details.walk-letter")).to_have_count(1)
    fits(page)
