"""`heading`: a line in large letters."""

import html

from django.utils.translation import gettext_lazy as _

from mail.blocks import Block, Field, Page, Part

LABEL = _("heading")
FIELDS = (
    Field("text", _("Words")),
    Field(
        "size", _("Size"), "choice", is_needed=False, choices=(("large", _("large")), ("small", _("small")))
    ),
)


def parts(block: Block, page: Page) -> list[Part]:
    """The heading; the first of a letter is not its largest: the subject is what names it."""
    tag = "h3" if block.get("size") == "small" else "h2"
    words = html.escape(page.hidden.hide(block["text"].strip()), quote=False)
    return [Part(f'<mj-text css-class="letter"><{tag}>{words}</{tag}></mj-text>')]
