"""What letters say of an offer: as it was made to the member; before a letter leaves, as it would be made now."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from api import links
from mail import merge_fields, preparing, values, wording
from mail.models import LetterVersion, Message
from members import durations
from members.models import Member
from office.models import House
from winback.models import MadeOffer
from winback.offers import making, rules, wordings

URL = "https://club.example/u/offer/x/"
FIELDS = (
    merge_fields.Field(
        "offer.block", "Short name of the offer that the letter names", "come-back", inside=True
    ),
    merge_fields.Field("offer.what", "What is offered", _("Three months for less"), inside=True),
    merge_fields.Field(
        "offer.price", "What it costs", _("70 kr a month instead of 100 kr, for three months"), inside=True
    ),
    merge_fields.Field("offer.until", "The last day on which it stands", _("2 March 2027"), inside=True),
    merge_fields.Field("offer.url", "Page to accept it", URL, "url", inside=True),
)
Waiting = Message.Status


def supply(messages: Sequence[Message], now: dt.datetime) -> Mapping[int, Mapping[str, Any]]:
    """`offer` per letter id, of those that make one; no query where none holds one."""
    holding = [message for message in messages if making.held(message.letter_version)]
    if not holding:
        return {}
    made = {row.message_id: row for row in MadeOffer.objects.filter(message__in=_kept(holding))}
    open_ones = [
        one for one in holding if one.pk not in made and one.status in (Waiting.QUEUED, Waiting.HELD)
    ]
    found: dict[int, dict[str, Any]] = {}
    house = House.current().language
    for pk, chosen in making.choose(open_ones, now).items() if open_ones else ():
        message = next(one for one in open_ones if one.pk == pk)
        terms, until = wordings.terms(chosen.offer, chosen.standing), making.until(chosen.offer, message, now)
        found[pk] = {"offer": _said(message, terms, until, URL, house)}
    for message in holding:
        if row := made.get(message.pk):
            found[message.pk] = {
                "offer": _said(message, row.terms, row.until, links.url("offer", row.uuid), house)
            }
    return found


def example(version: LetterVersion, language: str) -> Mapping[str, Any]:
    """The offer as a made-up member reads it who pays 100 a month; its link leads nowhere."""
    slug = making.held(version)
    offer = rules.ready([slug])[0].get(slug) if slug else None
    if offer is None:
        return {}
    terms = wordings.terms(offer, rules.Standing(10_000, "EUR", "month"))
    draft = Message(member=Member(locale=language), letter_version=version)
    until = making.until(offer, draft, version.published_at)
    return {"offer": _said(draft, terms, until, URL, language)}


def _kept(messages: Sequence[Message]) -> list[int]:
    """The keys of letters that are rows; a preview is none."""
    return [message.pk for message in messages if not message._state.adding]


def _said(
    message: Message, terms: Mapping[str, Any], until: dt.datetime, url: str, house: str
) -> dict[str, str]:
    language = values.language_of(message)
    words = wordings.said(terms, language, house)
    last = durations.last_moment(until).astimezone(durations.zone_of(message.member)).date()
    return {
        "block": making.held(message.letter_version),
        "what": words["what"],
        "price": words["price"],
        "until": wording.date(last, language),
        "url": url,
    }


def bind() -> None:
    """Makes them known to letters, and the offers made before letters leave."""
    merge_fields.register(*FIELDS)
    values.supply(supply, example)
    preparing.bind(making.prepare)
