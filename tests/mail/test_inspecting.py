"""What is worth a second look in a letter, and what stops it: each told with its number and the way out."""

import pytest

from mail import compiling, inspecting, merge_fields, rendering

FINE = {
    "subject": "Good to see you",
    "preheader": "Three small things",
    "body": "Hi {{ member.first_name }}, " + "word " * 30,
}


def codes(**over: str) -> list[str]:
    compiled = compiling.compile_letter({**FINE, **over}, language="en").texts()
    return [one.code for one in inspecting.remarks(compiled)]


def refused(body: str) -> str:
    with pytest.raises(compiling.LetterErrors) as refusal:
        compiling.compile_letter({**FINE, "body": body}, language="en")
    return "\n".join(refusal.value.errors)


def test_nothing_is_said_of_a_letter_that_is_fine():
    assert codes() == []


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"subject": "x" * 90}, "long_subject"),
        ({"preheader": ""}, "no_preheader"),
        ({"preheader": "x" * 200}, "long_preheader"),
        ({"preheader": "Good to see you."}, "same_preheader"),
        ({"body": FINE["body"] + "[x](http://example.com/)"}, "plain_link"),
        ({"body": FINE["body"] + "![image](https://example.com/a.png)"}, "poor_alt"),
        ({"body": "![A long table](https://example.com/a.png)"}, "only_pictures"),
        ({"body": FINE["body"] + "[x]({{ links.guide }})"}, "dead_link"),
    ],
)
def test_each_thing_is_pointed_out_alone(over: dict[str, str], code: str):
    assert codes(**over) == [code]


def test_a_heavy_letter_is_pointed_out_and_one_that_would_be_cut_off_is_refused():
    paragraph = "[x](https://example.com/" + "a" * 300 + ")\n\n"
    assert codes(body=paragraph * 110) == ["heavy"]
    assert "too heavy" in refused("x\n\n" * 450)


def test_every_remark_is_a_sentence():
    values = {"number": 80, "address": "http://x", "alt": "image", "field": "guide"}
    for code in inspecting.WORDS:
        said = inspecting.words(inspecting.Remark(code, tuple(values.items())))
        assert said.endswith(".")
        assert "%(" not in said


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost/x",
        "http://intranet/x",
        "https://10.0.0.7/",
        "https://192.168.1.10:8000/",
        "https://169.254.169.254/latest",
        "https://wiki.internal/",
        "https://printer.local/",
    ],
)
def test_links_to_machines_that_members_cannot_reach_are_refused(address: str):
    assert "members cannot reach" in refused(f"[x]({address})")


def test_words_that_cannot_be_read_are_refused_with_the_number_and_a_colour_that_can():
    dark = '<mj-section background-color="#222222"><mj-column>'
    said = refused('<mj-text color="#CCCCCC">Hello</mj-text>')
    assert "#CCCCCC on #FFFFFF has a contrast of 1.6 to 1, and 4.5 is needed" in said
    said = refused(f'{dark}<mj-text color="#333333">x</mj-text></mj-column></mj-section>')
    assert "#333333 on #222222" in said
    yellow = 'background-color="#FFDD00" color="#FFFFFF"'
    assert "#FFDD00" in refused(f'<mj-button href="https://e.example/" {yellow}>x</mj-button>')
    fine = f'{dark}<mj-text color="#EEEEEE">x</mj-text></mj-column></mj-section>'
    done = compiling.compile_letter({**FINE, "body": fine}, language="en")
    assert "#EEEEEE" in rendering.render(done.texts(), merge_fields.samples()).html
