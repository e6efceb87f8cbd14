"""The look of letters: contrasts as WCAG counts them, colours that can always be read, and nothing else let in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail import brand, colours, compiling, merge_fields, rendering
from mail.models import Brand, Picture

COLOUR = st.integers(0, 0xFFFFFF).map("#{:06X}".format)
LETTER = {
    "subject": "Hello",
    "body": "Hi [there](https://example.com/)\n\n**[Go](https://example.com/)**\n\n> box",
}


def read(**said: object) -> str:
    values = {**merge_fields.samples(), "brand": said}
    return rendering.render(compiling.compile_letter(LETTER, language="en").texts(), values).html


@pytest.mark.parametrize(
    ("ink", "ground", "ratio"),
    [
        ("#000000", "#FFFFFF", 21.0),
        ("#777777", "#FFFFFF", 4.48),
        ("#767676", "#FFFFFF", 4.54),
        ("#FF0000", "#FFFFFF", 4.0),
    ],
)
def test_contrasts_are_those_of_the_guidelines(ink: str, ground: str, ratio: float):
    assert colours.contrast(ink, ground) == pytest.approx(ratio, abs=0.005)
    assert colours.contrast(ground, ink) == colours.contrast(ink, ground)


@given(COLOUR, COLOUR)
def test_the_colour_that_is_proposed_can_be_read(ink: str, ground: str):
    assert colours.contrast(colours.readable(ink, ground), ground) >= colours.ENOUGH


@given(COLOUR)
def test_words_on_buttons_and_everything_in_the_dark_can_be_read_whatever_is_chosen(accent: str):
    found = brand.palette(accent, "#1E2A2F", "#FBFAF7", "#FFFFFF")
    assert colours.contrast(found["on-accent"], accent) >= colours.ENOUGH
    assert colours.contrast(found["accent-dark"], brand.DARK["surface"]) >= colours.ENOUGH
    assert colours.contrast(found["on-accent-dark"], found["accent-dark"]) >= colours.ENOUGH
    assert colours.contrast(found["quiet"], "#FBFAF7") >= colours.ENOUGH


def test_the_usual_look_is_not_kept_with_every_letter():
    assert brand.values(Brand()) == {}


def test_chosen_colours_and_the_font_reach_the_letter():
    page = read(accent="#7A1F1F", font="georgia", paper="#EEEEEE")
    assert "color: #7A1F1F" in page
    assert "Georgia, 'Times New Roman'" in page
    assert "background-color:#EEEEEE" in page
    assert "#0B6B57" not in page


@pytest.mark.parametrize(
    "said", [{"accent": "red;} body{display:none"}, {"font": "x'\"<"}, {"accent": None}, "nothing"]
)
def test_what_is_no_colour_and_no_font_leaves_the_usual_look(said):
    values = {**merge_fields.samples(), "brand": said}
    compiled = compiling.compile_letter(LETTER, language="en").texts()
    if isinstance(said, str):
        assert brand.dressed(compiled["html"], said) == brand.dressed(compiled["html"], {})
    else:
        assert (
            rendering.render(compiled, values).html == rendering.render(compiled, merge_fields.samples()).html
        )


def test_a_logo_stands_in_place_of_the_name_and_says_it():
    picture = Picture(name="a.png", width=960, height=128)
    said = brand.values(Brand(logo=picture))
    assert (said["logo_width"], said["logo_height"]) == (240, 32)
    page = read(**said)
    assert 'alt="The Harbour Club"' in page
    assert "/pictures/a.png" in page
    assert 'class="logo"' not in read()
