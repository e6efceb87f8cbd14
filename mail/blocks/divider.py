"""`divider`: a line between two parts of a letter."""

from django.utils.translation import gettext_lazy as _

from mail.blocks import Block, Field, Page, Part

LABEL = _("line between")
FIELDS: tuple[Field, ...] = ()


def parts(_block: Block, _page: Page) -> list[Part]:
    """A hairline."""
    return [Part('<mj-divider css-class="line"/>')]
