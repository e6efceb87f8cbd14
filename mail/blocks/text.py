"""`text`: one paragraph or several, with bold words, links and lists."""

from django.utils.translation import gettext_lazy as _

from mail import cleaning, markdown
from mail.blocks import Block, Field, Page, Part

LABEL = _("text")
FIELDS = (Field("text", _("Text"), "lines", longest=40_000),)


def parts(block: Block, page: Page) -> list[Part]:
    """The text, block by block, as a letter in one piece is written."""
    source = page.hidden.hide(block["text"].strip())
    return [Part(markdown.element(one, page.hidden), one) for one in markdown.blocks(source, page.hidden)]


def problems(block: Block, page: Page) -> list[str]:
    """What of HTML a text may not hold."""
    return cleaning.errors(markdown.html(page.hidden.hide(block["text"])), page.hidden, block["text"])
