"""The starter letters: every text compiles, speaks both languages and keeps the tone."""

import copy
import re
import tomllib
from pathlib import Path

import pytest
from PIL import Image

from mail import compiling, merge_fields, rendering

STARTER = Path(__file__).resolve().parents[2] / "flows" / "starter"
WELCOME = tomllib.loads((STARTER / "welcome.toml").read_text(encoding="utf-8"))
PARTS = ("subject", "preheader", "body")
TEXTS = [
    pytest.param(source, language, id=f"{letter['slug']}-{language}")
    for letter in WELCOME["letters"]
    for language, source in (("en", {name: letter[name] for name in PARTS}), ("da", letter["da"]))
]
BEYOND = (
    "discount",
    "upgrade",
    "refer a friend",
    "valued member",
    "review us",
    "rabat",
    "opgrader",
    "anmeld os",
)


def readings() -> list[dict]:
    """Somebody of whom everything is known, and somebody who has just come while no page exists yet."""
    known = merge_fields.samples()
    new = copy.deepcopy(known)
    new["links"].update(guide="", cancel="", statement="", referral="")
    new["member"].update(joining_reason="", told_by="")
    return [known, new]


def write(source: dict, language: str, values: dict) -> rendering.Rendered:
    return rendering.render(compiling.compile_letter(source, language=language).texts(), values)


def own_words(letter: rendering.Rendered) -> str:
    return letter.text.split("Anna Bak, Member host")[0]


def test_every_step_finds_its_letter_and_every_letter_its_sender():
    slugs = {letter["slug"] for letter in WELCOME["letters"]}
    assert {step["letter"] for step in WELCOME["steps"] if step["kind"] == "send"} == slugs
    assert {letter["sender"] for letter in WELCOME["letters"]} == {
        sender["slug"] for sender in WELCOME["senders"]
    }


def test_the_sender_has_a_face_a_role_and_a_phone():
    anna = WELCOME["senders"][0]
    assert anna["role"]
    assert anna["phone"]
    with Image.open(STARTER / anna["picture"]) as picture:
        assert picture.size == (256, 256)
    assert (STARTER / anna["picture"]).stat().st_size < 40_000


@pytest.mark.parametrize(("source", "language"), TEXTS)
def test_each_text_compiles_without_a_warning(source, language):
    assert set(source) == set(PARTS)
    assert compiling.compile_letter(source, language=language).warnings == []


@pytest.mark.parametrize(("source", "language"), TEXTS)
def test_each_text_is_short_and_calm(source, language):
    for values in readings():
        letter = write(source, language, values)
        assert 60 <= len(own_words(letter).split()) <= 140
        assert "!" not in letter.subject + own_words(letter)
        assert letter.html.count('class="button"') <= 1
        assert not [word for word in BEYOND if word in letter.text.lower()]
        assert "Anna" in own_words(letter)


@pytest.mark.parametrize(("source", "language"), TEXTS)
def test_nothing_is_said_of_whom_nothing_is_known(source, language):
    letter = write(source, language, {})
    page = own_words(letter) + letter.subject
    assert not re.search(r"None|nil|\{|  |“”|»«|: *\n\n\n|[(,]\s*[.)]", page), page
    assert 'href=""' not in letter.html


@pytest.mark.parametrize("language", ["en", "da"])
def test_the_first_letter_says_price_and_way_out_unasked(language):
    source = WELCOME["letters"][0] if language == "en" else WELCOME["letters"][0]["da"]
    known, new = (write({name: source[name] for name in PARTS}, language, values) for values in readings())
    assert "900 kr a year" in known.text
    assert "1042" in known.text
    assert ("write to me" if language == "en" else "skriv til mig") in own_words(new).split("P.S.")[1]


def test_both_languages_ask_for_the_same_facts():
    for letter in WELCOME["letters"]:
        english, danish = (
            set(re.findall(r"\b(?:member|plan|subscription|links|sender|business)\.\w+", text["body"]))
            for text in (letter, letter["da"])
        )
        assert english == danish, letter["slug"]
