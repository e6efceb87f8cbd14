"""The list at the door on a phone: thumbs, a bad network, a camera, and no scripts at all."""

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from api import links
from intake.attending import occasions
from intake.models import Occasion, Presence
from members.models import Member, UsageDay
from office import clock
from office.models import User
from tests.browser.looking import is_in_order
from tests.dashboard import club as clubs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "bypass_csp": True}
STRICT = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
CAMERA = """
window.BarcodeDetector = class { async detect() { return [{ rawValue: window.shown }]; } };
navigator.mediaDevices.getUserMedia = async () => document.createElement("canvas").captureStream();
HTMLMediaElement.prototype.play = async () => {};
"""


@pytest.fixture
def browser_context_args(request: pytest.FixtureRequest) -> dict[str, object]:
    return getattr(request, "param", STRICT)


@pytest.fixture
def evening(signed_in: None) -> Occasion:
    now = clock.now()
    clubs.crowd(30, now)
    user = User.objects.get(username="anna")
    return occasions.open_list("Thursday evening", occasions.today(now), "evening", user, now)


@pytest.fixture
def address(evening: Occasion, live_server: LiveServer) -> str:
    return f"{live_server.url}/attendance/{evening.uuid}/"


def came() -> int:
    return sum(UsageDay.objects.filter(name="usage.evening").values_list("count", flat=True))


@pytest.mark.parametrize("browser_context_args", [PHONE], indirect=True)
def test_the_pages_are_accessible_and_fit_a_phone(page: Page, address: str, live_server: LiveServer) -> None:
    for place in (address, f"{live_server.url}/attendance/", f"{live_server.url}/members/sleeping/"):
        page.goto(place)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        is_in_order(page)


def test_thirty_names_are_ticked_with_targets_for_a_thumb(page: Page, address: str) -> None:
    page.goto(address)
    boxes = page.get_by_role("checkbox", name="Anna 00")
    for place in range(30):
        boxes.nth(place).check()
    expect(page.locator("[data-count]")).to_have_text("30")
    expect(page.locator("[data-waiting]")).to_be_hidden()
    assert came() == 30
    size = page.locator(".names label").first.bounding_box()
    assert size is not None
    assert size["height"] >= 44


def test_ticks_wait_on_the_phone_for_the_network_and_count_once(
    page: Page, address: str, context: BrowserContext
) -> None:
    page.goto(address)
    page.route("**/presence", heard_and_lost)
    page.get_by_label("Anna 0003").check()
    page.get_by_label("Anna 0004").check()
    expect(page.locator("[data-waiting]")).to_contain_text("waits for the network: 2")
    expect(page.locator("[data-count]")).to_have_text("2")
    page.get_by_label("Anna 0004").uncheck()
    page.unroute_all(behavior="wait")
    page.reload()  # the phone was put away; what waits is not lost
    expect(page.locator("[data-waiting]")).to_be_hidden()
    expect(page.get_by_label("Anna 0003")).to_be_checked()
    expect(page.get_by_label("Anna 0004")).not_to_be_checked()
    expect(page.locator("[data-count]")).to_have_text("1")
    assert (came(), Presence.objects.filter(is_here=True).count()) == (1, 1)


def heard_and_lost(route: Route) -> None:
    """The house hears it, and the phone never learns that it did."""
    route.fetch()
    route.abort()


def test_somebody_is_found_by_number_and_ticked_by_enter(page: Page, address: str) -> None:
    ole = Member.objects.get(first_name="Ole")
    page.goto(address)
    page.get_by_label("Find a member").fill(f"#{ole.number}")
    expect(page.get_by_label("Ole Brandt")).to_be_visible()
    expect(page.locator("[data-member]:not([hidden])")).to_have_count(1)
    page.get_by_label("Find a member").press("Enter")
    expect(page.get_by_label("Ole Brandt")).to_be_checked()
    expect(page.locator("[data-waiting]")).to_be_hidden()
    assert Presence.objects.get(is_here=True).member == ole


def test_a_card_before_the_camera_ticks_its_member(page: Page, address: str) -> None:
    ole = Member.objects.get(first_name="Ole")
    page.add_init_script(CAMERA)
    page.add_init_script(f"window.shown = '{links.url('card', ole.uuid)}'")
    page.goto(address)
    page.get_by_role("button", name="Read members’ cards").click()
    expect(page.get_by_label("Ole Brandt")).to_be_checked()
    expect(page.locator("[data-count]")).to_have_text("1")


@pytest.mark.parametrize("browser_context_args", [{**STRICT, "java_script_enabled": False}], indirect=True)
def test_without_scripts_it_is_a_form_with_a_button(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("Anna 0003").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Anna 0003")).to_be_checked()
    page.get_by_label("Anna 0003").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Anna 0003")).not_to_be_checked()
    assert came() == 0
