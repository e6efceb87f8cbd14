"""`sender`: the face, name and phone of whoever writes. Every letter has it; this block says where it stands."""

from django.utils.translation import gettext_lazy as _

from mail import card
from mail.blocks import Block, Field, Page, Part

LABEL = _("who writes it")
FIELDS: tuple[Field, ...] = ()


def parts(_block: Block, page: Page) -> list[Part]:
    """The card. The text of a letter has it at its end in any case."""
    return [Part(page.hidden.hide(card.mjml(padding="8px 0 24px", signed=page.signed)), "")]
