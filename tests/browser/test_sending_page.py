"""The sending rules in a browser: what would follow is said while somebody chooses, and saved by keyboard."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from mail import sending_rules

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_choosing_hours_says_what_would_follow_and_enter_saves_them(
    signed_in: None, page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/settings/sending/")
    quiet = page.get_by_role("group", name="Quiet hours")
    quiet.get_by_label("From").fill("21:00")
    quiet.get_by_label("Until").fill("08:00")
    quiet.get_by_label("Until").blur()
    expect(page.locator("#outlook")).to_contain_text("leaves Saturday 08:00")
    assert "quiet_hours" not in sending_rules.definition()
    page.get_by_label("Why so").focus()
    page.keyboard.type("Nobody likes to be woken")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The rules are saved.")).to_be_visible()
    expect(page.get_by_text("From 21:00 until 08:00")).to_be_visible()
    assert sending_rules.definition()["quiet_hours"] == {"from": "21:00", "to": "08:00"}
