"""Building a flow in a real browser, by somebody who never sees a curly bracket: with the mouse, by keyboard, without
scripts, on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from flows.editing import parts
from flows.models import Flow
from tests.browser.looking import fits
from tests.dashboard.club import Club

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def browser_context_args(request: pytest.FixtureRequest) -> dict[str, object]:
    """What `@pytest.mark.parametrize("browser_context_args", …, indirect=True)` asks for."""
    return getattr(request, "param", {})


def address(live_server: LiveServer, page: str, *more: object) -> str:
    flow = Flow.objects.get(slug="welcome")
    return live_server.url + reverse(f"admin:flows_flow_{page}", args=[flow.pk, *more])


def test_a_flow_of_three_steps_is_built_and_published_without_a_curly_bracket(
    signed_in: None, page: Page, live_server: LiveServer, club: Club
) -> None:
    trouble: list[str] = []
    page.on("console", lambda said: trouble.append(said.text) if "Policy" in said.text else None)
    page.goto(f"{live_server.url}/flows/")
    page.get_by_role("link", name="New flow").click()
    page.get_by_label("What is it called?").fill("After the first visit")
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("What happens", exact=True).select_option("member.activated")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Add the step").click()
    page.get_by_label("Who writes it").select_option(label="Anna Bak, Member host")
    page.get_by_label("Subject", exact=True).fill("Good to see you")
    page.get_by_label("Text", exact=True).fill("Hello ")
    page.get_by_text("What is known of the member: put it in").click()
    page.get_by_role("button", name="first name, else friend").click()
    page.get_by_role("button", name="Save and close").click()
    page.get_by_label("Add", exact=True).select_option("wait")
    page.get_by_role("button", name="Add the step").click()
    page.get_by_label("Wait", exact=True).select_option("at")
    page.get_by_label("Time of day", exact=True).fill("9:30")
    page.get_by_role("button", name="Save and close").click()
    page.get_by_label("Add", exact=True).select_option("task")
    page.get_by_role("button", name="Add the step").click()
    page.get_by_label("What somebody is to do").fill("Call [first name]")
    page.get_by_role("button", name="Save and close").click()
    assert "{{" not in page.content()
    page.get_by_role("link", name="Publish").click()
    assert "{{" not in page.content()
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.get_by_role("status").first).to_contain_text("Version 1 is live.")
    flow = Flow.objects.select_related("current").get(slug="after-the-first-visit")
    assert flow.current is not None
    letter, wait, task = flow.current.definition["steps"]
    assert parts.letters(flow.current.definition)[letter["letter"]]["body"] == (
        "Hello {{ member.first_name | default: 'friend' }}"
    )
    assert (wait["at"], task["title"]) == ("09:30", "Call {{ member.first_name }}")
    assert trouble == []


def test_steps_are_moved_by_keyboard_and_the_focus_stays(
    signed_in: None, page: Page, live_server: LiveServer, club: Club
) -> None:
    page.goto(address(live_server, "change"))
    down = page.locator("#down-hello")
    down.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-uid]").nth(1)).to_have_attribute("data-uid", "hello")
    expect(page.locator("#down-hello")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-uid]").nth(2)).to_have_attribute("data-uid", "hello")
    draft = Flow.objects.get(slug="welcome").draft
    assert [step["uid"] for step in parts.steps(draft)][:3] == ["d2", "start", "hello"]


def test_a_step_is_dragged_taken_out_and_put_back(
    signed_in: None, page: Page, live_server: LiveServer, club: Club
) -> None:
    page.goto(address(live_server, "change"))
    with page.expect_response("**/steps/"):
        page.locator("[data-uid=start] [data-grip]").drag_to(page.locator("[data-uid=hello] .says"))
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-uid]").first).to_have_attribute("data-uid", "start")
    page.get_by_role("button", name="Take out").first.click()
    expect(page.get_by_text("Taken out: ")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-uid]").first).to_have_attribute("data-uid", "start")


def test_everything_works_without_scripts(
    signed_in: None, browser: Browser, page: Page, live_server: LiveServer, club: Club
) -> None:
    state = page.context.storage_state()
    plain = browser.new_context(java_script_enabled=False, storage_state=state).new_page()
    plain.goto(address(live_server, "change"))
    plain.get_by_role("button", name="Move down: ").first.click()
    expect(plain.locator("[data-uid]").nth(1)).to_have_attribute("data-uid", "hello")
    plain.goto(address(live_server, "beginning"))
    plain.get_by_label("What is asked").select_option("fact:locale")
    plain.get_by_role("button", name="Show what these choices say").click()
    plain.get_by_label("Compared with").fill("da")
    plain.get_by_role("button", name="Save").last.click()
    expect(plain.get_by_text("the member's language: da")).to_be_visible()
    entry = Flow.objects.get(slug="welcome").draft["entry"]
    assert entry == {"all": [{"fact": "locale", "op": "=", "value": "da"}]}
    plain.context.close()


@pytest.mark.parametrize(
    "browser_context_args",
    [
        {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light", "bypass_csp": True},
        {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark", "bypass_csp": True},
    ],
    ids=["wide", "phone"],
    indirect=True,
)
def test_every_page_of_the_editor_is_accessible_and_fits(
    signed_in: None, page: Page, live_server: LiveServer, club: Club
) -> None:
    pages = [
        ("change",),
        ("beginning",),
        ("step", "hello"),
        ("step", "first"),
        ("preview", "hello"),
        ("publish",),
    ]
    for name, *more in [*pages, ("removal",), ("pause",), ("version", 1)]:
        page.goto(address(live_server, name, *more))
        fits(page)
        found = Axe().run(page, options={"iframes": False})
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
