"""Letters read before they are sent: with sample values, or as one member would get them."""

import copy
import re
from collections.abc import Sequence
from typing import Any

from mail import brand, merge_fields, rendering, values
from mail.models import Brand, LetterVersion, Message
from mail.models.message import Purpose
from members.models import Member
from office.models import House

DARK = re.compile(r"@media \(prefers-color-scheme:\s*dark\)")


def preview(
    version: LetterVersion, language: str, member: Member | None = None, *, nameless: bool = False
) -> rendering.Rendered:
    """The letter in `language`: for this member, else with samples, or as somebody made up whose name nobody knows.

    Nothing is written. KeyError: it does not speak that language. Raises rendering.RenderError where it cannot be
    written for this member.
    """
    text = version.texts[language]
    found = _values(version, language, member) if member else _samples(version, language)
    if nameless and not member:
        found["member"] |= dict.fromkeys(("first_name", "last_name", "name"), "")
    return rendering.render(text, found)


def on_paper(version: LetterVersion, members: Sequence[Member]) -> dict[int, rendering.Rendered]:
    """The letter per member key as it is handed over on paper: in their language, without links to click.

    Constant queries. Raises rendering.RenderError where it cannot be written for one of them.
    """
    drafts = [
        Message(pk=member.pk, member=member, letter_version=version, purpose=Purpose.TRANSACTIONAL)
        for member in members
    ]
    found = values.gather(drafts, version.published_at) if drafts else {}
    return {
        draft.pk: rendering.render(version.texts[values.language_of(draft)], {**found[draft.pk], "links": {}})
        for draft in drafts
    }


def in_light(page: str, *, dark: bool) -> str:
    """The page as a reader sees it whose machine is set to dark, or to light, whatever this one is set to."""
    return DARK.sub("@media all" if dark else "@media not all", page)


def _values(version: LetterVersion, language: str, member: Member) -> dict[str, Any]:
    member = copy.copy(member)
    member.locale = language  # dates and prices are written in the language that is read
    draft = Message(
        pk=0, member=member, letter_version=version, purpose=Purpose.ONBOARDING, topic="membership"
    )
    return values.gather([draft], version.published_at)[0]


def _samples(version: LetterVersion, language: str) -> dict[str, Any]:
    found = merge_fields.samples(language)
    house = House.current()
    found["sender"] = {**found["sender"], **values.of_sender(version.sender, language, house.language)}
    found["member"]["language"] = language
    # A house that has a name reads its own, not that of the example.
    found["business"] |= {name: said for name, said in values.of_house(house).items() if said}
    found["brand"] = brand.values(Brand.current())
    return found | values.examples(version, language)
