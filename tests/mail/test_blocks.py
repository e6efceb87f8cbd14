"""Letters that are put together from blocks: every kind reads well, is valid, and says what is wrong with it."""

import re
import types
from typing import Any

import html5lib
import pytest

from lifecycle import vocabulary
from mail import blocks, brand, compiling, merge_fields, pictures, rendering
from tests.mail import photos
from tests.relationship import surveying
from tests.winback import offering

GOOD: dict[str, dict[str, Any]] = {
    "heading": {"text": "Hi {{ member.first_name }} & <all>", "size": "small"},
    "text": {
        "text": "Hi **{{ member.first_name | default: 'friend' }}**\n\n- one\n- [two](https://example.com/)\n\n> box"
    },
    "button": {"text": "Start", "link": "{{ links.guide }}"},
    "picture": {"alt": "A long table", "link": "https://example.com/"},
    "divider": {},
    "sender": {},
    "membership": {},
    "survey": {"survey": "hoped-for"},
    "offer": {"offer": "come-back", "otherwise": "You are **welcome** any day."},
    "question": {"text": "Is it what you hoped for?", "answers": "Yes\nPartly, I'd say\nNo & never"},
    "statement": {"title": "Your year & ours"},
    "next": {},
    "benefits": {"title": "Not used yet, {{ member.first_name }}"},
}


def compiled(*rows: dict[str, Any], language: str = "en", **more: Any) -> compiling.Compiled:
    source = {"subject": "Hello", "preheader": "A word", "blocks": list(rows), **more}
    return compiling.compile_letter(source, language=language)


def written(
    *rows: dict[str, Any], values: dict[str, Any] | None = None, language: str = "en"
) -> rendering.Rendered:
    known = merge_fields.samples() if values is None else values
    return rendering.render(compiled(*rows, language=language).texts(), known)


def refused(*rows: Any, **more: Any) -> str:
    with pytest.raises(compiling.LetterErrors) as refusal:
        compiled(*rows, **more)
    return "\n".join(refusal.value.errors)


def mistakes(page: str) -> list[Any]:
    parser = html5lib.HTMLParser()
    parser.parse(page)
    return list(parser.errors)


def block(kind: str) -> dict[str, Any]:
    row = {"kind": kind, **GOOD[kind]}
    if kind == "survey":
        surveying.store(surveying.HOPED_FOR)
    if kind == "offer":
        offering.store({**offering.WEEKEND, "slug": "come-back"})
    return {**row, "picture": pictures.keep(photos.photo()).name} if kind == "picture" else row


def test_every_kind_of_this_house_has_an_example_here():
    assert set(GOOD) == set(vocabulary.BLOCKS) == set(blocks.names())


@pytest.mark.django_db
@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("language", ["en", "da", "nl"])
def test_every_kind_is_valid_html_for_those_known_well_and_for_those_unknown(kind, language):
    for values in (merge_fields.samples(), {}):
        page = written(block(kind), values=values, language=language).html
        assert mistakes(page) == []
        assert "house-brand-" not in page
        assert f'<html lang="{language}"' in page
        assert "<title>Hello</title>" in page


@pytest.mark.django_db
def test_a_letter_of_all_blocks_lays_out_with_tables_that_are_not_read_aloud():
    page = written(*(block(kind) for kind in GOOD)).html
    tables = re.findall(r"<table[^>]*>", page)
    assert tables
    assert [table for table in tables if 'role="presentation"' not in table] == []
    assert len(page.encode()) < 60_000


def test_a_letter_reads_as_text_in_the_order_of_its_blocks():
    text = written(
        {"kind": "heading", "text": "First"}, {"kind": "text", "text": "Then"}, block("button")
    ).text
    assert text.startswith("First\n\nThen\n\nStart: https://club.example/u/guide/x/\n\nAnna Bak")


def test_a_button_to_a_page_that_nobody_has_yet_is_not_there():
    assert "Start" not in written(block("button"), values={}).html
    assert "Start" not in written(block("button"), values={}).text
    assert compiled(block("button")).warnings == []


def test_a_block_stands_only_where_its_field_is_known():
    row = {"kind": "text", "text": "Told by {{ member.told_by }}", "if": "member.told_by"}
    assert "Told by Mette" in written(row).html
    assert "Told by" not in written(row, values={}).html


def test_a_box_of_the_membership_speaks_the_language_of_the_letter_and_vanishes_for_strangers():
    assert "Medlemsnr. 1042" in written(block("membership"), language="da").text
    assert 'class="box' not in written(block("membership"), values={}).html


