"""`membership`: number, plan, since when, and the next payment in a box; a line stands only where it is known."""

from django.utils.translation import gettext_lazy as _

from mail import markdown, wording
from mail.blocks import Block, Field, Page, Part

LABEL = _("the membership in a box")
FIELDS: tuple[Field, ...] = ()
WORDS = {
    "en": {"number": "Member no.", "since": "Member since", "next": "Next payment"},
    "da": {"number": "Medlemsnr.", "since": "Medlem siden", "next": "Næste betaling"},
}
LINES = (
    ("member.number", "**{number} {{{{ member.number }}}}**"),
    ("plan.sentence", "{{{{ plan.sentence }}}}"),
    ("member.since", "{since} {{{{ member.since }}}}"),
    ("subscription.next_payment", "{next} {{{{ subscription.next_payment }}}}"),
)


def parts(_block: Block, page: Page) -> list[Part]:
    """The box; nothing at all of somebody of whom nothing is known."""
    said = WORDS.get(wording.base(page.language), WORDS["en"])
    known = " or ".join(f"{path} != blank" for path, _line in LINES)
    lines = [f"> {{% if {path} != blank %}}{line.format(**said)}{{% endif %}}" for path, line in LINES]
    source = f"{{% if {known} %}}\n\n" + "\n>\n".join(lines) + "\n\n{% endif %}"
    written = markdown.blocks(page.hidden.hide(source), page.hidden)
    return [Part(markdown.element(one, page.hidden), one) for one in written]
