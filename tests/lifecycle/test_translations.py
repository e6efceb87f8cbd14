"""The pages in Danish: no marked word is missing, no placeholder is lost, and readers see what they should."""

import datetime as dt
import html
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import extract, mofile, pofile
from babel.messages.catalog import Catalog, Message
from django.test import Client
from django.utils import dateformat, translation
from django.utils.translation.template import templatize

from api import links
from members import consent
from members.models import Member
from office.models import User
from tests import cast
from tests.dashboard import club as clubs

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = ROOT / "locale" / "da" / "LC_MESSAGES" / "django.po"
# What members and staff read. Answers to programs (the other files of api/ and intake/) may stay English.
READ_BY_PEOPLE = "office members mail flows value relationship winback dashboard lifecycle templates".split()
READ_BY_PEOPLE += ["api/admin.py", "api/models.py", "intake/admin.py", "intake/models.py"]
FOR_PROGRAMS = ("members/api.py", "members/fields.py", "members/serializers.py")
CALLS = extract.DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdif]")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
CODE = re.compile(
    r"\{%\s*blocktranslate.*?endblocktranslate\s*%\}|\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}|<[^>]*>", re.DOTALL
)
# Attributes that are shown or read aloud.
SAID = re.compile(r'\b(?:title|alt|placeholder|aria-label|data-label)="([^"]*)"')


@pytest.fixture(scope="module")
def danish() -> Catalog:
    with WRITTEN.open("rb") as file:
        return pofile.read_po(file, locale="da")


@pytest.fixture(autouse=True)
def own_language_again() -> Iterator[None]:
    """A page read in Danish leaves its language behind for the next test."""
    yield
    translation.deactivate()


