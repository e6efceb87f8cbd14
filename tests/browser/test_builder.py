"""Describing a segment in a real browser: with scripts, without, by keyboard, on a phone."""

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

from members import segments
from members.models import Segment
from tests.browser.looking import is_in_order
from tests.conftest import NOW
from tests.dashboard.club import Club

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEW = "/members/segments/new/"
DEEP = {
    "all": [
        {"fact": "stage", "op": "in", "value": ["value", "onboarding"]},
        {
            "any": [
                {"event": "usage.*", "count": "<2", "within": "28d"},
                {"not": {"any": [{"fact": "price", "op": ">", "value": 90000}]}},
                {"not": {"not": {"fact": "nps", "op": ">", "value": 3}}},
            ]
        },
        {"not": {"flow": "welcome", "state": "completed"}},
    ]
}


@pytest.fixture
def browser_context_args(request: pytest.FixtureRequest) -> dict[str, object]:
    """What `@pytest.mark.parametrize("browser_context_args", …, indirect=True)` asks for."""
    return getattr(request, "param", {})


@pytest.mark.parametrize(
    "browser_context_args",
    [
        {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light", "bypass_csp": True},
        {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark", "bypass_csp": True},
    ],
    ids=["wide", "phone"],
    indirect=True,
)
def test_every_page_of_segments_is_accessible_and_fits(
    signed_in: None, page: Page, live_server: LiveServer, club: Club
) -> None:
    segments.save(Segment(name="Quiet and not through the welcome"), DEEP, NOW, None)
    board = segments.save(Segment(name="Wolfeschlegelsteinhausenbergerdorff Board"), None, NOW, None)
    segments.put(board, [club.ingrid, club.ole], NOW, None)
    slugs = [one.slug for one in Segment.objects.all()]
    pages = ["", "new/", *(f"{slug}/" for slug in slugs), f"{board.slug}/?q=finn", f"{board.slug}/deletion"]
    for address in (*(f"/members/segments/{one}" for one in pages), f"/members/?segment={board.slug}"):
        page.goto(live_server.url + address)
        is_in_order(page)


def test_a_segment_is_described_without_a_reload(
    signed_in: None, page: Page, live_server: LiveServer, club: Club
) -> None:
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            said.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(live_server.url + NEW)
    page.get_by_label("Name").fill("Danes by the phone")
    page.get_by_label("What is asked").select_option("fact:locale")
    page.get_by_label("Compared with").press_sequentially("da", delay=20)
    expect(page.locator("#c-reading")).to_contain_text("1 member")
    expect(page.get_by_label("Compared with")).to_have_value("da")
    page.get_by_role("button", name="Add a condition").click()
    expect(page.locator("#c-0-1-about")).to_be_focused()
    page.locator("#c-0-1-about").select_option("event")
    expect(page.locator("#c-0-1-event")).to_be_visible()
    page.locator("#c-0-1-event").select_option("usage.*")
    page.locator("#c-0-1-op").select_option("never")
    expect(page.locator("#c-reading")).to_contain_text("any use did not happen")
    assert page.get_by_label("Name").input_value() == "Danes by the phone"
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Danes by the phone")
    page.get_by_role("link", name="Show them all").click()
    expect(page.locator("#list .whole")).to_have_text(["Ingrid Østergaard"])
    assert said == []


def test_a_segment_is_described_by_keyboard_alone(
    signed_in: None, page: Page, live_server: LiveServer, club: Club
) -> None:
    page.goto(live_server.url + NEW)
    page.get_by_label("Name").focus()
    page.keyboard.type("Children")
    page.keyboard.press("Tab")  # how they belong together
    page.keyboard.press("Tab")
    expect(page.get_by_label("What is asked")).to_be_focused()
    page.keyboard.type("Ways by which")
    expect(page.locator("#c-0-0-about")).to_have_value("fact:reachable_by")
    page.get_by_role("button", name="Remove condition 1").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#c-0-add")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#c-0-1-about")).to_be_focused()


def test_everything_works_without_scripts(
    signed_in: None, browser: Browser, page: Page, live_server: LiveServer, club: Club
) -> None:
    state = page.context.storage_state()
    plain = browser.new_context(java_script_enabled=False, storage_state=state).new_page()
    plain.goto(live_server.url + NEW)
    plain.get_by_label("Name").fill("Danes")
    plain.get_by_label("What is asked").select_option("fact:locale")
    plain.get_by_role("button", name="Show what these choices say").click()
    plain.get_by_label("Compared with").fill("da")
    plain.get_by_role("button", name="Add a group").click()
    expect(plain.locator("#c-0-1-0-about")).to_be_visible()
    plain.locator("#c-0-1-0-about").select_option("segment")
    plain.get_by_role("button", name="Save").click()
    expect(plain.get_by_role("alert")).to_contain_text("Choose a segment")
    plain.get_by_role("button", name="Remove condition 1").last.click()
    plain.get_by_role("button", name="Save").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Danes")
    assert Segment.objects.get().condition == {"all": [{"fact": "locale", "op": "=", "value": "da"}]}
    plain.context.close()


def test_people_are_ticked_in_the_list_of_members(
    signed_in: None, page: Page, live_server: LiveServer, club: Club
) -> None:
    page.goto(f"{live_server.url}/members/")
    page.get_by_text("Put people on a list").click()
    page.get_by_label("Choose Ole Brandt").check()
    page.get_by_label("Name of the new list").fill("Board")
    page.get_by_role("button", name="Put on list").click()
    expect(page.get_by_role("status")).to_contain_text("1 person was put on “Board”.")
    page.get_by_role("button", name="Take off Ole Brandt").click()
    expect(page.get_by_text("Nobody is on it yet")).to_be_visible()
