"""`survey`: a question of this house; each answer is a link to the page on which one press of a button answers it."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from mail.blocks import Block, Field, Page, Part
from relationship.models import Survey
from relationship.surveys import asking


def _open() -> Sequence[tuple[str, Any]]:
    rows = asking.with_words().filter(retired_at=None)
    return [(survey.slug, asking.say(survey, get_language() or "en").question) for survey in rows]


LABEL = _("question, answered with one click")
HOLDS = "survey"
FIELDS = (
    Field(
        "survey",
        _("Which question"),
        "choice",
        options=_open,
        help=_("Questions are written under Editors’ pages → Questions."),
    ),
)
# On paper no link leads anywhere: there the answers stand to be ticked.
ANSWER = (
    '{% if links.browser != blank %}<a href="{{ answer.url }}">{{ answer.text }}</a>'
    "{% else %}<strong>[&#160;&#160;] {{ answer.text }}</strong>{% endif %}"
)


def parts(block: Block, page: Page) -> list[Part]:
    """The question in bold and its answers as links that are large enough for a thumb; nothing where none is asked."""
    hide = page.hidden.hide
    begin = hide(f"{{% if survey.slug == '{block['survey'].strip()}' %}}")
    each, after, end = hide("{% for answer in survey.answers %}"), hide("{% endfor %}"), hide("{% endif %}")
    asked = f"<p><strong>{hide('{{ survey.question }}')}</strong></p>"
    taps = f'<mj-text css-class="answers" padding="0 0 12px">{each}{hide(ANSWER)} {after}</mj-text>'
    return [
        Part(f"<mj-raw><!--{begin}--></mj-raw>"),
        Part(
            f'<mj-text css-class="letter">{asked}</mj-text>{taps}',
            f"{asked}<ul>{each}<li>{hide(ANSWER)}</li>{after}</ul>",
        ),
        Part(f"<mj-raw><!--{end}--></mj-raw>"),
    ]


def problems(block: Block, _page: Page) -> list[str]:
    """Only a question that there is, and that is still asked."""
    found = Survey.objects.filter(slug=block["survey"].strip()).first()
    if found is None:
        words = gettext("there is no question “%s”: write it first, under Editors’ pages → Questions")
        return [words % block["survey"]]
    if found.retired_at:
        return [gettext("the question “%s” is not asked any more: choose another one") % block["survey"]]
    return []