@pytest.fixture
def reader(db: None, client: Client) -> Client:
    """The browser of somebody who works here and reads Danish."""
    client.force_login(User.objects.create_user("anna", first_name="Anna", role="staff"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "da-DK,da;q=0.9,en;q=0.5"
    return client


def texts(catalog: Catalog) -> dict[tuple[str | None, object], list[tuple[str, str]]]:
    """Every text, by itself and its context, with its translation."""
    return {
        (context(one), one.id if isinstance(one.id, str) else tuple(one.id)): list(both(one))
        for one in catalog
        if one.id
    }


def context(message: Message) -> str | None:
    """What tells a text from others of the same words; Babel reads it from a compiled file as bytes."""
    found: object = message.context
    return found.decode() if isinstance(found, bytes) else message.context


def both(message: Message) -> Iterator[tuple[str, str]]:
    """The English and the Danish of a text, form by form."""
    if isinstance(message.id, str):
        yield message.id, str(message.string)
    else:
        yield from zip(message.id, message.string, strict=True)


def marked() -> Iterator[tuple[str | None, object, str]]:
    """Every text marked in what people read: its context, itself, and where it stands."""
    for place in READ_BY_PEOPLE:
        path = ROOT / place
        for file in [path] if path.is_file() else sorted(path.rglob("*.*")):
            where = str(file.relative_to(ROOT))
            if file.suffix not in {".py", ".html"} or "management" in file.parts or where in FOR_PROGRAMS:
                continue
            source = file.read_text()
            if file.suffix == ".html":  # as a row of calls, which are indented like the page
                source = "\n".join(line.strip() for line in templatize(source).splitlines())
            for _line, text, _comments, context in extract.extract(
                "python", io.BytesIO(source.encode()), CALLS
            ):
                yield context, text, where


def test_every_text_is_marked_by_a_name_that_collecting_knows() -> None:
    other = re.compile(r"import .*\bn?p?gettext\w* as (?!_\b)\w+")
    files = [path for place in READ_BY_PEOPLE for path in (ROOT / place).rglob("*.py")]
    assert [str(path) for path in files if other.search(path.read_text())] == []


def test_what_is_read_is_what_was_written(danish: Catalog) -> None:
    with WRITTEN.with_suffix(".mo").open("rb") as file:
        assert texts(mofile.read_mo(file)) == texts(danish), "compile it again, see CONTRIBUTING.md"


def test_no_text_is_empty_or_a_guess(danish: Catalog) -> None:
    assert [
        one.id for one in danish if one.id and (one.fuzzy or not all(text for _, text in both(one)))
    ] == []


def test_every_text_keeps_its_placeholders(danish: Catalog) -> None:
    lost = [
        english
        for message in danish
        if message.id
        for english, said in both(message)
        if sorted(PLACEHOLDER.findall(english)) != sorted(PLACEHOLDER.findall(said))
    ]
    assert lost == []


def test_everything_that_people_read_is_translated(danish: Catalog) -> None:
    known = texts(danish)
    found = list(marked())
    assert len(found) > 500
    assert [(text, where) for context, text, where in found if (context, text) not in known] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=[str(path.relative_to(ROOT)) for path in TEMPLATES])
def test_no_word_of_a_page_is_left_unmarked(path: Path) -> None:
    page = path.read_text()
    said = html.unescape(CODE.sub(" ", page)).split() + SAID.findall(CODE.sub("", page.replace("<", "")))
    assert [word for word in said if re.search(r"[^\W\d_]{2}", word)] == []


def test_the_house_s_words_leave_django_s_own_alone() -> None:
    """A word of ours that Django has too, such as “may”, would be said in its place everywhere."""
    with translation.override("da"):
        assert dateformat.format(dt.date(2026, 5, 1), "M F") == "Maj maj"


def test_stages_and_circles_have_the_club_s_own_words() -> None:
    with translation.override("da"):
        assert [str(stage.label) for stage in Member.Stage] == [
            "Kom godt i gang",
            "Løbende værdi",
            "Relation",
            "Ambassadør",
            "Tidligere",
        ]
        circles = [str(circle.label) for circle in Member.Circle]
        assert circles == ["Inderkreds", "Midterkreds", "Yderkreds", "Endnu ikke"]


def test_staff_read_home_and_the_members_in_danish(reader: Client, now: dt.datetime) -> None:
    clubs.found(now)
    home, members = (reader.get(place).content.decode() for place in ("/", "/members/"))
    assert '<html lang="da"' in home
    for said in (
        "Forside",
        "Den seneste uge: ",
        "Her er vores medlemmer",
        "Kom godt i gang",
        "ud på 30 dage",
    ):
        assert said in home
    for said in ("Find et medlem", "Medlemstype", "Ingrid Østergaard"):
        assert said in members
    assert not re.search(r"Where our members|Onboarding|Show figures", home)


def test_an_empty_house_is_told_in_danish_how_to_begin(reader: Client) -> None:
    assert "Fem trin, i hvilken som helst rækkefølge" in reader.get("/").content.decode()


def test_a_missing_page_says_so_in_danish(reader: Client) -> None:
    page = reader.get("/nowhere/").content.decode()
    assert '<html lang="da"' in page
    assert "Siden er her ikke" in page


def test_a_member_stops_letters_in_her_own_language(ingrid: cast.Person, client: Client) -> None:
    address = links.url("unsubscribe", ingrid.member.uuid, "membership")
    asked, done = client.get(address).content.decode(), client.post(address).content.decode()
    assert "Vil du afmelde disse breve?" in asked
    assert "Breve om dit medlemskab" in asked
    assert "Du får ikke flere af disse: Breve om dit medlemskab." in done
    assert "Vælg dine breve" in done


def test_a_member_chooses_letters_in_her_own_language(
    ingrid: cast.Person, client: Client, now: dt.datetime
) -> None:
    consent.grant(ingrid.member, "news", now, now, proof="form", source="test")
    page = client.get(links.url("preferences", ingrid.member.uuid)).content.decode()
    assert '<html lang="da"' in page
    assert "Hvilke breve må vi sende dig?" in page
    assert "Nyheder" in page


def test_somebody_who_reads_english_gets_english(client: Client, now: dt.datetime, db: None) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "da"
    page = client.get(links.url("preferences", cast.per(now).member.uuid)).content.decode()
    assert "Which letters may we send you?" in page
