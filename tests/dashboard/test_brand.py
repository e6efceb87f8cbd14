"""The look of the letters: chosen by an owner, checked for contrast, seen before it is saved, and in every letter."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mail import brand
from mail.models import Brand, Picture
from office.models import AuditEntry, House
from tests.mail import photos
from tests.office import desks

pytestmark = pytest.mark.django_db
URL = "/settings/brand/"
SENT = {
    "accent": "#0b6b57",
    "text": "#1e2a2f",
    "surface": "#ffffff",
    "paper": "#fbfaf7",
    "font": "inter",
    "name": "The Harbour Club",
    "postal_address": "Havnegade 1, 1058 København K",
    "email": "hello@example.com",
    "language": "en",
    "languages": ["en", "da"],
    "do": "save",
}


@pytest.fixture
def owner(client: Client) -> Client:
    desks.log_in(client, "owner")
    return client


def test_only_an_owner_chooses_how_letters_look(client: Client) -> None:
    for role in ("editor", "staff", "readonly"):
        desks.log_in(client, role)
        assert client.get(URL).status_code == 403
        assert client.post(URL, SENT).status_code == 403
    assert not Brand.objects.exists()


def test_what_is_saved_is_what_letters_wear_and_is_written_down(owner: Client) -> None:
    assert owner.post(URL, {**SENT, "accent": "#7a1f1f", "font": "georgia"}).status_code == 302
    look, house = Brand.current(), House.current()
    assert brand.values(look) == {"accent": "#7A1F1F", "font": "georgia"}
    assert look.languages == ["en", "da"]
    assert house.postal_address == "Havnegade 1, 1058 København K"
    entry = AuditEntry.objects.get(deed="brand.changed")
    assert entry.details["after"]["accent"] == "#7A1F1F"
    assert "changed how letters look" in owner.get("/settings/changes/").content.decode()
    assert owner.post(URL, {**SENT, "accent": "#7a1f1f", "font": "georgia"}).status_code == 302
    assert AuditEntry.objects.filter(deed="brand.changed").count() == 1


@pytest.mark.parametrize(
    ("over", "said"),
    [
        (
            {"accent": "#ffdd00"},
            "Links on the letter&#x27;s paper: contrast 1.3 to 1, and 4.5 is needed. The nearest that can be read is #",
        ),
        ({"text": "#cccccc"}, "Text on the letter&#x27;s paper: contrast 1.6 to 1, and 4.5 is needed."),
        ({"accent": "green"}, "as in #0B6B57"),
        ({"postal_address": ""}, "This field is required."),
        ({"font": "comic"}, "Select a valid choice."),
        ({"name": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_number_and_the_fix(
    owner: Client, over: dict[str, str], said: str
) -> None:
    answer = owner.post(URL, {**SENT, **over})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Brand.objects.exists()


def test_the_fix_that_is_named_is_accepted(owner: Client) -> None:
    page = owner.post(URL, {**SENT, "accent": "#ffdd00"}).content.decode()
    colour = page.split("The nearest that can be read is ")[1][:7]
    assert owner.post(URL, {**SENT, "accent": colour}).status_code == 302
    assert Brand.current().accent == colour


def test_a_letter_is_seen_before_anything_is_saved(owner: Client) -> None:
    page = owner.post(URL, {**SENT, "accent": "#7a1f1f", "do": "look"}, headers={"HX-Request": "true"})
    said = page.content.decode()
    assert "<html" not in said
    assert "accent=%237A1F1F" in said
    letter = owner.get(f"{URL}letter/", {"accent": "#7A1F1F", "name": "Our place", "dark": "1"})
    assert "color: #7A1F1F" in letter.content.decode()
    assert "Our place" in letter.content.decode()
    assert "@media all" in letter.content.decode()
    assert letter["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox" in letter["Content-Security-Policy"]
    assert not Brand.objects.exists()


def test_a_sample_is_no_way_to_write_a_page(owner: Client) -> None:
    asked = {"accent": "red;} </style><script>", "name": "<script>alert(1)</script>", "font": "'"}
    page = owner.get(f"{URL}letter/", asked).content.decode()
    assert "<script>" not in page
    assert brand.DEFAULTS["accent"] in page


def test_a_logo_is_put_in_and_taken_out_again(owner: Client) -> None:
    file = SimpleUploadedFile("logo.png", photos.drawing(480, 120), "image/png")
    assert owner.post(URL, {**SENT, "upload": file}).status_code == 302
    logo = Brand.current().logo
    assert logo == Picture.objects.get()
    assert f"/pictures/{Picture.objects.get().name}" in owner.get(f"{URL}letter/").content.decode()
    assert owner.post(URL, {**SENT, "without_logo": "on"}).status_code == 302
    assert Brand.current().logo is None
    bad = SimpleUploadedFile("logo.svg", b"<svg/>", "image/svg+xml")
    assert "this is no PNG" in owner.post(URL, {**SENT, "upload": bad}).content.decode()


def test_the_page_asks_a_constant_number_of_questions(
    owner: Client, now: dt.datetime, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(12):
        owner.get(URL)
