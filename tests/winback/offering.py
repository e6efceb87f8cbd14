"""Offers for tests: three bands of a discount, a smaller plan for those who had stopped, and a letter that offers."""

import datetime as dt
from typing import Any

from flows import publishing
from mail.models import Message
from members import subscriptions
from members.models import Member, Plan, Subscription
from winback.models import Offer
from winback.offers import files

WORDS = {
    "en": {"what": "Three months at 30 % off", "price": "{price} instead of {usual} for three months."},
    "da": {"what": "90 dage med 30 % rabat", "price": "{price} i stedet for {usual} i 90 dage."},
}
TOP = {"slug": "top", "kind": "percent", "percent": 30, "periods": 3, "otherwise": "weekend", **WORDS}
WEEKEND = {
    "slug": "weekend",
    "kind": "plan",
    "en": {"what": "The weekend alone"},
    "da": {"what": "Kun weekenden"},
}


def store(*rows: dict[str, Any]) -> Offer:
    """These offers are in the house; the first one."""
    files.store(list(rows))
    return Offer.objects.get(slug=rows[0]["slug"])


def flow(slug: str = "top", *, name: str = "back", **more: object) -> dict[str, object]:
    """A flow that sends one letter with this offer when somebody visits the shop."""

    def blocks(hello: str, otherwise: str) -> list[dict[str, str]]:
        offered = {"kind": "offer", "offer": slug, "otherwise": otherwise}
        return [{"kind": "text", "text": hello}, offered]

    letter = {
        "slug": f"{name}-letter",
        "sender": "anna",
        "subject": "The door is open",
        "blocks": blocks("Hi", "You are welcome any day."),
        "da": {"subject": "Døren står åben", "blocks": blocks("Hej", "Du er velkommen hver dag.")},
    }
    head = {"slug": name, "name": "Back", "language": "en", "purpose": "value", "topic": "membership"}
    steps = [{"uid": "letter", "kind": "send", "letter": letter["slug"], "not_after": "5d"}]
    senders = [{"slug": "anna", "name": "Anna Bak", "email": "anna@example.com", "phone": "+45 30 12 34 56"}]
    trigger = {"trigger": {"event": f"{name}.visited"}, "reentry": "after 1d"}
    return {**head, **trigger, "steps": steps, "letters": [letter], "senders": senders, **more}


def publish(now: dt.datetime, slug: str = "top", **more: Any) -> None:
    """The flow is live."""
    publishing.publish(flow(slug, **more), now, without_face=True)


def pays(member: Member, now: dt.datetime, amount: int = 10_000, **plan: Any) -> Plan:
    """The member pays so much a month since they joined."""
    row, _ = Plan.objects.update_or_create(slug="paper", defaults={"name": "The paper", **plan})
    terms = {"plan": row, "amount": amount, "currency": "EUR", "interval": "month", "interval_count": 1}
    ident = f"S-{member.pk}"
    change = subscriptions.Change(
        "subscription.started", member, "house", ident, member.joined_at, ident, {**terms}
    )
    found: Subscription = subscriptions.apply(change, now, quiet=True)
    assert found.plan == row
    return row


def letter_to(member: Member) -> Message:
    """The last letter that somebody got."""
    return Message.objects.filter(member=member, status="sent").latest("pk")
