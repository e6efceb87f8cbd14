"""`next`: at most three things that are coming for the member's plan; nothing where nothing is."""

from django.utils.translation import gettext_lazy as _

from mail import markdown
from mail.blocks import Block, Field, Page, Part, building
from value import titles

LABEL = _("next for you")
FIELDS = (
    Field(
        "title",
        _("Words above it"),
        is_needed=False,
        help=_("Left empty: “Coming up”. When nothing is coming, nobody sees it."),
        longest=120,
    ),
)
WORDS = {"en": "Coming up", "da": "Det kommer"}
SHOWN = """<h3>{title}</h3>
<ul>{{% for one in upcoming.events %}}<li><strong>{{{{ one.when }}}}</strong>: \
{{% if one.link != blank %}}<a href="{{{{ one.link }}}}">{{{{ one.title }}}}</a>\
{{% else %}}{{{{ one.title }}}}{{% endif %}}\
{{% if one.place != blank %}}, {{{{ one.place }}}}{{% endif %}}</li>{{% endfor %}}</ul>"""


def parts(block: Block, page: Page) -> list[Part]:
    """Each with day and hour on the member's wall, and where it is."""
    inside = page.hidden.hide(SHOWN.format(title=titles.of(block, page, WORDS)))
    return building.where("upcoming.events", [Part(markdown.element(inside, page.hidden), inside)], page)