def test_the_sender_stands_once_wherever_the_block_is_and_without_it_at_the_end():
    first = written({"kind": "sender"}, {"kind": "text", "text": "After it"}).html
    assert first.count('class="face"') == 1
    assert first.index('class="face"') < first.index("After it")
    usual = written({"kind": "text", "text": "Before it"}).html
    assert usual.count('class="face"') == 1
    assert usual.index('class="face"') > usual.index("Before it")


def test_an_answer_is_a_letter_begun_for_the_member():
    page = written(block("question")).html
    assert 'href="mailto:anna@example.com?subject=Partly%2C%20I%27d%20say"' in page
    assert "No &amp; never</a>" in page


@pytest.mark.django_db
def test_a_picture_is_shown_at_its_size_with_its_words():
    row = block("picture")
    page, text = written(row).html, written(row).text
    assert f'src="{pictures.url(row["picture"])}"' in page
    assert 'alt="A long table"' in page
    assert 'width="534"' in page
    assert "A long table: https://example.com/" in text


@pytest.mark.django_db
def test_a_small_picture_is_not_blown_up():
    small = pictures.keep(photos.drawing(120, 60)).name
    assert 'width="120"' in written({"kind": "picture", "picture": small, "alt": "A leaf"}).html


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"kind": "cake"}, "Block 1 (cake): there is no such block"),
        ({"kind": "offer", "offer": "gone"}, "there is no offer “gone”: write it first"),
        ({"kind": "survey", "survey": "gone"}, "there is no question “gone”: write it first"),
        ({"kind": "heading"}, "Block 1 (heading): “Words” is empty"),
        ({"kind": "heading", "text": "x", "size": "huge"}, "“Size” must be one of large, small"),
        ({"kind": "heading", "text": "x", "colour": "red"}, "it has no “colour”"),
        ({"kind": "heading", "text": "{{ member.shoe }}"}, "there is no field member.shoe"),
        ({"kind": "heading", "text": ["x"]}, "“Words” must be a text"),
        ({"kind": "text", "text": "<script>x</script>"}, "<script> cannot stand in a letter"),
        ({"kind": "text", "text": "x", "if": "member.shoe"}, "there is no field member.shoe"),
        ({"kind": "button", "text": "Go", "link": "javascript:x"}, "must begin with https://"),
        ({"kind": "button", "text": "Go", "link": "https://127.0.0.1/"}, "members cannot reach"),
        ({"kind": "button", "text": "Go"}, "“Where it leads” is empty"),
        ({"kind": "picture", "picture": "gone.png", "alt": "x"}, "there is no picture “gone.png”"),
        ({"kind": "picture", "picture": "gone.png"}, "“Words for those who do not see it” is empty"),
        ({"kind": "question", "text": "x", "answers": "{{ member.name }}"}, "an answer cannot hold a field"),
        (
            {"kind": "question", "text": "x", "answers": "1\n2\n3\n4\n5\n6\n7"},
            "there are 7 answers, at most 6",
        ),
    ],
)
def test_what_is_wrong_names_the_block_the_field_and_the_way_out(row, said):
    assert said in refused(row)


def test_blocks_and_a_body_are_one_too_many():
    assert "either a body or blocks" in refused({"kind": "divider"}, body="Hi")
    assert "The body is empty" in refused()
    assert "too many blocks" in refused(*[{"kind": "divider"}] * 61)


def test_hostile_words_stay_words():
    page = written(
        {"kind": "heading", "text": "<img src=x onerror=1>"},
        {"kind": "button", "text": "<b>", "link": 'https://e.example/?a=1&b="2"'},
    ).html
    assert "<img src=x" not in page
    assert "&lt;b&gt;" in page
    assert mistakes(page) == []


def test_what_another_room_supplies_can_be_used():
    guest = types.ModuleType("guest")
    guest.LABEL, guest.FIELDS = "a guest", ()  # type: ignore[attr-defined]
    guest.parts = lambda block, page: [blocks.Part("<mj-text>A guest comes free.</mj-text>")]  # type: ignore[attr-defined]
    try:
        blocks.bind({**vocabulary.BLOCKS, "guest": guest})
        assert "A guest comes free." in written({"kind": "guest"}).html
    finally:
        blocks.bind(vocabulary.BLOCKS)


def test_the_usual_letter_looks_as_it_was_drawn():
    page = written(block("button")).html
    assert brand.DEFAULTS["accent"] in page
    assert "background:#0B6B57" in page.replace(" ", "")
