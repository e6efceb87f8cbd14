"""`question`: a question with ready answers; each answer is a letter to whoever writes, begun for the member."""

import html
from urllib import parse

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mail.blocks import Block, Field, Page, Part

LABEL = _("question, answered by a reply")
FIELDS = (
    Field("text", _("Question")),
    Field(
        "answers",
        _("Answers"),
        "lines",
        help=_("One on each line, at most six. A tap begins a reply that says it."),
        longest=400,
    ),
)
MOST = 6


def parts(block: Block, page: Page) -> list[Part]:
    """The question in bold and its answers as links that are large enough for a thumb."""
    address = page.hidden.hide("{{ sender.email }}")
    question = html.escape(page.hidden.hide(block["text"].strip()), quote=False)
    links = [
        f'<a href="mailto:{address}?subject={parse.quote(answer)}">{html.escape(answer, quote=False)}</a>'
        for answer in _answers(block)
    ]
    asked = f"<p><strong>{question}</strong></p>"
    taps = f'<mj-text css-class="answers" padding="0 0 12px">{" ".join(links)}</mj-text>'
    shown = f'<mj-text css-class="letter">{asked}</mj-text>{taps}'
    return [Part(shown, f"{asked}<p>{' · '.join(links)}</p>")]


def problems(block: Block, _page: Page) -> list[str]:
    """One to six answers, without fields: they become the subject of the reply."""
    answers = _answers(block)
    if len(answers) > MOST:
        return [
            gettext("there are %(number)d answers, at most %(most)d") % {"number": len(answers), "most": MOST}
        ]
    return [gettext("an answer cannot hold a field")] if any("{" in answer for answer in answers) else []


def _answers(block: Block) -> list[str]:
    return [line.strip() for line in block["answers"].splitlines() if line.strip()]
