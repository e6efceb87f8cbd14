"""A letter to a group in a real browser, on a phone: written, looked at, sent, stopped or done."""

import datetime as dt

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from lifecycle import clock
from mail.models import Mailing
from tests.browser.looking import is_in_order
from tests.mail import groups

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def browser_context_args() -> dict[str, object]:
    """A phone."""
    return {"viewport": {"width": 360, "height": 740}, "bypass_csp": True}


def test_a_notice_is_written_looked_at_and_sent_on_a_phone(
    signed_in: None, page: Page, live_server: LiveServer, now: dt.datetime
) -> None:
    groups.choir(2, now)
    groups.sings("Karl", now, email="", phone="30 12 34 56")
    page.goto(f"{live_server.url}/letters/")
    page.get_by_role("link", name="Write to a group").click()
    page.get_by_label("Group").select_option(f"tag:{groups.TAG}")
    page.get_by_label("A practical notice").check()
    page.get_by_label("Who writes").select_option(index=1)
    page.get_by_label("Subject").fill("No choir on Thursday")
    is_in_order(page)
    body = page.get_by_label("Text", exact=True)
    body.fill("Hello [first name, else friend]\n\nThe hall is **closed** on Thursday.")
    page.get_by_label("Add a block").select_option("heading")
    page.get_by_role("button", name="Add the block").click()
    page.get_by_label("Words").fill("Back next week")
    is_in_order(page)
    page.get_by_role("button", name="Next: see who gets it").click()
    expect(page.get_by_role("link", name="2 get it")).to_be_visible()
    expect(page.get_by_role("link", name="1 without e-mail")).to_be_visible()
    expect(page.get_by_text("2 get it · 1 without e-mail (print list)")).to_be_visible()
    expect(page.frame_locator("iframe").get_by_text("Hello S0")).to_be_visible()
    expect(page.frame_locator("iframe").get_by_role("heading", name="Back next week")).to_be_visible()
    is_in_order(page)
    page.get_by_role("button", name="Send it to 2 members").click()
    expect(page.get_by_role("button", name="Do not send it")).to_be_visible()
    clock.tick(now)
    expect(page.get_by_role("link", name="2 sent")).to_be_visible()  # the page asks by itself
    is_in_order(page)
    assert groups.fates(Mailing.objects.get()) == {"S0": "sent", "S1": "sent", "Karl": "on_paper"}
    page.goto(f"{page.url}paper/")
    expect(page.get_by_role("cell", name="30 12 34 56")).to_be_visible()
    is_in_order(page)
