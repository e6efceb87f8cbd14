"""A letter in one text becomes blocks, and one text again, without losing a word."""

import tomllib
from pathlib import Path

import pytest

from flows.editing import splitting
from mail import compiling, merge_fields, rendering

STARTER = Path(__file__).resolve().parents[3] / "flows" / "starter" / "welcome.toml"
LETTERS = tomllib.loads(STARTER.read_text(encoding="utf-8"))["letters"]
BODY = """## Hello

One
and two.

- a
- b

**[Begin]({{ links.guide }})**

---

{% if member.number %}

### Yours

No. {{ member.number }}

{% endif %}

Bye"""


def test_headings_buttons_and_lines_stand_alone_and_conditions_stay_whole():
    found = splitting.apart(BODY)
    assert [block["kind"] for block in found] == ["heading", "text", "button", "divider", "text"]
    assert found[2] == {"kind": "button", "text": "Begin", "link": "{{ links.guide }}"}
    assert found[4]["text"].startswith("{% if member.number %}\n\n### Yours")
    assert found[4]["text"].endswith("Bye")


def test_it_can_be_put_together_again():
    found = splitting.apart(BODY)
    assert splitting.can_be_one(found)
    assert splitting.apart(splitting.together(found)) == found
    assert not splitting.can_be_one([{"kind": "membership"}])
    assert not splitting.can_be_one([{"kind": "text", "text": "x", "if": "member.number"}])


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter["slug"])
@pytest.mark.parametrize("known", [True, False])
def test_every_starter_letter_reads_the_same_as_blocks(letter: dict[str, str], known: bool):
    source = {"subject": letter["subject"], "body": letter["body"]}
    built = {"subject": letter["subject"], "blocks": splitting.apart(letter["body"])}
    values = merge_fields.samples() if known else {}
    one, other = (
        rendering.render(compiling.compile_letter(text, language="en").texts(), values).text
        for text in (source, built)
    )
    assert one == other
