"""A letter that holds an offer is about to leave: its member gets a personal one, if the rules allow one.

Members without an e-mail address get none this way: what a person hands over, a person offers.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from mail.models import LetterVersion, Message
from members import durations, events, holding
from office.models import House
from winback.models import MadeOffer, Offer
from winback.offers import rules, wordings

HELD = "offer"
MADE = "offer.made"


@dataclass(frozen=True)
class Chosen:
    """The offer that one letter would make."""

    offer: Offer
    standing: rules.Standing


def held(version: LetterVersion) -> str:
    """The offer that a letter holds, by short name; else empty."""
    return str(version.holds.get(HELD, ""))


def prepare(messages: Sequence[Message], now: dt.datetime) -> None:
    """Makes the offers of these letters, once per letter; no query where none holds one.

    `offer.made` is recorded as answered already: nothing may stand between the letter and its leaving.
    """
    holding_one = [message for message in messages if held(message.letter_version)]
    if not holding_one:
        return
    with transaction.atomic():
        holding.wait_for(message.member_id for message in holding_one)
        there = set(MadeOffer.objects.filter(message__in=holding_one).values_list("message_id", flat=True))
        chosen = choose([message for message in holding_one if message.pk not in there], now)
        by_key = {message.pk: message for message in holding_one}
        made = [_made(by_key[pk], one, now) for pk, one in chosen.items()]
        MadeOffer.objects.bulk_create(made)
        language = House.current().language
        events.record_many([_told(one, language) for one in made], now, quiet=True)


def choose(messages: Sequence[Message], now: dt.datetime) -> dict[int, Chosen]:
    """Which offer each of these letters would make now, by the letter's key; those that make none are left out."""
    named, every = rules.ready([held(message.letter_version) for message in messages])
    known = rules.standings([message.member for message in messages]) if named else {}
    needing: Mapping[int, bool] = {pk: wordings.needs_price(offer) for pk, offer in every.items()}
    found: dict[int, Chosen] = {}
    for message in messages:
        offer, standing = named.get(held(message.letter_version)), known.get(message.member_id)
        for one in rules.chain(offer, every) if offer and standing else ():
            assert standing
            if not rules.refusal(one, standing, message.member, now, needs_price=needing[one.pk]):
                found[message.pk] = Chosen(one, standing)
                known[message.member_id] = replace(standing, last_offer_at=now)  # of two letters one makes it
                break
    return found


def until(offer: Offer, message: Message, now: dt.datetime) -> dt.datetime:
    """The end of its last day on the member's wall, aware, exclusive."""
    zone = durations.zone_of(message.member)
    day = now.astimezone(zone).date() + dt.timedelta(days=offer.valid_days + 1)
    return durations.resolve(dt.datetime.combine(day, dt.time()), zone)


def _made(message: Message, chosen: Chosen, now: dt.datetime) -> MadeOffer:
    return MadeOffer(
        offer=chosen.offer,
        member=message.member,
        message=message,
        made_at=now,
        until=until(chosen.offer, message, now),
        terms=wordings.terms(chosen.offer, chosen.standing),
    )


def _told(made: MadeOffer, language: str) -> events.Draft:
    return events.Draft(MADE, made.member, made.made_at, f"offer:{made.uuid}:made", about(made, language))


def about(made: MadeOffer, language: str) -> dict[str, object]:
    """What an event says of an offer; `language` is the house's."""
    words = wordings.said(made.terms, language)
    plain = {name: made.terms[name] for name in ("kind", "percent", "periods") if name in made.terms}
    told = {"offer": made.terms["slug"], "name": words["what"], "price": words["price"], **plain}
    return {**told, "until": made.until.isoformat(), "made": str(made.uuid)}
