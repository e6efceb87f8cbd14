"""Letters that a person decides about, in a real browser: on a phone, by keyboard, and how far a segment is."""

import datetime as dt

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from flows import admitting, letting_run
from flows.models import Flow
from mail.models import Message
from members import consent, segments
from members.models import Member, Segment
from office.models import User
from tests import cast
from tests.browser.looking import is_in_order
from tests.dashboard.club import Club
from tests.flows import making

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "Maximiliane Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"
LETTER = [{"uid": "hello", "kind": "send", "letter": "hello"}]


@pytest.fixture
def browser_context_args() -> dict[str, object]:
    """A phone."""
    return {"viewport": {"width": 360, "height": 740}, "bypass_csp": True}


@pytest.fixture
def flow(club: Club, now: dt.datetime) -> Flow:
    """A new flow with three letters that wait, of people with short names and long ones."""
    flow = making.publish(LETTER, now, slug="spring", name="Spring", hold=True)
    for name in ("Ada", "Bea", LONG):
        mail = f"{name[:3].lower()}@example.com"
        member = cast.join(name, now, quiet=True, first_name=name, email=mail).member
        consent.grant(member, "membership", now, now, proof="form", source="test")
        making.happens(member, making.BEGAN, now)
    making.work(now)
    return flow


def test_letters_are_read_and_decided_about_on_a_phone_by_keyboard(
    signed_in: None, flow: Flow, page: Page, live_server: LiveServer
) -> None:
    Flow.objects.update(letters_to_hold=0, asks_to_run_at=flow.first_published_at)
    page.goto(f"{live_server.url}/letters/held/")
    is_in_order(page)
    page.goto(f"{live_server.url}/letters/held/spring/")
    is_in_order(page)
    expect(page.frame_locator("iframe").first.get_by_text("Hello, this is hello.")).to_be_visible()
    tick = page.get_by_label("Choose the letter to Ada")
    tick.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")  # decides nothing, and keeps the tick
    expect(page.get_by_label("Choose the letter to Ada")).to_be_checked()
    assert letting_run.held(flow).count() == 3
    page.get_by_role("button", name="Send the ticked ones").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 letter is on its way.")).to_be_visible()
    assert letting_run.held(flow).count() == 2
    page.get_by_label("Choose the letter to Bea").check()
    page.get_by_text("Do not send the ticked ones").first.click()
    page.get_by_role("button", name="Do not send the ticked ones").click()
    expect(page.get_by_role("alert")).to_contain_text("Why not")
    page.get_by_label("Why not").fill("She rang us")
    page.get_by_role("button", name="Do not send the ticked ones").click()
    expect(page.get_by_text("1 letter is not sent.")).to_be_visible()
    page.get_by_role("button", name="Yes, let it run").click()
    expect(page.get_by_text("“Spring” runs: its letters wait for nobody any more.")).to_be_visible()


def test_a_letter_of_unknown_fate_is_sent_again_after_it_was_asked(
    signed_in: None, flow: Flow, page: Page, live_server: LiveServer, now: dt.datetime
) -> None:
    letter = letting_run.held(flow).last()
    assert letter
    Message.objects.filter(pk=letter.pk).update(
        status="unknown", reason="died", submitted_at=now, unknown_at=now, finished_at=now, attempts=1
    )
    page.goto(f"{live_server.url}/letters/unknown/")
    is_in_order(page)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="They did not: send again …").click()
    expect(page.get_by_role("button", name="Send it again")).to_be_visible()
    is_in_order(page)
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_text("1 letter is sent once more.")).to_be_visible()
    expect(page.get_by_text("Of every letter we know what became of it")).to_be_visible()


def test_how_far_a_segment_is_changes_by_itself(
    signed_in: None, flow: Flow, page: Page, live_server: LiveServer, now: dt.datetime
) -> None:
    segment = segments.save(Segment(name="Guides"), None, now, None)
    segments.put(segment, list(Member.objects.all()), now, None)
    admitting.let_in_segment(flow, segment, User.objects.get(username="anna"), now)
    page.goto(f"{live_server.url}/flows/spring/")
    expect(page.locator("#admissions")).to_contain_text("0 of about")
    is_in_order(page)
    while admitting.work(now):
        pass
    expect(page.locator("#admissions")).to_contain_text("Done")
