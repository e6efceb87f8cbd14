import pytest

from mail import compiling, merge_fields, rendering


def written(body: str, values: dict | None = None) -> rendering.Rendered:
    compiled = compiling.compile_letter({"subject": "Hello", "body": body}, language="en")
    return rendering.render(compiled.texts(), merge_fields.samples() if values is None else values)


MJML = """<mj-text>Hi <strong>{{ member.first_name }}</strong> &amp; you</mj-text>
{% if links.guide != blank %}
<mj-button href="{{ links.guide }}">Start</mj-button>
{% endif %}"""


def test_a_body_may_be_mjml():
    done = written(MJML)
    assert "Hi <strong>Ingrid</strong> &amp; you" in done.html
    assert 'href="https://club.example/u/guide/x/"' in done.html
    assert "Hi Ingrid & you\n\nStart: https://club.example/u/guide/x/" in done.text
    assert "Start" not in written(MJML, {}).html + written(MJML, {}).text


def test_mjml_with_sections_and_a_table_keeps_its_shape():
    body = (
        "<mj-section><mj-column><mj-table><tr><td>A</td><td>B</td></tr></mj-table>"
        '<mj-divider border-width="1px" /><mj-image src="https://example.com/a.png" alt="A boat" />'
        "</mj-column></mj-section>"
    )
    page = written(body).html
    assert "<td>A</td><td>B</td>" in page
    assert 'alt="A boat"' in page


@pytest.mark.parametrize(
    "body",
    [
        '<mj-text>x</mj-text><mj-include path="/etc/passwd" />',
        "<mj-raw><script>x</script></mj-raw>",
        "<mj-text><script>x</script></mj-text>",
        '<mj-button href="javascript:x">x</mj-button>',
        '<mj-text color="{{ member.first_name }}">x</mj-text>',
        "<mj-text>x",
        "<mj-text>x</mj-text> loose words",
        "<mj-style>p{}</mj-style>",
        "<mj-section><mj-text>not in a column</mj-text>",
        '<mj-image src="https://example.com/a.png" />',
    ],
)
def test_mjml_that_could_harm_or_cannot_be_read_is_refused(body):
    with pytest.raises(compiling.LetterErrors):
        written(body)
