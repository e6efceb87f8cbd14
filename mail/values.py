"""What letters say of a member, gathered for a batch in a constant number of queries: plain values only.

Upper rooms add their own with `supply`; the names must be known to `mail.merge_fields`.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import prefetch_related_objects

from api import links
from mail import brand, pictures, wording, writers
from mail.models import Brand, LetterVersion, Message, Sender
from members import durations
from members.models import Member, Plan, Subscription
from office.models import House

Supplier = Callable[[Sequence[Message], dt.datetime], Mapping[int, Mapping[str, Any]]]
Example = Callable[[LetterVersion, str], Mapping[str, Any]]

CONFIRMING = "confirm:"  # the keys of letters that ask for a second yes

_suppliers: list[Supplier] = []
_examples: list[Example] = []


def supply(supplier: Supplier, example: Example | None = None) -> None:
    """Adds a room's own values: a function from letters to branches of values per letter id; it may add to a branch.

    `example` gives the branches for a made-up member, from a letter and a language, where samples would not do.
    """
    _suppliers.append(supplier)
    if example:
        _examples.append(example)


def examples(version: LetterVersion, language: str) -> dict[str, Any]:
    """What rooms supply for a made-up member who reads this letter in `language`."""
    return {name: branch for example in _examples for name, branch in example(version, language).items()}


def gather(messages: Sequence[Message], now: dt.datetime) -> dict[int, dict[str, Any]]:
    """The values per letter id, in each member's language and time zone."""
    at_home, look = House.current(), brand.values(Brand.current())
    house = of_house(at_home)
    live = _live_subscriptions({message.member_id for message in messages})
    people = writers.of(messages, now)
    found = {
        message.pk: _values(message, at_home, house, live.get(message.member_id), people[message.pk])
        for message in messages
    }
    if look:  # kept with each letter, so that it is read again as it looked
        for values in found.values():
            values["brand"] = look
    for supplier in _suppliers:
        for pk, branches in supplier(messages, now).items():
            for name, known in branches.items():
                found[pk][name] = {**found[pk].get(name, {}), **known}
    return found


ABOUT_MEMBERS = frozenset({"member", "plan", "subscription", "business"})


def of_members(members: Sequence[Member], language: str) -> dict[int, dict[str, Any]]:
    """What a line for staff may say of members, per member id: `ABOUT_MEMBERS`, in the staff's language."""
    prefetch_related_objects(list(members), "plan")
    house = of_house(House.current())
    live = _live_subscriptions({member.pk for member in members})
    return {
        member.pk: {
            "member": _member(member, language),
            "plan": _plan(member.plan, language),
            "subscription": _subscription(live.get(member.pk), member, language),
            "business": house,
        }
        for member in members
    }


def language_of(message: Message) -> str:
    """The language this letter is read in: the member's where the letter has it."""
    return message.letter_version.text_for(message.member.locale)[0]


def _values(
    message: Message, at_home: House, house: dict[str, Any], held: Subscription | None, writer: writers.Writer
) -> dict[str, Any]:
    language = language_of(message)
    return {
        "member": _member(message.member, language),
        "plan": _plan(message.member.plan, language),
        "subscription": _subscription(held, message.member, language),
        "sender": {**of_sender(writer.sender, language, at_home.language), "instead_of": writer.instead_of},
        "links": _links(message),
        "business": house,
    }


def _member(member: Member, language: str) -> dict[str, Any]:
    return {
        "first_name": member.first_name,
        "last_name": member.last_name,
        "name": f"{member.first_name} {member.last_name}".strip(),
        "email": member.email,
        "phone": member.phone,
        "number": str(member.number),
        "since": _date(member.joined_at, member, language),
        "joining_reason": member.joining_reason,
        "told_by": member.told_by,
        "language": language,
    }


def _plan(plan: Plan | None, language: str) -> dict[str, Any]:
    if plan is None:
        return {}
    return {"name": plan.name, "sentence": plan.sentence, "price": _price(plan, language)}


def _subscription(held: Subscription | None, member: Member, language: str) -> dict[str, Any]:
    if held is None:
        return {}
    is_leaving = held.status == Subscription.Status.CANCELLED
    return {
        "started": _date(held.started_at, member, language),
        "price": _price(held, language),
        "next_payment": "" if is_leaving else _date(held.current_period_end, member, language),
        "trial_ends": _date(held.trial_ends_at, member, language),
        "ends": _date(held.access_ends_at and durations.last_moment(held.access_ends_at), member, language),
        "card_expires": wording.month(held.card_expires_at.date(), language) if held.card_expires_at else "",
        "status": held.status,
    }


def _price(priced: Plan | Subscription, language: str) -> str:
    if priced.amount is None:
        return ""
    return wording.price(priced.amount, priced.currency, priced.interval, priced.interval_count, language)


def of_sender(sender: Sender, language: str, house: str) -> dict[str, Any]:
    """What a letter in this language says of who writes it; `house` is the language of the house."""
    picture = pictures.url(sender.picture.name) if sender.picture else ""
    return {
        "name": sender.name,
        "first_name": sender.name.split(" ")[0],
        "role": sender.role_in(language, house),
        "email": sender.email,
        "reply_to": sender.answers_to,
        "phone": sender.phone,
        "signature": sender.signature,
        "lines": sender.lines,
        "picture_url": picture,
        "picture_alt": sender.name,
    }


def _links(message: Message) -> dict[str, str]:
    member = str(message.member.uuid)
    found = {"browser": links.url("browser", message.uuid), "cancel": _leaving(member)}
    if links.has_page("card"):
        found["card"] = links.url("card", member)
    if message.key.startswith(CONFIRMING):
        found["confirm"] = links.url("confirm", member, message.topic)
    if message.is_marketing:
        found["preferences"] = links.url("preferences", member)
        found["unsubscribe"] = links.url("unsubscribe", member, message.topic)
    return found


def _leaving(member: str) -> str:
    """Where the member leaves: the business's own page, else the one that a room supplies."""
    if settings.CANCEL_URL or not links.has_page("cancel"):
        return settings.CANCEL_URL
    return links.url("cancel", member)


def of_house(house: House) -> dict[str, str]:
    """What a letter says of the house."""
    return {
        "name": house.name,
        "address": house.postal_address,
        "email": house.email,
        "url": settings.BASE_URL,
    }


def _live_subscriptions(member_ids: set[int]) -> dict[int, Subscription]:
    rows = Subscription.objects.filter(member_id__in=member_ids).exclude(status=Subscription.Status.ENDED)
    return {row.member_id: row for row in rows.order_by("started_at", "pk")}


def _date(moment: dt.datetime | None, member: Member, language: str) -> str:
    return wording.date(moment.astimezone(durations.zone_of(member)).date(), language) if moment else ""
