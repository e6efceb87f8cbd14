"""`statement`: what the membership gave in twelve months, its price, and the difference; no noughts for strangers."""

from django.utils.translation import gettext_lazy as _

from mail import markdown, wording
from mail.blocks import Block, Field, Page, Part, building
from value import titles

LABEL = _("what the membership gave")
FIELDS = (
    Field(
        "title",
        _("Words above it"),
        is_needed=False,
        help=_("Left empty: “What the membership gave you”. Members of whom nothing is known do not see it."),
        longest=120,
    ),
)
TITLES = {"en": "What the membership gave you", "da": "Det har medlemskabet givet dig"}
WORDS = {
    "en": {
        "paid": "Paid",
        "page": "See how it is counted",
        "other": "Would a smaller plan or a pause suit you better? Reply to this letter.",
        "leave": "Or leave here",
    },
    "da": {
        "paid": "Betalt",
        "page": "Se, hvordan det er gjort op",
        "other": "Ville et mindre medlemskab eller en pause passe dig bedre? Svar på brevet.",
        "leave": "Eller meld dig ud her",
    },
}
SHOWN = """<h3>{title}</h3>
<p><strong>{{{{ statement.summary }}}}</strong></p>
<ul>{{% for line in statement.lines %}}<li>{{{{ line.label }}}}: {{{{ line.said }}}}</li>{{% endfor %}}\
{{% if statement.paid != blank %}}<li>{paid}: {{{{ statement.paid }}}}</li>{{% endif %}}</ul>
<p>{{{{ statement.period }}}}{{% if links.statement != blank %}} ·
<a href="{{{{ links.statement }}}}">{page}</a>{{% endif %}}</p>\
{{% if statement.is_negative %}}<p>{other}{{% if links.cancel != blank %}}
<a href="{{{{ links.cancel }}}}">{leave}</a>.{{% endif %}}</p>{{% endif %}}"""


def parts(block: Block, page: Page) -> list[Part]:
    """The sum in the first sentence, so that nobody has to look for a minus; then each line, price and days."""
    said = WORDS.get(wording.base(page.language), WORDS["en"])
    shown = SHOWN.format(title=titles.of(block, page, TITLES), **said)
    inside = f"<blockquote>{page.hidden.hide(shown)}</blockquote>"
    return building.where("statement.summary", [Part(markdown.element(inside, page.hidden), inside)], page)
