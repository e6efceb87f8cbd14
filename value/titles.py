"""The words above a block: the editor's own, else the usual ones in the letter's language."""

import html
from collections.abc import Mapping

from mail import wording
from mail.blocks import Block, Page


def of(block: Block, page: Page, usual: Mapping[str, str]) -> str:
    """The title as HTML, its Liquid hidden."""
    own = str(block.get("title") or "").strip()
    words = own or usual.get(wording.base(page.language), usual["en"])
    return html.escape(page.hidden.hide(words), quote=False)
