"""A letter built from blocks in a real browser, by mouse and by keyboard, and read as members read it."""

import datetime as dt
import itertools
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from flows.models import Flow
from lifecycle.demo import invitation
from mail.models import Brand, Picture
from tests.browser.looking import fits, is_in_order
from tests.dashboard.club import Club
from tests.mail import photos

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def browser_context_args(request: pytest.FixtureRequest) -> dict[str, object]:
    """What `@pytest.mark.parametrize("browser_context_args", …, indirect=True)` asks for: axe is a script."""
    return getattr(request, "param", {})


@pytest.fixture
def flow(club: Club, now: dt.datetime) -> Flow:
    return invitation.publish(now).flow


def address(live_server: LiveServer, flow: Flow, page: str) -> str:
    return live_server.url + reverse(f"admin:flows_flow_{page}", args=[flow.pk, "invite"])


def kinds(flow: Flow) -> list[str]:
    flow.refresh_from_db()
    return [block["kind"] for block in flow.draft["letters"][0]["blocks"]]


def test_blocks_are_moved_by_keyboard_and_the_focus_stays(
    signed_in: None, page: Page, live_server: LiveServer, flow: Flow
) -> None:
    page.goto(address(live_server, flow, "step"))
    down = page.get_by_role("button", name="Heading 1: down")
    down.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".text-en .blocks > li").nth(1)).to_have_attribute("data-uid", "0")
    expect(down).to_be_focused()
    expect(page.locator(".text-en [data-told]")).to_have_text("It stands in place 2 now.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Kept in the draft")
    assert kinds(flow)[:3] == ["text", "heading", "picture"]


def test_a_block_is_dragged_by_its_grip(
    signed_in: None, page: Page, live_server: LiveServer, flow: Flow
) -> None:
    page.goto(address(live_server, flow, "step"))
    rows = page.locator(".text-en .blocks > li")
    rows.nth(1).locator("[data-grip]").drag_to(rows.nth(0), target_position={"x": 20, "y": 4})
    expect(rows.nth(0)).to_have_attribute("data-uid", "1")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Kept in the draft")
    assert kinds(flow)[:2] == ["text", "heading"]


def test_a_picture_is_added_with_its_file_and_a_field_is_put_in_by_a_click(
    signed_in: None, page: Page, live_server: LiveServer, flow: Flow, tmp_path: Path
) -> None:
    (tmp_path / "hall.jpg").write_bytes(photos.photo())
    page.goto(address(live_server, flow, "step"))
    page.locator("#text-en-add").select_option("picture")
    page.locator(".text-en").get_by_role("button", name="Add the block").click()
    added = page.locator(".text-en .blocks > li").last
    added.get_by_label("Or a new picture").set_input_files(tmp_path / "hall.jpg")
    added.get_by_label("Words for those who do not see it").fill("The hall for ")
    page.get_by_text("What is known of the member: put it in").click()
    page.get_by_role("button", name="first name", exact=True).click()
    assert "{{" not in page.locator("main").inner_text()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Kept in the draft")
    flow.refresh_from_db()
    block = flow.draft["letters"][0]["blocks"][-1]
    assert block["alt"] == "The hall for {{ member.first_name }}"
    assert Picture.objects.filter(name=block["picture"], title="hall.jpg").exists()


@pytest.mark.parametrize("browser_context_args", [{"bypass_csp": True}], indirect=True)
@pytest.mark.parametrize("width", [1280, 360])
def test_the_editor_of_blocks_is_in_order(
    signed_in: None, page: Page, live_server: LiveServer, flow: Flow, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address(live_server, flow, "step"))
    is_in_order(page)


@pytest.mark.parametrize(("width", "dark"), list(itertools.product((700, 360), ("0", "1"))))
def test_a_letter_is_in_order_on_a_desk_on_a_phone_and_in_the_dark(
    signed_in: None, page: Page, live_server: LiveServer, flow: Flow, width: int, dark: str
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    # The letter's own policy forbids every script, axe's too: it is read here as a mail program would show it.
    letter = page.request.get(address(live_server, flow, "letter") + f"?dark={dark}").text()
    page.set_content(letter)
    fits(page)
    # A letter is read inside a mail program's page: landmarks and the page's heading are that page's.
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    assert page.title().endswith("the harbour hall is open on Thursday")


def test_a_letter_is_readable_with_pictures_off(
    signed_in: None, page: Page, live_server: LiveServer, flow: Flow
) -> None:
    page.route("**/pictures/**", lambda route: route.abort())
    page.goto(address(live_server, flow, "letter"))
    expect(page.get_by_role("img", name="The harbour in the evening")).to_be_attached()
    expect(page.get_by_text("Thursday is open house")).to_be_visible()
    fits(page)


def test_a_colour_is_tried_on_a_letter_and_saved(
    signed_in: None, page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/settings/brand/")
    page.get_by_label("Postal address").fill("Havnegade 1")
    page.get_by_label("Buttons and links").fill("#ffdd00")
    expect(page.locator("#outlook")).to_contain_text("contrast 1.3 to 1, and 4.5 is needed")
    expect(page.locator("#outlook iframe").first).to_have_attribute("src", re.compile("accent=%23FFDD00"))
    page.get_by_label("Buttons and links").fill("#7a1f1f")
    expect(page.locator("#outlook")).not_to_contain_text("is needed")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Letters look like this from now on")).to_be_visible()
    assert Brand.current().accent == "#7A1F1F"
