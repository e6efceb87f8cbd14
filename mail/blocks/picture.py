"""`picture`: one from the library, with words for those who do not see it."""

import html

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mail import pictures
from mail.blocks import Block, Field, Page, Part

LABEL = _("picture")
FIELDS = (
    Field("picture", _("Picture"), "picture", longest=200),
    Field(
        "alt",
        _("Words for those who do not see it"),
        help=_("Say what it shows, in the language of the letter."),
    ),
    Field("link", _("Where it leads"), "link", is_needed=False, longest=2000),
)
WIDEST = 534  # pixels: the letter's column


def parts(block: Block, page: Page) -> list[Part]:
    """The picture as wide as it is, at most the column; its height follows on a phone."""
    size = pictures.size(block["picture"])
    width = min(size[0], WIDEST) if size else WIDEST
    said_alt = page.hidden.hide(block["alt"].strip())
    alt = html.escape(said_alt)
    link = page.hidden.hide(str(block.get("link") or "").strip())
    href = f' href="{html.escape(link)}"' if link else ""
    src = pictures.url(block["picture"])
    about = f'src="{src}" alt="{alt}" width="{width}px"{href}'
    shown = f'<mj-image css-class="picture" align="left" {about}/>'
    words = html.escape(said_alt, quote=False)
    return [Part(shown, f"<p>{f'<a{href}>{words}</a>' if link else f'[{words}]'}</p>")]


def problems(block: Block, _page: Page) -> list[str]:
    """The picture must be in the library; only its link may hold fields beside its words."""
    if pictures.size(block["picture"]) is None:
        words = gettext("there is no picture “%s”; choose one from the library, or put it beside the file")
        return [words % block["picture"]]
    return []
