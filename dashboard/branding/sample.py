"""A made-up letter that shows a brand: all that letters are usually made of."""

from collections.abc import Mapping

from django.utils import translation
from django.utils.translation import gettext as _

from mail import brand, compiling, merge_fields, previewing, rendering
from mail.models import Brand
from office.models import House

ADDRESS = "https://example.com/"


def letter(look: Brand, house: House, asked: Mapping[str, str]) -> str:
    """The page of a letter by that house with that look; `asked` may bring other names, and `dark`."""
    language = translation.get_language() or "en"
    compiled = compiling.compile_letter(_source(), language=language).texts()
    values = merge_fields.samples()
    values["brand"] = brand.values(look)
    values["business"] |= {
        "name": asked.get("name") or house.name,
        "address": asked.get("postal_address") or house.postal_address,
    }
    values["sender"]["picture_url"] = ""
    page = rendering.render(compiled, values).html
    return previewing.in_light(page, dark=asked.get("dark") == "1")


def _source() -> dict[str, object]:
    return {
        "subject": _("How your letters look"),
        "preheader": _("A letter to try colours on"),
        "blocks": [
            {"kind": "heading", "text": _("Good to see you, Ingrid")},
            {
                "kind": "text",
                "text": _("This is how a letter reads, with [a link](%s) in a sentence.") % ADDRESS,
            },
            {"kind": "button", "text": _("The one thing to do"), "link": ADDRESS},
            {"kind": "membership"},
            {"kind": "divider"},
            {"kind": "heading", "size": "small", "text": _("A smaller heading")},
            {"kind": "question", "text": _("Is it what you hoped for?"), "answers": _("Yes\nPartly\nNo")},
        ],
    }
