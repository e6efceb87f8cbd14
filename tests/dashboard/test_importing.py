"""Lists by the browser: looked at, decided, taken in by the workers, undone."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from flows.models import Enrolment
from intake.importing import working
from intake.models import ColumnChoice, Import
from mail import addressing
from mail.models import Message
from members.models import ExternalId, Member, Plan
from office.models import AuditEntry, House, User
from tests import cast

EXPORT = (
    "Medlemsnr;Navn;E-mail;Indmeldt;Fødselsdato;Adresse;Skostørrelse\r\n"
    "1;Anna Holm;anna@example.com;15-03-2013;01-02-1980;Storegade 1;38\r\n"
    "2;Søren Holm;;16-03-2013;41348;Storegade 1;44\r\n"
    ";Ole Brandt;ole@example.com;31-02-2013;;Torvet 2;\r\n"
    ";;;;;;\r\n"
    ";Ida Berg;ida@example.com;1-4-2014;;Torvet 3;\r\n"
)


@pytest.fixture(autouse=True)
def house(settings: LazySettings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"


def bring(browser: Client, content: bytes, name: str = "medlemmer.csv", kind: str = "members") -> str:
    file = SimpleUploadedFile(name, content)
    answer = browser.post("/import/uploads", {"kind": kind, "file": file})
    return str(answer.headers["Location"])


def work(now: dt.datetime) -> None:
    while working.work(now):
        pass


def test_a_list_as_exported_is_recognised_and_shown_before_anything_happens(staff: Client) -> None:
    url = bring(staff, EXPORT.encode("cp1252"))
    page = staff.get(url).content.decode()
    batch = Import.objects.get()
    assert batch.reading == {"encoding": "cp1252", "separator": ";", "dates": "dmy", "decimal": "."}
    assert batch.choices["meanings"] == [
        "external_id",
        "full_name",
        "email",
        "joined_at",
        "birth_year",
        "own:Adresse",
        "own:Skostørrelse",
    ]
    assert "3 new" in page
    assert "1 without e-mail" in page
    assert "0 letters will be sent" in page
    assert "Joined on:" in page  # the 31st of February, in words
    assert "Anna Holm, Søren Holm" in page
    assert not Member.objects.exists()


def test_it_is_taken_in_by_the_workers_and_nobody_gets_a_letter(staff: Client, now: dt.datetime) -> None:
    url = bring(staff, EXPORT.encode())
    staff.post(f"{url}start", {"homes": "yes"})
    assert "0 of 4" in staff.get(url).content.decode()
    assert b"<html" not in staff.get(url, headers={"HX-Request": "true"}).content
    work(now)
    page = staff.get(url).content.decode()
    assert "3 new" in page
    assert "Ole Brandt" in page  # not taken, and why
    assert "Joined on:" in page
    anna = ExternalId.objects.get(value="1").member
    soren = ExternalId.objects.get(value="2").member
    assert (anna.first_name, anna.last_name, anna.birth_year) == ("Anna", "Holm", 1980)
    assert anna.joined_at == dt.datetime(2013, 3, 15, tzinfo=dt.UTC)
    assert anna.own_fields == {"Adresse": "Storegade 1", "Skostørrelse": "38"}
    assert soren.birth_year == 2013  # a day as spreadsheets count
    assert anna.household == soren.household != ""
    assert not Message.objects.exists()
    assert not Enrolment.objects.exists()
    assert AuditEntry.objects.get(deed="import.members").user == User.objects.get(username="anna")
    assert not list((working.drafts.folder()).iterdir())


def test_the_same_list_next_month_changes_nothing_also_for_those_without_number(
    staff: Client, now: dt.datetime
) -> None:
    for _month in range(2):
        staff.post(f"{bring(staff, EXPORT.encode())}start")
        work(now)
    latest = Import.objects.latest("pk")
    assert (latest.created, latest.updated, latest.unchanged, latest.refused) == (0, 0, 3, 1)


def test_decisions_about_columns_are_remembered(staff: Client, now: dt.datetime) -> None:
    url = bring(staff, EXPORT.encode())
    chosen = ["external_id", "full_name", "email", "joined_at", "", "own", ""]
    staff.post(f"{url}columns", {f"meaning-{place}": meaning for place, meaning in enumerate(chosen)})
    staff.post(f"{url}start")
    work(now)
    assert ColumnChoice.objects.get(heading="skostørrelse").meaning == ""
    bring(staff, EXPORT.encode())
    assert Import.objects.latest("pk").choices["meanings"][4:] == ["", "own:Adresse", ""]


def test_how_it_is_written_can_be_corrected(staff: Client) -> None:
    url = bring(staff, b"number,name,joined\n1,Anna Holm,03-04-2013\n")
    staff.post(
        f"{url}columns",
        {"dates": "mdy", "meaning-0": "external_id", "meaning-1": "full_name", "meaning-2": "joined_at"},
    )
    batch = Import.objects.get()
    assert batch.reading["dates"] == "mdy"
    staff.post(f"{url}columns", {"separator": ";"})
    assert len(Import.objects.get().choices["headings"]) == 1


def test_a_list_without_names_cannot_be_started(staff: Client) -> None:
    url = bring(staff, b"number,shoes\n1,44\n")
    page = staff.post(f"{url}start", follow=True).content.decode()
    assert "Say first which column is: E-mail or First name or Last name." in page
    assert Import.objects.get().status == "draft"


@pytest.mark.parametrize("answer", ["both", "same"])
def test_a_likely_duplicate_is_shown_and_decided(staff: Client, now: dt.datetime, answer: str) -> None:
    known = cast.ingrid(now - dt.timedelta(days=3)).member
    url = bring(staff, b"number,name,email,phone\n77,Ingrid Ostergaard,ingrid@example.com,123\n")
    assert "Likely the same person" in staff.get(url).content.decode()
    staff.post(f"{url}start", {"twin-0": answer})
    work(now)
    assert Member.objects.count() == (2 if answer == "both" else 1)
    known.refresh_from_db()
    assert known.phone == ("" if answer == "both" else "123")
    staff.post(f"{url}undone")
    work(now)
    known.refresh_from_db()
    assert (known.phone, Member.objects.count()) == ("", 1)
    assert not ExternalId.objects.filter(value="77").exists()


def test_undoing_asks_first_and_is_written_down(staff: Client, now: dt.datetime) -> None:
    url = bring(staff, EXPORT.encode())
    staff.post(f"{url}start")
    work(now)
    assert "Undo this list?" in staff.get(f"{url}undo/").content.decode()
    assert Member.objects.count() == 3
    staff.post(f"{url}undone")
    work(now)
    assert not Member.objects.exists()
    assert "This list is undone." in staff.get(url).content.decode()
    assert AuditEntry.objects.filter(deed="import.undone").exists()


def test_refused_lines_come_as_a_file(staff: Client, now: dt.datetime) -> None:
    url = bring(staff, EXPORT.encode())
    staff.post(f"{url}start")
    work(now)
    lines = b"".join(staff.get(f"{url}refused.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "Ole Brandt" in lines
    assert "Anna Holm" not in lines


def test_a_list_can_be_left(staff: Client) -> None:
    url = bring(staff, EXPORT.encode())
    staff.post(f"{url}dropped")
    assert not Import.objects.exists()
    assert not list((working.drafts.folder()).iterdir())


def test_a_file_that_is_no_list_is_refused_in_words(staff: Client) -> None:
    assert bring(staff, b"PK\x03\x04torn", "list.xlsx") == "/import/"
    assert "This spreadsheet is damaged." in staff.get("/import/").content.decode()
    assert not list((working.drafts.folder()).iterdir())


def packed(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7\n1 0 obj\xff\x00", "This is a PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "This is a picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "This is a picture"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "This is a picture"),
        (b"\x00\x00\x00\x18ftypheic", "a photo or a film"),
        (b"\x1f\x8b\x08\x00", "This file is packed"),
        (packed("word/document.xml"), "This is a Word document"),
        (packed("Index/Document.iwa"), "This is a Numbers file"),
        (packed("mimetype", "content.xml"), "a file of LibreOffice"),
        (packed("members.csv"), "This is an archive"),
        (b"\r\n<html><table><tr><td>Anna</td></tr></table></html>", "This is a web page"),
        (b'<?xml version="1.0"?><Workbook/>', "This is a web page"),
        (b'[\n  {"email": "anna@example.com"}\n]', "This is JSON"),
        (b"BEGIN:VCARD\nFN:Anna\nEND:VCARD\n", "contact cards"),
        (b"MZ\x90\x00\x03\x00", "This is no text"),
    ],
)
def test_what_is_no_list_is_told_in_plain_words_with_the_way_out(
    staff: Client, content: bytes, said: str
) -> None:
    assert bring(staff, content, "list.csv") == "/import/"
    page = staff.get("/import/").content.decode()
    assert said in page
    assert not Import.objects.exists()
    assert not list(working.drafts.folder().iterdir())


@pytest.mark.parametrize("heading", ["BMI", "{id}", "Index", "PKK", "RIFF", "GIF8"])
def test_a_list_whose_first_heading_looks_like_something_else_is_a_list(staff: Client, heading: str) -> None:
    assert bring(staff, f"{heading};Email\n1;anna@example.com\n".encode()) != "/import/"


def test_a_spreadsheet_is_read_with_its_days_and_numbers(staff: Client, now: dt.datetime) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Number", "First name", "Joined", "Phone"])
    sheet.append([17.0, "Anna", dt.date(2013, 3, 15), 30123456])
    sheet.append([18, "=cmd|' /C calc'!A0", 41348, None])
    buffer = io.BytesIO()
    book.save(buffer)
    url = bring(staff, buffer.getvalue(), "list.xlsx")
    staff.post(f"{url}start")
    work(now)
    anna = ExternalId.objects.get(value="17").member
    assert (anna.first_name, anna.phone, anna.joined_at.date()) == ("Anna", "30123456", dt.date(2013, 3, 15))


def test_who_may_only_read_brings_nothing(reader: Client, staff: Client) -> None:
    url = bring(staff, EXPORT.encode())
    for address in ("/import/", url, f"{url}undo/", f"{url}refused.csv", "/members/export.csv"):
        assert reader.get(address).status_code == 403
    for address in ("/import/uploads", f"{url}start", f"{url}columns", f"{url}undone", f"{url}dropped"):
        assert reader.post(address).status_code == 403


def test_members_leave_as_a_list_that_a_spreadsheet_does_not_calculate(
    client: Client, db: None, now: dt.datetime
) -> None:
    cast.join("x", now, first_name="=1+1", phone="+45 30 12 34 56")
    client.force_login(User.objects.create_user("owner", role="owner"))
    answer = client.get("/members/export.csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "x,,'=1+1,,'+45 30 12 34 56," in text
    assert AuditEntry.objects.get(deed="members.exported").details["count"] == 1


def test_a_list_that_a_command_took_in_stands_among_the_others(staff: Client, now: dt.datetime) -> None:
    Import.objects.create(file_name="members.csv", created_at=now, status="done")
    assert "members.csv" in staff.get("/import/").content.decode()


def test_plans_are_found_by_the_name_people_use_and_sums_are_no_plans(
    staff: Client, now: dt.datetime
) -> None:
    Plan.objects.create(slug="full", name="Full membership")
    content = "Nr;Navn;Kontingent\n1;Anna Holm;Full Membership\n2;Bo Dahl;Børn & unge\n"
    staff.post(f"{bring(staff, content.encode())}start")
    work(now)
    assert dict(Member.objects.values_list("first_name", "plan__slug")) == {
        "Anna": "full",
        "Bo": "boern-unge",
    }
    bring(staff, b"Nr;Navn;Kontingent\n3;Ole Brandt;1.200,50 kr.\n", name="sums.csv")
    assert Import.objects.latest("pk").choices["meanings"][2] == "plan"  # as decided before
    ColumnChoice.objects.all().delete()
    bring(staff, b"Nr;Navn;Kontingent\n3;Ole Brandt;1.200,50 kr.\n", name="sums.csv")
    assert Import.objects.latest("pk").choices["meanings"][2] == "own:Kontingent"


def test_an_unknown_plan_is_called_as_the_list_calls_it_and_a_passive_one_expects_nobody(
    staff: Client, now: dt.datetime
) -> None:
    rows = "Nr;Fornavn;Kontingent\r\n1;Anna;Årskontingent\r\n2;Bo;Passivt medlem\r\n3;Eva;Årskontingent\r\n"
    staff.post(f"{bring(staff, rows.encode())}start")
    work(now)
    named = {plan.slug: (plan.name, plan.consumption) for plan in Plan.objects.all()}
    assert named["aarskontingent"] == ("Årskontingent", "expected")
    assert named["passivt-medlem"] == ("Passivt medlem", "optional")
    assert Member.objects.get(first_name="Eva").plan == Plan.objects.get(slug="aarskontingent")


def test_a_list_of_payments_names_its_members(staff: Client) -> None:
    content = "Betalingsnr;Medlemsnr;Betalt;Beløb;Valuta\nB1;1;02-03-2018;900,50;DKK\n"
    bring(staff, content.encode("cp1252"), kind="payments")
    wanted = ["external_id", "member", "paid_at", "amount", "currency"]
    assert Import.objects.get().choices["meanings"] == wanted


def test_one_number_for_two_people_is_shown_before_one_is_lost(staff: Client) -> None:
    content = "Nr;Navn;Fødselsår;Værge\n7;Anna Holm;1980;\n7;Bo Dahl;1975;\n8;Ida Dahl;2015;7\n8;Ida Dahl;;\n"
    page = staff.get(bring(staff, content.encode())).content.decode()
    assert "One number, two names" in page
    assert "7 · Anna Holm · Bo Dahl" in page
    assert "8 · " not in page
    assert Import.objects.get().choices["meanings"][3] == "guardian"


def test_alike_on_the_list_itself_is_asked_about(staff: Client) -> None:
    content = "Nr;Navn;Fødselsår\n1;Mette Holm;1980\n2;Mete Holm;1980\n3;Mette Holm;1992\n"
    bring(staff, content.encode())
    found = [(twin["ident"], twin["other"]) for twin in Import.objects.get().outlook["twins"]]
    assert found == [("2", "line:1")]


@pytest.mark.parametrize("content", [b"Nr;Navn\n", b"Nr;Navn\n;\n"])
def test_headings_alone_are_no_list_and_leave_nothing_behind(staff: Client, content: bytes) -> None:
    file = SimpleUploadedFile("empty.csv", content)
    answer = staff.post("/import/uploads", {"kind": "members", "file": file}, follow=True)
    assert b"There is nothing below the names of the columns." in answer.content
    assert not Import.objects.exists()


def test_where_every_line_would_stay_out_there_is_nothing_to_press(staff: Client) -> None:
    page = staff.get(bring(staff, b"Nr;E-mail\n1;nobody\n")).content.decode()
    assert "No line can be taken in" in page
    assert "Take in 0 lines" not in page


FAMILY = (
    "Nr;Navn;E-mail;Fødselsår;Adresse\n"
    "1;Ida Holm;;2015;Storegade 1\n"
    "2;Emil Holm;emil@example.com;2012;Storegade 1\n"
    "3;Anna Holm;anna@example.com;1980;Storegade 1\n"
    "4;Bo Holm;;1978;Storegade 1\n"
    "5;Ole Brandt;;1950;Torvet 2\n"
)


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_a_household_may_be_given_one_recipient(staff: Client, now: dt.datetime, answer: str) -> None:
    staff.post(f"{bring(staff, FAMILY.encode())}start", {"homes": "yes", "reader": answer})
    work(now)
    letters_to = {one.first_name: addressing.of(one) for one in Member.objects.select_related("guardian")}
    read_by = "anna@example.com" if answer == "yes" else ""
    own = {"Emil": "emil@example.com", "Anna": "anna@example.com", "Ole": ""}
    assert letters_to == {**own, "Ida": read_by, "Bo": read_by}
    assert Member.objects.exclude(household="").count() == 4


def test_a_title_above_the_headings_is_no_heading(staff: Client) -> None:
    content = "Medlemsudtræk pr. 20-11-2026\n\nNr;Fornavn;Efternavn;E-mail\n1;Åse;Holm;aase@example.com\n"
    bring(staff, content.encode())
    batch = Import.objects.get()
    assert batch.choices["headings"] == ["Nr", "Fornavn", "Efternavn", "E-mail"]
    assert (batch.lines, batch.outlook["created"]) == (1, 1)


def test_who_left_is_not_made_a_member_again(staff: Client, now: dt.datetime) -> None:
    content = "Nr;Navn;Udmeldt\n1;Anna Holm;\n2;Bo Dahl;04-05-2019\n3;Eva Bak;01-01-2099\n"
    url = bring(staff, content.encode())
    assert "Left on" in staff.get(url).content.decode()
    staff.post(f"{url}start")
    work(now)
    assert {member.name for member in Member.objects.all()} == {"Anna Holm", "Eva Bak"}
    assert "has passed. Who left is brought with their contract" in staff.get(url).content.decode()


def test_a_day_that_a_spreadsheet_counts_is_shown_as_a_day(staff: Client) -> None:
    page = staff.get(bring(staff, b"Nr;Navn;Indmeldt\n1;Anna Holm;39545\n")).content.decode()
    assert "39545 = 2008-04-07" in page


def test_one_person_twice_is_no_family_and_reads_for_nobody(staff: Client, now: dt.datetime) -> None:
    rows = "Nr;Fornavn;Efternavn;E-mail;Adresse;Fødselsår\n"
    rows += (
        "1;Maja;Holm;maja@example.com;Torvet 1;1980\n2;Maja;Holm;;Torvet 1;1980\n3;Ida;Holm;;Torvet 1;2015\n"
    )
    url = bring(staff, rows.encode())
    staff.post(f"{url}start", {"twin-0": "same", "homes": "yes", "reader": "yes"})
    work(now)
    assert (Import.objects.get().refused, Member.objects.count()) == (0, 2)
    assert Member.objects.get(first_name="Ida").guardian == Member.objects.get(first_name="Maja")


def test_two_lines_of_one_name_are_no_family(staff: Client) -> None:
    rows = "Nr;Navn;Adresse\n1;Maja Holm;Torvet 1\n2;Maja Holm;Torvet 1\n"
    bring(staff, rows.encode())
    assert Import.objects.get().outlook["homes_count"] == 0


def test_why_a_line_stayed_out_is_said_in_the_language_of_the_house(staff: Client, now: dt.datetime) -> None:
    House.objects.update_or_create(pk=1, defaults={"language": "da"})
    url = bring(staff, b"Nr;Navn;E-mail\n1;Anna Holm;nobody\n2;Bo Dahl;\n")
    staff.post(f"{url}start")
    work(now)
    page = staff.get(url).content.decode()
    assert "er ikke en e-mailadresse" in page


def test_one_reason_hides_no_other(staff: Client) -> None:
    gone = "".join(f"{number};Bo Dahl;;04-05-2019\n" for number in range(30))
    page = staff.get(bring(staff, f"Nr;Navn;E-mail;Udmeldt\n{gone}99;Anna Holm;nobody;\n".encode()))
    assert "“nobody” is no e-mail address" in page.content.decode()
    assert "31 lines in all." in page.content.decode()


def test_nobody_who_stays_out_reads_for_a_family(staff: Client, now: dt.datetime) -> None:
    rows = "Nr;Fornavn;Efternavn;E-mail;Adresse;Udmeldt\n"
    rows += (
        "1;Ole;Holm;ole@example.com;Torvet 1;04-05-2019\n2;Eva;Holm;a@example.com; b@example.com;Torvet 1;\n"
    )
    rows += "3;Bo;Holm;bo@example.com;Torvet 1;\n4;Ida;Holm;;Torvet 1;\n"
    url = bring(staff, rows.replace("a@example.com; b", "a@b@").encode())
    staff.post(f"{url}start", {"homes": "yes", "reader": "yes"})
    work(now)
    assert {member.first_name for member in Member.objects.all()} == {"Bo", "Ida"}
    assert Member.objects.get(first_name="Ida").guardian == Member.objects.get(first_name="Bo")
