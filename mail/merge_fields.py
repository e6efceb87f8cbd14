"""What a letter may mention: a registry of merge fields, to which upper rooms add their own."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Any, Literal

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from api import links

CONFIRM = "links.confirm"  # only in the letter that asks for a second yes
ALONE = re.compile(r"\{\{-?\s*([\w.]+)\s*-?\}\}")
Kind = Literal["text", "url", "number", "flag", "list"]
Value = str | Promise | int | float | bool | None | list["Value"] | dict[str, "Value"]


@dataclass(frozen=True)
class Field:
    """One name an editor may write between double braces.

    `name` is dotted; `events[].title` names what each entry of the list `events` carries.
    `meaning` is shown beside it in the editor, `sample` fills previews and the trial at publishing. One that `waits`
    for the room whose page it leads to may be written already, and is offered once that room is there. One that is
    `inside` belongs to a block of its own and is not offered.
    """

    name: str
    meaning: str
    sample: Value
    kind: Kind = "text"
    waits: bool = False
    inside: bool = False


FIELDS: dict[str, Field] = {}


def register(*fields: Field) -> None:
    """Make fields known to letters; a name registered again replaces the earlier one."""
    FIELDS.update({field.name: field for field in fields})


def find(path: str) -> Field | None:
    """The field of that dotted name, or None where no room supplies it."""
    return FIELDS.get(path)


def offered() -> dict[str, Field]:
    """The fields that an editor finds: those that stand alone, and lead somewhere in this house."""
    return {name: field for name, field in FIELDS.items() if "[]" not in name and _is_offered(field)}


def only(text: str) -> str:
    """The dotted name where the text is one known field and nothing else; else empty."""
    found = ALONE.fullmatch(text.strip())
    return found[1] if found and find(found[1]) else ""


def suggestion(path: str) -> str:
    """The known name nearest to a misspelt one, or empty."""
    return next(iter(difflib.get_close_matches(path, FIELDS, n=1, cutoff=0.75)), "")


def samples(language: str = "en") -> dict[str, Any]:
    """A complete nested example of `values` in `language`, for previews and the trial at publishing."""
    tree: dict[str, Any] = {}
    with translation.override(language):
        for field in FIELDS.values():
            if "[]" not in field.name:
                _plant(tree, field.name.split("."), _in_words(field.sample))
    return tree


def _is_offered(field: Field) -> bool:
    leads_nowhere = field.waits and not links.has_page(field.name.rpartition(".")[2])
    is_alone = not field.inside and field.name != CONFIRM
    return field.kind != "list" and not leads_nowhere and is_alone


def _in_words(sample: Value) -> Value:
    if isinstance(sample, list):
        return [_in_words(one) for one in sample]
    if isinstance(sample, dict):
        return {name: _in_words(one) for name, one in sample.items()}
    return str(sample) if isinstance(sample, Promise) else sample


def _plant(tree: dict[str, Any], path: list[str], sample: Value) -> None:
    *branches, leaf = path
    for branch in branches:
        tree = tree.setdefault(branch, {})
    tree[leaf] = sample


register(
    Field("member.first_name", "First name", "Ingrid"),
    Field("member.last_name", "Last name", "Østergaard"),
    Field("member.name", "Full name", "Ingrid Østergaard"),
    Field("member.email", "E-mail address", "ingrid@example.com"),
    Field("member.phone", "Phone", "+45 22 33 44 55"),
    Field("member.number", "Member number", "1042"),
    Field("member.since", "Member since, as a date in the member's language", _("2 March 2026")),
    Field("member.joining_reason", "Why they joined, in their own words", _("meet people")),
    Field("member.told_by", "Who told them about us", "Mette"),
    Field("member.language", "Language of the letter, such as en or da", "en"),
    Field("plan.name", "Name of the plan", _("Full membership")),
    Field(
        "plan.sentence",
        "The plan in one sentence, with its price",
        _("Full membership, 900 kr a year: all evenings, guest price for one friend"),
    ),
    Field("plan.price", "Price and period of the plan", _("900 kr a year")),
    Field("subscription.started", "When the subscription began, as a date", _("2 March 2026")),
    Field("subscription.price", "What this member pays", _("900 kr a year")),
    Field("subscription.next_payment", "Date of the next payment", _("2 March 2027")),
    Field("subscription.trial_ends", "Last day of the trial, as a date", _("16 March 2026")),
    Field("subscription.ends", "Last day of a membership that was cancelled", _("1 March 2027")),
    Field("subscription.card_expires", "Last month of the card they pay with", _("March 2027")),
    Field("subscription.status", "trialing, active, past_due, paused, cancelled or ended", "active"),
    Field("sender.name", "Name of the person who writes", "Anna Bak"),
    Field("sender.first_name", "First name of the person who writes", "Anna"),
    Field("sender.role", "What that person does", _("Member host")),
    Field("sender.email", "Their e-mail address", "anna@example.com"),
    Field("sender.phone", "Their phone", "+45 30 12 34 56"),
    Field("sender.signature", "Their signature", _("Weekdays 9–15")),
    Field("sender.lines", "Their signature, as a list of lines", [_("Weekdays 9–15")], "list"),
    Field("sender.picture_url", "Address of their picture", "https://club.example/anna.png", "url"),
    Field("sender.picture_alt", "Words for those who do not see the picture", "Anna Bak"),
    Field("links.preferences", "Page to choose letters", "https://club.example/u/preferences/x/", "url"),
    Field("links.unsubscribe", "Page to stop letters", "https://club.example/u/unsubscribe/x/", "url"),
    Field(
        CONFIRM,
        "Page to say yes a second time, in the letter that asks for it",
        "https://club.example/u/confirm/x/",
        "url",
    ),
    Field("links.cancel", "Page to leave the membership", "https://club.example/u/cancel/x/", "url"),
    Field(
        "links.statement",
        "Page with what the membership gave",
        "https://club.example/u/statement/x/",
        "url",
    ),
    Field("links.card", "The member's card, to show at the door", "https://club.example/u/card/x/", "url"),
    Field("links.guide", "The member's guide", "https://club.example/u/guide/x/", "url", waits=True),
    Field(
        "links.referral",
        "The member's own link for friends",
        "https://club.example/r/ingrid",
        "url",
        waits=True,
    ),
    Field("links.browser", "This letter as a page", "https://club.example/u/letter/x/", "url"),
    Field("business.name", "Name of the house", _("The Harbour Club")),
    Field("business.address", "Postal address", _("Havnegade 1, 1058 København K, Denmark")),
    Field("business.email", "E-mail address of the house", "hello@example.com"),
    Field("business.url", "Web address of the house", "https://club.example/", "url"),
)
