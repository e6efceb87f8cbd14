"""The pages of the register in a real browser: accessible, nothing sideways, and a list taken in by clicks."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from dashboard import watching
from dashboard.models import Alarm
from intake.importing import working
from intake.models import Import
from lifecycle import trades
from mail.models import Message
from members import segments
from members.models import Account, Member, Segment
from tests import cast
from tests.browser.looking import is_in_order
from tests.dashboard.club import Club

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
LONG = "Maximiliane Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"
LIST = (
    "Medlemsnr;Fornavn;Efternavn;E-mail;Adresse;Indmeldt;Kontingent;Bådnavn\r\n"
    "1001;Åse;Ødegård;aase@example.org;Havnegade 1;15-06-2010;Aktiv;Svanen\r\n"
    "1002;Niels;Møller;moeller@example.org;Strandvej 7;14-10-2010;Aktiv;\r\n"
    "1003;Lærke;Møller;moeller@example.org;Strandvej 7;27-09-2013;Aktiv;\r\n"
    "1004;Per;Holm;;Kajen 2;01-02-2015;Passiv;\r\n"
    "1005;Gerda;Bak;no address;Kajen 4;31-02-2015;Aktiv;\r\n"
).encode("cp1252")


@pytest.fixture
def browser_context_args(request: pytest.FixtureRequest) -> dict[str, object]:
    """What `@pytest.mark.parametrize("browser_context_args", …, indirect=True)` asks for."""
    return getattr(request, "param", {})


@pytest.fixture(autouse=True)
def private_files(settings: LazySettings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A list as an old system exports it."""
    path = tmp_path / "medlemmer.csv"
    path.write_bytes(LIST)
    return path


@pytest.fixture
def register(club: Club, now: dt.datetime) -> list[str]:
    """A register with something of everything, and the addresses of its pages."""
    trades.choose("club", now)
    segments.save(Segment(name=LONG), {"fact": "stage", "op": "=", "value": "onboarding"}, now, None)
    company = Account.objects.create(external_id="nordhavn", name=LONG)
    double = cast.join("i-2", now, first_name="Ingrid", last_name="Østergaard").member
    Member.objects.filter(pk=double.pk).update(guardian=club.ole, household="1")
    Member.objects.filter(pk=club.ingrid.pk).update(first_name=LONG, account=company, household="1")
    here = f"/members/{club.ingrid.uuid}/"
    paths = ["/import/", "/members/segments/", "/members/segments/new/", "/settings/", "/settings/stages/"]
    watching.raise_(
        [watching.Finding(Alarm.Kind.PAUSED, "welcome", {"flow": LONG, "reason": "complained: 2/1000"})],
        (Alarm.Kind.PAUSED,),
        now,
    )
    watching.measure(now)
    paths += [
        "/alarms/",
        "/settings/changes/",
        "/companies/",
        f"/companies/{company.pk}/",
        f"/members/{double.uuid}/",
    ]
    return [*paths, here, f"{here}merge/", f"{here}merge/?with={double.uuid}", f"{here}erasure/"]


LOOKS = [
    pytest.param(
        {"viewport": size, "color_scheme": scheme, "bypass_csp": True}, id=f"{size['width']}-{scheme}"
    )
    for size, scheme in ((WIDE, "light"), (PHONE, "dark"))
]


def is_whole(page: Page) -> None:
    """In order with every fold open."""
    page.evaluate("for (const fold of document.querySelectorAll('main details')) fold.open = true")
    is_in_order(page)


@pytest.mark.parametrize("browser_context_args", LOOKS, indirect=True)
def test_every_page_of_the_register_is_accessible_and_nothing_scrolls_sideways(
    signed_in: None, page: Page, live_server: LiveServer, register: list[str]
) -> None:
    for path in register:
        page.goto(live_server.url + path)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        is_whole(page)


@pytest.mark.parametrize("browser_context_args", LOOKS, indirect=True)
def test_a_list_is_taken_in_and_taken_back_by_clicks(
    signed_in: None, page: Page, live_server: LiveServer, file: Path, now: dt.datetime
) -> None:
    before, letters = Member.objects.count(), Message.objects.count()
    page.goto(f"{live_server.url}/members/")
    page.get_by_role("link", name="Take in a list").click()
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="See what is in it").click()
    expect(page.get_by_label("Fornavn")).to_have_value("first_name")
    expect(
        page.get_by_text("4 new · 1 to look at · 1 without e-mail · 0 letters will be sent")
    ).to_be_visible()
    is_whole(page)
    page.get_by_label("Make the 1 family that lives together a household").check()
    page.get_by_role("button", name="Take in 4 lines").click()
    expect(page.get_by_text("It is being taken in: 0 of 5 lines.")).to_be_visible()
    is_whole(page)
    finish(now)
    expect(page.get_by_text("4 new · 1 not taken")).to_be_visible()
    expect(page.get_by_text("“no address” is no e-mail address")).to_be_visible()
    is_whole(page)
    assert (Member.objects.count(), Message.objects.count()) == (before + 4, letters)
    page.get_by_role("link", name="Undo this list").click()
    expect(page.get_by_role("button", name="Yes, undo it")).to_be_visible()
    is_whole(page)
    page.get_by_role("button", name="Yes, undo it").click()
    finish(now)
    expect(page.get_by_text("This list is undone.")).to_be_visible()
    assert Member.objects.count() == before


def test_what_a_column_means_is_not_lost_on_the_way(
    signed_in: None, page: Page, live_server: LiveServer, file: Path
) -> None:
    page.goto(f"{live_server.url}/import/")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="See what is in it").click()
    page.get_by_label("Bådnavn").select_option("Leave out")
    page.get_by_role("button", name="Take in 4 lines").click()
    expect(page.get_by_text("You chose something else")).to_be_visible()
    expect(page.get_by_label("Bådnavn")).to_have_value("")
    batch = Import.objects.get()
    assert (batch.status, batch.choices["meanings"][-1]) == (Import.Status.DRAFT, "")


def finish(now: dt.datetime) -> None:
    """Lets the workers do all there is to do; the page asks by itself how far they are."""
    while working.work(now):
        pass
