"""Pictures: written anew, small, without what a phone hides in them, under the hash of what is served."""

import datetime as dt
import hashlib
import io

import pytest
from django.test import Client
from PIL import Image

from mail import pictures
from mail.models import Picture
from tests.mail import photos

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def opened(made: pictures.Ready) -> Image.Image:
    return Image.open(io.BytesIO(made.content))


def test_a_photo_is_made_small_enough_and_named_after_its_content():
    made = pictures.ready(photos.photo(4000, 3000), pictures.LARGEST_UPLOAD)
    assert (made.width, made.height) == (1200, 900) == opened(made).size
    assert made.name == hashlib.sha256(made.content).hexdigest()[:32] + ".jpg"
    assert made.content_type == "image/jpeg"
    assert len(made.content) < 300_000


def test_where_a_photo_was_taken_stays_behind_and_it_stands_upright():
    content = photos.with_place(400, 300)
    assert b"SecretCamera" in content
    made = pictures.ready(content)
    assert b"SecretCamera" not in made.content
    assert b"Exif" not in made.content
    assert (made.width, made.height) == (300, 400)
    assert not opened(made).getexif()


def test_what_is_hidden_behind_a_picture_is_not_served():
    made = pictures.ready(photos.drawing() + b"<script>alert(1)</script>")
    assert b"script" not in made.content


def test_a_drawing_keeps_its_edges_and_what_is_see_through():
    made = pictures.ready(photos.drawing())
    assert made.content_type == "image/png"
    assert opened(made).convert("RGBA").getpixel((0, 0))[3] == 0


def test_webp_becomes_what_every_mail_program_shows():
    image = Image.open(io.BytesIO(photos.photo(300, 200)))
    assert pictures.ready(photos.encoded(image, "WEBP")).content_type == "image/jpeg"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (SVG, "no PNG, JPEG or WebP"),
        (b"", "no PNG, JPEG or WebP"),
        (b"GIF89a" + b"\0" * 50, "no PNG, JPEG or WebP"),
        (photos.photo()[:2000], "no PNG, JPEG or WebP"),
        (photos.bomb(), "million pixels|too many pixels"),
        (photos.bomb(60_000, 60_000), "too many pixels"),
        (b"\0" * (pictures.LARGEST + 1), "larger than 2 MB"),
    ],
)
def test_what_is_no_picture_or_a_trick_is_refused_in_words(content: bytes, said: str):
    with pytest.raises(pictures.NoPicture, match=said):
        pictures.ready(content)


@pytest.mark.django_db
def test_the_same_picture_is_kept_once_and_keeps_its_words(now: dt.datetime):
    first = pictures.add(photos.photo(), title="The hall", alt="A long table", now=now)
    again = pictures.add(photos.photo(), title="Other", alt="Other", now=now)
    assert (again.pk, again.title, again.alt) == (first.pk, "The hall", "A long table")
    assert Picture.objects.count() == 1
    assert pictures.size(first.name) == (1200, 675)


@pytest.mark.django_db
def test_a_face_that_comes_into_the_library_gets_its_words(now: dt.datetime):
    face = pictures.keep(photos.drawing())
    assert not face.in_library
    assert pictures.add(photos.drawing(), title="A leaf", alt="A green leaf", now=now).pk == face.pk
    face.refresh_from_db()
    assert (face.in_library, face.alt) == (True, "A green leaf")


@pytest.mark.django_db
def test_a_picture_kept_before_sizes_were_is_measured_once():
    row = pictures.keep(photos.drawing(50, 40))
    Picture.objects.update(width=0, height=0)
    assert pictures.size(row.name) == (50, 40)
    assert Picture.objects.get().width == 50


@pytest.mark.django_db
def test_a_picture_is_served_for_a_year_as_what_it_is(client: Client):
    row = pictures.keep(photos.photo())
    answer = client.get(f"/pictures/{row.name}")
    assert answer.content == bytes(row.content)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer["Cache-Control"]
    assert "max-age=31536000" in answer["Cache-Control"]
    assert client.get("/pictures/other.png").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(("width", "height"), [(1200, 1600), (1600, 900), (40, 90)])
def test_a_face_is_a_small_square_whatever_the_photo(width: int, height: int):
    # Gmail and Outlook know no object-fit: another shape would be squeezed into the 64 pixels of the card.
    face = pictures.keep_face(photos.photo(width, height))
    side = min(256, width, height)
    assert (face.width, face.height) == (side, side)
    assert len(face.content) < 40_000


@pytest.mark.django_db
def test_a_face_shows_the_upper_middle_of_an_upright_photo():
    image = Image.new("RGB", (300, 600), "white")
    image.paste("red", (0, 90, 300, 390))  # a head, a little below the top
    shown = Image.open(io.BytesIO(bytes(pictures.keep_face(photos.encoded(image, "PNG")).content)))
    assert {shown.convert("RGB").getpixel(place) for place in ((2, 4), (128, 128), (250, 250))} == {
        (255, 0, 0)
    }
