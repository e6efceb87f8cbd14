"""The pages that letters lead to, on a phone, in Danish, without scripts: whoever can open a letter can choose."""

import datetime as dt
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from api import links
from lifecycle import clock
from mail.models import Message
from members import consent, letter_pauses
from members.models import Consent, Event, Member, Topic, TopicWords
from tests.browser.looking import fits, is_in_order
from tests.dashboard.club import Club
from tests.value import houses

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


@pytest.fixture
def ingrid(club: Club, now: dt.datetime) -> Member:
    """Reads Danish, gets news, and was asked whether she wants offers."""
    offers = Topic.objects.create(slug="offers", double_opt_in=True)
    TopicWords.objects.create(
        topic=offers, language="da", name="Tilbud fra vores venner", description="Hver måned."
    )
    consent.grant(club.ingrid, "news", now, now, proof="form", source="test")
    consent.grant(club.ingrid, "offers", now, now, proof="form", source="test")
    Event.objects.update(handled_at=now)
    return club.ingrid


def address(live_server: LiveServer, purpose: str, *about: object) -> str:
    """The page at this server."""
    path = links.url(purpose, *map(str, about)).partition("/u/")[2]
    return f"{live_server.url}/u/{path}"


def may(member: Member) -> set[str]:
    return {topic for (_pk, topic), line in consent.standing([member.pk]).items() if line.granted}


def test_letters_are_chosen_rested_from_and_stopped(
    ingrid: Member, phone: Page, page: Page, live_server: LiveServer, now: dt.datetime
) -> None:
    here = address(live_server, "preferences", ingrid.uuid)
    page.goto(here)
    is_in_order(page)
    phone.goto(here)
    expect(phone.locator("html")).to_have_attribute("lang", "da")
    phone.get_by_label("Nyheder").uncheck()
    phone.get_by_role("button", name="Gem").click()
    expect(phone.get_by_role("status")).to_contain_text("Nyheder")
    assert "news" not in may(ingrid)
    phone.get_by_role("button", name="Fortryd").click()
    expect(phone.get_by_label("Nyheder")).to_be_checked()
    assert "news" in may(ingrid)
    phone.get_by_role("button", name="1 måned", exact=False).first.click()
    expect(phone.get_by_role("status")).to_be_visible()
    assert letter_pauses.running([ingrid.pk], now)
    page.goto(here)
    is_in_order(page)
    phone.locator("button[value=resume]").click()
    expect(phone.locator("button[value=resume]")).to_have_count(0)
    assert not letter_pauses.running([ingrid.pk], now)
    phone.locator("button[value=stop]").click()
    expect(phone.get_by_role("status")).to_be_visible()
    assert may(ingrid) == set()


def test_letters_are_stopped_by_the_link_of_a_letter(
    ingrid: Member, phone: Page, page: Page, live_server: LiveServer
) -> None:
    here = address(live_server, "unsubscribe", ingrid.uuid, "news")
    page.goto(here)
    is_in_order(page)
    phone.goto(here)
    assert "news" in may(ingrid)
    phone.get_by_role("button").click()
    expect(phone.get_by_role("status")).to_contain_text("Nyheder")
    assert "news" not in may(ingrid)
    expect(phone.locator("main a")).to_have_text("Vælg dine breve")
    phone.goto(address(live_server, "preferences", ingrid.uuid))
    expect(phone.get_by_label("Nyheder")).not_to_be_checked()


def test_a_second_yes_is_said_and_a_program_that_only_looks_says_none(
    ingrid: Member, phone: Page, page: Page, live_server: LiveServer
) -> None:
    here = address(live_server, "confirm", ingrid.uuid, "offers")
    lines = Consent.objects.count()
    page.goto(here)  # with scripts, as mail scanners open it
    is_in_order(page)
    page.wait_for_load_state("networkidle")
    assert Consent.objects.count() == lines
    phone.goto(here)
    expect(phone.get_by_text("Tilbud fra vores venner")).to_be_visible()
    phone.get_by_role("button").click()
    expect(phone.get_by_role("status")).to_contain_text("Tilbud fra vores venner")
    assert "offers" in may(ingrid)


def test_a_statement_is_read_on_a_phone_without_scripts(
    ingrid: Member, phone: Page, page: Page, live_server: LiveServer, now: dt.datetime
) -> None:
    Member.objects.filter(pk=ingrid.pk).update(joined_at=now - dt.timedelta(days=100))
    houses.benefit("Evenings with a name that hardly fits on a phone", "usage.evening", 12000)
    houses.benefit("Library", "usage.library", sentence="Borrow what you like.", link="https://club.example/")
    houses.used(ingrid, "usage.evening", now - dt.timedelta(hours=1), times=2)
    houses.paid(ingrid, 90000, now - dt.timedelta(hours=2))
    houses.coming("Soup", now + dt.timedelta(days=1), place="The hall")
    lines = Event.objects.count()
    here = address(live_server, "statement", ingrid.uuid)
    page.goto(here)
    is_in_order(page)
    fits(page)
    phone.goto(here)
    expect(phone.locator("html")).to_have_attribute("lang", "da")
    expect(phone.locator("main p").first).to_contain_text("660 kr. mindre, end det kostede.")
    expect(phone.locator("main")).to_contain_text("Library: Borrow what you like.")
    expect(phone.locator("main")).to_contain_text("tirsdag 3. marts kl. 23:30: Soup, The hall")
    assert Event.objects.count() == lines


def test_a_letter_is_read_in_the_browser_and_nothing_follows_from_opening_its_links(
    ingrid: Member, phone: Page, page: Page, live_server: LiveServer, now: dt.datetime
) -> None:
    clock.tick(now)
    letter = Message.objects.filter(member=ingrid, status="sent").latest("pk")
    before = Consent.objects.count(), Event.objects.count()
    page.goto(address(live_server, "browser", letter.uuid))
    fits(page)
    phone.goto(address(live_server, "browser", letter.uuid))
    found = {link.get_attribute("href") or "" for link in phone.get_by_role("link").all()}
    ours = {f"{live_server.url}/u/{href.partition('/u/')[2]}" for href in found if "/u/" in href}
    assert len(ours) >= 3
    for href in ours:
        assert page.goto(href)
        page.wait_for_load_state("networkidle")
    assert (Consent.objects.count(), Event.objects.count()) == before
