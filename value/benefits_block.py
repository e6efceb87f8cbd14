"""`benefits`: at most three benefits that the member has not used yet; nothing where there are none."""

from django.utils.translation import gettext_lazy as _

from mail import markdown
from mail.blocks import Block, Field, Page, Part, building
from value import titles

LABEL = _("benefits not used yet")
FIELDS = (
    Field(
        "title",
        _("Words above them"),
        is_needed=False,
        help=_("Left empty: “Not used yet”. Members who have used everything do not see it."),
        longest=120,
    ),
)
WORDS = {"en": "Not used yet", "da": "Ikke brugt endnu"}
SHOWN = """<h3>{title}</h3>
<ul>{{% for one in benefits.unused %}}<li>\
{{% if one.link != blank %}}<a href="{{{{ one.link }}}}">{{{{ one.name }}}}</a>\
{{% else %}}<strong>{{{{ one.name }}}}</strong>{{% endif %}}{{% if one.sentence != blank %}}: {{{{ one.sentence }}}}\
{{% endif %}}</li>{{% endfor %}}</ul>"""


def parts(block: Block, page: Page) -> list[Part]:
    """Each with its name, its sentence and where there is more about it."""
    inside = page.hidden.hide(SHOWN.format(title=titles.of(block, page, WORDS)))
    return building.where("benefits.unused", [Part(markdown.element(inside, page.hidden), inside)], page)
