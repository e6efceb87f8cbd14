"""`button`: the one thing to do."""

import html

from django.utils.translation import gettext_lazy as _

from mail.blocks import Block, Field, Page, Part

LABEL = _("button")
FIELDS = (
    Field("text", _("What it says"), longest=80),
    Field("link", _("Where it leads"), "link", longest=2000),
)


def parts(block: Block, page: Page) -> list[Part]:
    """A button as every mail program can draw it."""
    words = html.escape(page.hidden.hide(block["text"].strip()), quote=False)
    href = html.escape(page.hidden.hide(block["link"].strip()))
    return [Part(f'<mj-button css-class="button" href="{href}">{words}</mj-button>')]
