import json
import time
from decimal import Decimal

import pytest
from django.utils.safestring import mark_safe

from mail import compiling, merge_fields, rendering
from tests.conftest import FIXTURES

TEXTS = {
    "subject": "Hi {{ member.first_name | default: 'friend' }}",
    "html": "<p title=\"{{ member.first_name }}\">{{ member.first_name | default: 'friend' }}</p>",
    "text": "Hi {{ member.first_name }}\n",
}
NAUGHTY = FIXTURES / "text" / "blns.json"


def named(name: object) -> rendering.Rendered:
    return rendering.render(TEXTS, {"member": {"first_name": name}})


def test_a_name_is_escaped_in_html_and_only_there():
    done = named("Ingrid <b>Ø</b>")
    assert done.html.count("Ingrid &lt;b&gt;Ø&lt;/b&gt;") == 2
    assert done.subject == "Hi Ingrid <b>Ø</b>"
    assert done.text == "Hi Ingrid <b>Ø</b>\n"


def test_html_that_calls_itself_safe_is_escaped_all_the_same():
    assert "<b>" not in named(mark_safe("<b>x</b>")).html


def test_words_written_by_the_editor_inside_braces_are_escaped_too():
    done = rendering.render(
        {**TEXTS, "html": "{{ '<i>' | append: member.first_name | upcase }}"}, {"member": {"first_name": "&"}}
    )
    assert done.html == "&lt;I&gt;&amp;"


@pytest.mark.parametrize("name", ["{{ member.email }}", "{% if true %}", "{{ 7 | times: 6 }}"])
def test_liquid_in_a_name_is_only_a_name(name):
    assert named(name).subject == f"Hi {name}"


def test_a_subject_stays_on_one_line():
    assert named("Ann\r\nBcc: all@example.com\x00\x07").subject == "Hi Ann Bcc: all@example.com"


def test_lone_surrogates_and_control_characters_do_not_stop_a_letter():
    done = named("A\ud800\x00\x1bb")
    done.html.encode()
    assert done.subject == "Hi A?b"


@pytest.mark.parametrize("empty", [None, "", "  ", [], {}])
def test_everything_empty_counts_as_unknown(empty):
    texts = {
        **TEXTS,
        "html": "{% if member.first_name %}a{% endif %}{% if member.first_name != blank %}b{% endif %}.",
    }
    assert rendering.render(texts, {"member": {"first_name": empty}}).html in (
        ".",
        "ab." if empty == {} else ".",
    )


def test_what_is_missing_altogether_is_blank():
    texts = {
        **TEXTS,
        "html": "{% if plan.name != blank %}a{% endif %}{% if plan.name == empty %}b{% endif %}",
    }
    assert rendering.render(texts, {}).html == "b"


def test_the_word_blank_inside_quotes_stays_a_word():
    texts = {**TEXTS, "html": "{% if member.first_name == 'blank' %}yes{% endif %}"}
    assert rendering.render(texts, {"member": {"first_name": "blank"}}).html == "yes"


@pytest.mark.parametrize("value", [Decimal("1.50"), object(), b"x"])
def test_values_that_are_not_plain_are_refused(value):
    with pytest.raises(rendering.RenderError, match="kind"):
        named(value)


@pytest.mark.parametrize(
    "bomb",
    [
        "{% for i in (1..2000) %}x{% endfor %}",
        "{% for i in (1..90) %}{% for j in (1..90) %}x{% endfor %}{% endfor %}",
        "{% for i in (1..100) %}{% assign s = s | append: s | append: 'xxxxxxxx' %}{% endfor %}{{ s }}",
        "{% assign n = 9 %}{% for i in (1..900) %}{% assign n = n | times: n %}{% endfor %}{{ n }}",
        "{{ (1..999999999) | join: ',' }}",
        "{{ 1 | divided_by: 0 }}",
        "{{ member.first_name | first: 1, 2, 3 }}",
        "{% for i in (1..999999999999) %}{% endfor %}",
    ],
)
def test_a_letter_cannot_run_away(bomb):
    began = time.process_time()
    with pytest.raises(rendering.RenderError):
        rendering.render({**TEXTS, "html": bomb}, {"member": {"first_name": "x"}})
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "path",
    ["member.__class__", "member.first_name.__class__.__mro__", "member.items", "member.first_name.upper"],
)
def test_a_letter_reaches_nothing_but_values(path):
    done = rendering.render({**TEXTS, "html": f"{{{{ {path} }}}}"}, {"member": {"first_name": "x"}})
    assert done.html == ""


def test_a_single_line_is_filled_for_titles():
    assert (
        rendering.line("Call {{ member.first_name }}: now", {"member": {"first_name": "Ole & Co"}})
        == "Call Ole & Co: now"
    )
    with pytest.raises(rendering.RenderError):
        rendering.line("{% if %}", {})


def test_a_letter_is_written_in_about_a_millisecond():
    texts = compiling.compile_letter(
        {"subject": "Hi {{ member.first_name }}!", "body": "Hi {{ member.first_name }}\n\n" + "words " * 400},
        language="en",
    ).texts()
    values = merge_fields.samples()
    rendering.render(texts, values)
    began = time.process_time()
    for _ in range(100):
        rendering.render(texts, values)
    assert (time.process_time() - began) / 100 < 0.005


@pytest.mark.skipif(not NAUGHTY.exists(), reason=f"{NAUGHTY} is absent")
def test_naughty_names_stay_names():
    texts = {**TEXTS, "html": "<p>{{ member.first_name }}</p>"}
    for name in json.loads(NAUGHTY.read_text(encoding="utf-8")):
        done = rendering.render(texts, {"member": {"first_name": name}})
        inside = done.html.removeprefix("<p>").removesuffix("</p>")
        assert "<" not in inside
        assert "\n" not in done.subject
        done.html.encode()
