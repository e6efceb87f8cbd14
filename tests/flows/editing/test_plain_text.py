"""Letters as people write them, and as Liquid."""

from pathlib import Path

import pytest
from django.utils import translation

from flows import files
from flows.editing import plain_text

STARTER = Path(__file__).resolve().parent.parent.parent.parent / "flows" / "starter" / "welcome.toml"
PAIRS = [
    ("Hello [first name]", "Hello {{ member.first_name }}"),
    ("Hello [first name, else friend]", "Hello {{ member.first_name | default: 'friend' }}"),
    ("[first name, else dear you, and all]", "{{ member.first_name | default: 'dear you, and all' }}"),
    ("[if phone is known]x[otherwise]y[end]", "{% if member.phone != blank %}x{% else %}y{% endif %}"),
    ("[if phone is not known]x[end]", "{% if member.phone == blank %}x{% endif %}"),
    (
        "[if phone or e-mail is known]x[end]",
        "{% if member.phone != blank or member.email != blank %}x{% endif %}",
    ),
    ("**[Start]([link to the guide])**", "**[Start]({{ links.guide }})**"),
    ("[a link](https://example.com) and [a note]", "[a link](https://example.com) and [a note]"),
]


@pytest.mark.parametrize(("words", "liquid"), PAIRS)
def test_words_in_brackets_become_liquid_and_come_back(words: str, liquid: str) -> None:
    assert plain_text.liquid(words) == liquid
    assert plain_text.friendly(liquid) == words


def test_no_curly_bracket_of_the_starter_letters_is_seen_and_none_is_lost() -> None:
    for letter in files.read(STARTER.read_text())["letters"]:
        for text in (letter, *(value for value in letter.values() if isinstance(value, dict))):
            for part in ("subject", "preheader", "body"):
                shown = plain_text.friendly(text.get(part, ""))
                assert "{" not in shown
                assert "technical" not in shown
                assert plain_text.liquid(shown, text.get(part, "")) == text.get(part, "")
                changed = plain_text.liquid(f"{shown} more", text.get(part, ""))
                assert plain_text.friendly(changed).split() == f"{shown} more".split()


def test_what_has_no_words_is_kept_as_it_was() -> None:
    before = "A {{ member.since | date: '%Y' }} {% for e in upcoming %}x{% endfor %} B"
    shown = plain_text.friendly(before)
    assert shown == "A [technical 1] [technical 2]x[technical 3] B"
    assert plain_text.liquid(shown.replace("B", "C"), before) == before.replace("B", "C")


def test_what_nobody_touched_stays_to_the_letter() -> None:
    before = "{%- if member.phone -%}\nCall{{member.phone}}\n{%- endif -%}\n"
    assert plain_text.liquid(plain_text.friendly(before), before) == before


def test_liquid_may_be_written_by_who_knows_it() -> None:
    assert plain_text.liquid("{{ member.name }} [first name]") == "{{ member.name }} {{ member.first_name }}"


def test_a_fallback_cannot_break_out_of_its_quotation_marks() -> None:
    found = plain_text.liquid('[first name, else it\'s "you"]')
    assert found == '{{ member.first_name | default: "it\'s ’you’" }}'


def test_words_that_look_like_a_field_and_name_none_are_found() -> None:
    assert plain_text.strangers("[frist name, else you] [if shoe size is known] [a note]") == [
        "frist name, else you",
        "if shoe size is known",
    ]


def test_words_are_read_in_the_readers_language_and_in_english() -> None:
    with translation.override("da"):
        shown = plain_text.friendly("{{ member.first_name | default: 'ven' }}")
        assert plain_text.liquid(shown) == "{{ member.first_name | default: 'ven' }}"
        assert plain_text.liquid("[first name]") == "{{ member.first_name }}"


def test_a_step_is_named_by_its_letter_as_everybody_reads_it() -> None:
    subject = (
        "{% if member.first_name != blank %}{{ member.first_name }}, shall{% else %}Shall{% endif %} we?"
    )
    assert plain_text.told(subject) == "[first name], shall we?"
