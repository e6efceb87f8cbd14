"""`offer`: an offer of this house as the member may have it, with its last day; for others words that stand instead.

On paper nobody is offered anything: what is promised is written down when a letter leaves, and accepted on a page.
"""

import html
from collections.abc import Sequence
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from mail import cleaning, markdown, wording
from mail.blocks import Block, Field, Page, Part
from winback.models import Offer
from winback.offers import wordings


def _open() -> Sequence[tuple[str, Any]]:
    rows = Offer.objects.filter(retired_at=None).prefetch_related("words")
    return [(offer.slug, f"{wordings.name(offer, get_language() or 'en')} ({offer.slug})") for offer in rows]


LABEL = _("offer")
HOLDS = "offer"
FIELDS = (
    Field(
        "offer",
        _("Which offer"),
        "choice",
        options=_open,
        help=_("Offers, and who may have them, are written under Editors’ pages → Offers."),
    ),
    Field(
        "otherwise",
        _("What stands here for those who get none"),
        "lines",
        is_needed=False,
        help=_("Most rules say no to somebody. Left empty, the letter has one block less for them."),
        longest=2000,
    ),
)
WORDS = {
    "en": {"until": "It stands until {{ offer.until }}.", "take": "I would like that"},
    "da": {"until": "Det gælder til og med {{ offer.until }}.", "take": "Det vil jeg gerne"},
}
BOX = """
> **{{ offer.what }}**
>
> {% if offer.price != blank %}{{ offer.price }}{% endif %}
>
> """


def parts(block: Block, page: Page) -> list[Part]:
    """A box with what is offered, what it costs and until when, and one button to the page that takes it."""
    words = WORDS.get(wording.base(page.language), WORDS["en"])
    boxed = markdown.blocks(page.hidden.hide(BOX.strip() + " " + words["until"]), page.hidden)
    href, take = page.hidden.hide("{{ offer.url }}"), html.escape(words["take"], quote=False)
    name = block["offer"].strip()
    return [
        _loose(page, f"{{% if offer.block == '{name}' and offer.url != blank and links.browser != blank %}}"),
        *(Part(markdown.element(one, page.hidden), one) for one in boxed),
        Part(f'<mj-button css-class="button" href="{href}">{take}</mj-button>'),
        *_instead(block, page),
        _loose(page, "{% endif %}"),
    ]


def problems(block: Block, page: Page) -> list[str]:
    """Only an offer that there is, and that is still made; the other words are plain text."""
    name, found = block["offer"].strip(), Offer.objects.filter(slug=block["offer"].strip()).first()
    if found is None:
        return [gettext("there is no offer “%s”: write it first, under Editors’ pages → Offers") % name]
    if found.retired_at:
        return [gettext("the offer “%s” is not made any more: choose another one") % name]
    instead = str(block.get("otherwise", ""))
    return cleaning.errors(markdown.html(page.hidden.hide(instead)), page.hidden, instead)


def _instead(block: Block, page: Page) -> list[Part]:
    text = str(block.get("otherwise", "")).strip()
    if not text:
        return []
    rows = markdown.blocks(page.hidden.hide(text), page.hidden)
    written = [Part(markdown.element(one, page.hidden), one) for one in rows]
    return [_loose(page, "{% else %}"), *written]


def _loose(page: Page, liquid: str) -> Part:
    return Part(f"<mj-raw><!--{page.hidden.hide(liquid)}--></mj-raw>")
