"""The week's work of a club in a real browser, as somebody does it who never saw it: stories 1, 3, 4, 5 and 9."""

import datetime as dt
import io
from pathlib import Path

import pytest
from django.conf import LazySettings
from openpyxl import Workbook
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from api import links
from intake.importing import working
from lifecycle import clock
from mail.models import Message
from members.models import Event, Member, Plan
from tests import sinks
from tests.browser.looking import is_in_order
from tests.dashboard import club as clubs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "bypass_csp": True}
HEADINGS = (
    "Medlemsnr.",
    "Fornavn",
    "Efternavn",
    "E-mail",
    "Fødselsdato",
    "Adresse",
    "Indmeldt",
    "Kontingent",
)
ROWS = (
    ("1", "Åse", "Holm", "aase@example.com", "02-03-1970", "Havnegade 1", "01-04-2015", "Årskontingent"),
    ("2", "Lærke", "Holm", "", "09-09-2012", "Havnegade 1", 42000, "Årskontingent"),
    ("", "", "Kjær", "kjaer@example.com", "", "Torvet 2", "15-08-2020", "Passiv"),
    ("4", "Bo", "Berg", "bo@@example.com", "", "Torvet 3", "31-02-2019", "Passiv"),
    (None,) * 8,
)


@pytest.fixture
def browser_context_args() -> dict[str, object]:
    return PHONE


def export(folder: Path) -> Path:
    """A list as an old programme writes it, with its mistakes."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADINGS, *ROWS):
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    path = folder / "medlemmer.xlsx"
    path.write_bytes(written.getvalue())
    return path


def test_my_list_is_in_and_nothing_went_out(
    signed_in: None,
    page: Page,
    live_server: LiveServer,
    now: dt.datetime,
    tmp_path: Path,
    settings: LazySettings,
) -> None:
    settings.VAR_DIR = tmp_path / "var"
    here = set(Member.objects.values_list("pk", flat=True))
    page.goto(f"{live_server.url}/import/")
    page.get_by_label("File").set_input_files(export(tmp_path))
    page.get_by_role("button", name="See what is in it").click()
    expect(page.get_by_text("0 letters will be sent")).to_be_visible()
    expect(page.get_by_text("“bo@@example.com” is no e-mail address")).to_be_visible()
    is_in_order(page)
    page.get_by_label("Make the 1 family").check()
    page.get_by_label("give each one recipient").check()
    page.get_by_role("button", name="Take in 3 lines").click()
    expect(page.get_by_role("progressbar").or_(page.get_by_text("Waiting")).first).to_be_visible()
    while working.work(now):
        pass
    expect(page.get_by_role("link", name="Undo this list")).to_be_visible()
    is_in_order(page)
    assert Member.objects.get(first_name="Lærke").guardian == Member.objects.get(first_name="Åse")
    assert Plan.objects.get(slug="Passiv").consumption == "optional"
    clock.tick(now)
    assert not Message.objects.exclude(member__in=here).exists()
    assert Member.objects.get(last_name="Kjær").enrolments.count() == 0


def test_somebody_joins_by_the_page_without_scripts_and_is_welcomed(
    signed_in: None,
    page: Page,
    browser: Browser,
    live_server: LiveServer,
    now: dt.datetime,
    sink: sinks.Sink,
) -> None:
    page.goto(f"{live_server.url}/members/joining/")
    page.get_by_role("button", name="Make a page").first.click()
    is_in_order(page)
    path = page.get_by_label("Link").input_value().partition("/join/")[2]
    visitor = browser.new_context(**{**PHONE, "java_script_enabled": False}).new_page()
    visitor.goto(f"{live_server.url}/join/{path}")
    visitor.get_by_role("button", name="Join").click()
    expect(visitor.get_by_text("Write a first name.")).to_be_visible()
    visitor.get_by_label("First name").fill("Mette")
    visitor.get_by_label("E-mail").fill("mette@example.com")
    visitor.get_by_role("button", name="Join").click()
    expect(visitor.get_by_label("First name")).to_have_count(0)
    clock.tick(now + dt.timedelta(seconds=1))
    assert len(sink.to("mette@example.com")) == 1


def test_staff_add_somebody_without_e_mail_and_the_task_is_there(
    signed_in: None, page: Page, live_server: LiveServer, now: dt.datetime
) -> None:
    page.goto(f"{live_server.url}/members/new/")
    page.get_by_label("First name").fill("Per")
    page.get_by_label("Phone").fill("30 12 34 99")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Per")).to_be_visible()
    clock.tick(now + dt.timedelta(seconds=1))
    page.goto(f"{live_server.url}/today/")
    line = page.get_by_role("listitem").filter(has_text="Per")
    expect(line.get_by_role("link", name="30 12 34 99")).to_be_visible()
    is_in_order(page)
    line.get_by_role("button", name="Called").click()
    expect(page.get_by_role("status").get_by_role("button", name="Undo")).to_be_visible()
    per = Member.objects.get(first_name="Per")
    assert Event.objects.filter(member=per, name__in=["task.done", "conversation.held"]).exists()


def test_why_somebody_got_nothing_is_a_sentence_away(
    signed_in: None, club: clubs.Club, page: Page, live_server: LiveServer
) -> None:
    reason = "bounced: 550 mailbox full"
    Message.objects.filter(pk=club.letter.pk).update(status="failed", reason=reason)
    page.goto(f"{live_server.url}/members/")
    page.get_by_label("Find a member").fill(club.letter.member.first_name)
    page.get_by_role("link", name=club.letter.member.name).first.click()
    answer = page.get_by_role("region", name="Letters")
    expect(answer).to_contain_text("was due")
    page.get_by_role("link", name="Why not …?").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(club.letter.member.first_name)
    is_in_order(page)


def test_somebody_leaves_by_phone_and_the_page_says_until_when_data_is_kept(
    signed_in: None, club: clubs.Club, page: Page, browser: Browser, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/members/{club.ingrid.uuid}/")
    page.get_by_text("More", exact=True).click()
    expect(page.get_by_role("link", name="Member’s card")).to_be_visible()
    page.get_by_role("link", name="Write down that they leave").click()
    page.get_by_label("In their own words").fill("No time for it")
    is_in_order(page)
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_role("status").get_by_role("button", name="Undo")).to_be_visible()
    is_in_order(page)


def test_somebody_leaves_by_letter_in_two_clicks(
    club: clubs.Club, browser: Browser, live_server: LiveServer
) -> None:
    page = browser.new_context(**{**PHONE, "java_script_enabled": False}).new_page()
    page.goto(f"{live_server.url}/u/cancel/{links.token('cancel', club.ingrid.uuid)}/")
    expect(page.get_by_label("I må gerne skrive til mig igen")).not_to_be_checked()  # Ingrid reads Danish
    page.get_by_role("button").click()
    expect(page.get_by_role("button", name="Jeg vil hellere blive")).to_be_visible()
    assert Event.objects.filter(member=club.ingrid, name="subscription.cancelled").exists()
