"""The staff pages in a real browser: what only a browser can tell."""

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

from members.models import Member
from relationship.models import Task
from tests.browser.looking import is_in_order
from tests.dashboard.club import Club

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}


@pytest.fixture
def browser_context_args(request: pytest.FixtureRequest) -> dict[str, object]:
    """What `@pytest.mark.parametrize("browser_context_args", …, indirect=True)` asks for."""
    return getattr(request, "param", {})


LOOKS = [
    pytest.param(
        {"viewport": size, "color_scheme": scheme, "bypass_csp": True}, id=f"{size['width']}-{scheme}"
    )
    for size, scheme in ((WIDE, "light"), (PHONE, "dark"))
]


@pytest.mark.parametrize("browser_context_args", LOOKS, indirect=True)
def test_every_page_is_accessible_and_nothing_scrolls_sideways(
    signed_in: None, page: Page, live_server: LiveServer, pages: list[str]
) -> None:
    name = "Maximiliane Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"
    Member.objects.filter(first_name="Ingrid").update(first_name=name)
    for address in pages:
        page.goto(live_server.url + address)
        is_in_order(page)


def test_no_page_breaks_its_own_policy(
    signed_in: None, page: Page, live_server: LiveServer, pages: list[str]
) -> None:
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            said.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: said.append(str(error)))
    for address in pages:
        page.goto(live_server.url + address)
        page.wait_for_load_state("networkidle")
    assert said == []


def test_typing_finds_somebody_without_a_reload(
    signed_in: None, page: Page, live_server: LiveServer, club: Club
) -> None:
    page.goto(f"{live_server.url}/members/")
    page.get_by_label("Find a member").press_sequentially("ingr", delay=20)
    expect(page.locator("#list .whole")).to_have_text(["Ingrid Østergaard"])
    expect(page).to_have_url(f"{live_server.url}/members/?q=ingr")
    page.get_by_role("link", name="Ingrid Østergaard").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ingrid Østergaard")


def test_a_letter_is_read_on_its_page(
    signed_in: None, page: Page, live_server: LiveServer, club: Club
) -> None:
    page.goto(f"{live_server.url}/letters/{club.letter.uuid}/")
    expect(page.frame_locator("iframe").get_by_text("Hej Ingrid")).to_be_visible()


def test_a_name_that_is_a_script_does_nothing(
    signed_in: None, page: Page, live_server: LiveServer, club: Club, pages: list[str]
) -> None:
    hostile = "<img src=x onerror='window.taken=1'><script>window.taken=1</script>"
    Member.objects.update(first_name=hostile, joining_reason=hostile, told_by=hostile, source=hostile)
    Task.objects.update(title=hostile)
    for address in (*pages, f"/members/{club.ole.uuid}/"):
        page.goto(live_server.url + address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.taken") is None, address
        assert page.locator("img[src='x']").count() == 0


def test_a_task_is_done_and_taken_back_by_keyboard(
    signed_in: None, page: Page, live_server: LiveServer, club: Club
) -> None:
    page.goto(f"{live_server.url}/members/{club.ole.uuid}/")
    row = page.locator("li", has=page.get_by_text("Call Ole", exact=True))
    row.get_by_role("button", name="Done", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("“Call Ole” is off the list.")).to_be_visible()
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("“Call Ole” is open again.")).to_be_visible()


def test_the_first_tab_leads_past_the_navigation(
    signed_in: None, page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/members/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_look_changes_at_once_and_is_remembered(
    signed_in: None, page: Page, live_server: LiveServer
) -> None:
    page.goto(live_server.url)
    page.locator("details.account summary").click()
    with page.expect_response("**/look"):
        page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_everything_works_without_scripts(
    signed_in: None, browser: Browser, page: Page, live_server: LiveServer, club: Club
) -> None:
    plain = browser.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state()
    ).new_page()
    plain.goto(f"{live_server.url}/members/")
    plain.get_by_label("Find a member").fill("ingrid")
    plain.get_by_role("button", name="Find").click()
    plain.get_by_role("link", name="Ingrid Østergaard").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Ingrid Østergaard")
    plain.context.close()


def test_signing_in_and_out(page: Page, live_server: LiveServer, signed_in: None) -> None:
    page.context.clear_cookies()
    page.goto(f"{live_server.url}/letters/")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    page.get_by_label("Password").fill("anna")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Letters")
    page.locator("details.account summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
