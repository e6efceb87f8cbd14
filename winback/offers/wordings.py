"""What members read of an offer: in their language, with their own price in it."""

from collections.abc import Mapping
from typing import Any

from mail import wording
from winback.models import Offer
from winback.offers.rules import Standing, reduced


def terms(offer: Offer, standing: Standing) -> dict[str, Any]:
    """What is promised, pinned: the kind and its numbers, and the words in every language; words are read already."""
    found: dict[str, Any] = {"slug": offer.slug, "kind": offer.kind}
    found |= {name: value for name in ("percent", "periods") if (value := getattr(offer, name)) is not None}
    if standing.price is not None:
        found |= {"usual": standing.price, "price": reduced(offer, standing.price)}
        found |= {"currency": standing.currency}
    found["words"] = {
        words.language: {"what": words.what, "price": _filled(words.price, offer, standing, words.language)}
        for words in offer.words.all()
    }
    return found


def said(pinned: Mapping[str, Any], language: str, house: str = "") -> dict[str, str]:
    """`what` and `price` in the language, in that of the house, or in whichever there is."""
    known: Mapping[str, dict[str, str]] = pinned.get("words", {})
    return wording.nearest(known, language, house) or next(iter(known.values()), {"what": "", "price": ""})


def name(offer: Offer, language: str) -> str:
    """What staff read of it, in `language` where it has it; its words are read already."""
    known = {words.language: {"what": words.what} for words in offer.words.all()}
    return said({"words": known}, language)["what"] or offer.slug


def needs_price(offer: Offer) -> bool:
    """Whether its words cannot be said without a price; they are read already."""
    return any("{price}" in words.price or "{usual}" in words.price for words in offer.words.all())


def _filled(text: str, offer: Offer, standing: Standing, language: str) -> str:
    if standing.price is None:
        return text

    def paid(amount: int) -> str:
        return wording.price(amount, standing.currency, standing.interval, standing.interval_count, language)

    return text.replace("{price}", paid(reduced(offer, standing.price))).replace(
        "{usual}", paid(standing.price)
    )
