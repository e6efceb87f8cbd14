"""The pages behind one click in a letter, on a phone, in Danish, without scripts."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from api import links
from lifecycle import clock
from mail import reading
from members import events
from members.models import Event, Member
from relationship.models import SurveyAnswer
from tests.browser.looking import is_in_order
from tests.dashboard.club import Club
from tests.relationship import surveying
from tests.winback import offering
from winback.models import MadeOffer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def browser_context_args() -> dict[str, object]:
    """For looking at them: axe needs scripts of its own."""
    return {"viewport": PHONE, "bypass_csp": True}


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A reader who lets no script run."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def asked(club: Club, slug: str, now: dt.datetime) -> Member:
    """Ingrid got the letter with this question."""
    Event.objects.update(handled_at=now)
    surveying.store(surveying.HOPED_FOR, surveying.RECOMMEND)
    surveying.publish(now, slug, trigger={"event": "shop.visited"})
    events.record(events.Draft("shop.visited", club.ingrid, now, f"shop:{slug}"), now)
    clock.tick(now)
    return club.ingrid


def answers(member: Member, now: dt.datetime, live_server: LiveServer) -> list[str]:
    page = reading.read(surveying.letter_to(member), now).html
    return [live_server.url + path for path in re.findall(r'href="[^"]*(/u/survey/[^"]+)"', page)]


@pytest.mark.parametrize("slug", ["hoped-for", "recommend"])
def test_a_question_is_answered_and_answered_otherwise(
    club: Club, phone: Page, page: Page, live_server: LiveServer, now: dt.datetime, slug: str
) -> None:
    ingrid = asked(club, slug, now)
    found = answers(ingrid, now, live_server)
    page.goto(found[1])  # with scripts, as mail scanners open it
    is_in_order(page)
    page.wait_for_load_state("networkidle")
    assert not SurveyAnswer.objects.exists()
    phone.goto(found[-1])
    expect(phone.locator("html")).to_have_attribute("lang", "da")
    expect(phone.get_by_role("radio").last).to_be_checked()
    phone.get_by_role("textbox").fill("For meget larm")
    phone.get_by_role("button").click()
    expect(phone.get_by_role("status")).to_be_visible()
    row = SurveyAnswer.objects.get()
    assert (row.answer, row.text) == (3 if slug == "hoped-for" else 10, "For meget larm")
    phone.locator("summary").click()
    phone.get_by_role("radio").first.check()
    phone.get_by_role("button").click()
    expect(phone.get_by_role("status")).to_be_visible()
    assert SurveyAnswer.objects.get().answer == (1 if slug == "hoped-for" else 0)
    page.goto(found[0])
    page.locator("summary").click()
    is_in_order(page)


def test_an_offer_is_accepted_with_one_button(
    club: Club, phone: Page, page: Page, live_server: LiveServer, now: dt.datetime
) -> None:
    Event.objects.update(handled_at=now)
    offering.store(offering.TOP, offering.WEEKEND)
    offering.pays(club.ingrid, now)
    offering.publish(now)
    events.record(events.Draft("back.visited", club.ingrid, now, "back"), now)
    clock.tick(now)
    made = MadeOffer.objects.get()
    here = f"{live_server.url}/u/offer/{links.token('offer', made.uuid)}/"
    page.goto(here)  # with scripts, as mail scanners open it
    is_in_order(page)
    page.wait_for_load_state("networkidle")
    made.refresh_from_db()
    assert made.accepted_at is None
    phone.goto(here)
    expect(phone.locator("html")).to_have_attribute("lang", "da")
    expect(phone.get_by_role("heading")).to_have_text("90 dage med 30 % rabat")
    phone.get_by_role("button").click()
    expect(phone.get_by_role("status")).to_contain_text("90 dage med 30 % rabat")
    made.refresh_from_db()
    assert made.accepted_at == now
    page.goto(here)
    is_in_order(page)
