"""A choir of Thursday, and letters to it."""

import datetime as dt
from typing import Any

from mail import mailings, outbox
from mail.models import Mailing, Message, Sender
from members import consent
from members.models import Member, MemberTag
from tests import cast

TAG = "thursday"
BODY = "Hello {{ member.first_name | default: 'friend' }}\n\nThe hall is closed on Thursday."


def sings(name: str, now: dt.datetime, *, email: str | None = None, **said: Any) -> Member:
    """Somebody of the choir; without an address where `email` is empty."""
    address = f"{name.lower()}@example.com" if email is None else email
    member = cast.join(name, now, quiet=True, first_name=name, email=address, **said).member
    MemberTag.objects.create(member=member, tag=TAG)
    return member


def choir(number: int, now: dt.datetime) -> list[Member]:
    """That many singers."""
    return [sings(f"S{place}", now) for place in range(number)]


def wants_news(member: Member, now: dt.datetime) -> None:
    """Says yes to news."""
    consent.grant(member, "news", now, now, proof="form", source="test")


def letter(now: dt.datetime, kind: str = "notice", **said: Any) -> Mailing:
    """A draft to the choir, kept."""
    sender, _new = Sender.objects.get_or_create(
        slug="anna", defaults={"name": "Anna Bak", "email": "anna@example.com"}
    )
    topic = "" if kind == "notice" else "news"
    plain: dict[str, Any] = {"people": f"tag:{TAG}", "subject": "No choir on Thursday", "body": BODY}
    mailing = Mailing(**{**plain, "kind": kind, "topic": topic, "sender": sender, **said})
    mailings.save(mailing, now, None)
    return mailing


def sent(now: dt.datetime, kind: str = "notice", at: dt.datetime | None = None, **said: Any) -> Mailing:
    """A letter to the choir that somebody has just sent."""
    mailing = letter(now, kind, **said)
    mailings.send(mailing, at, now, None)
    return mailing


def write(now: dt.datetime) -> None:
    """Writes every letter that is due to be written; none leaves."""
    while mailings.work(now):
        pass


def leave(now: dt.datetime) -> None:
    """Writes the letters and lets those leave that are due."""
    write(now)
    while outbox.send_due(now):
        pass
    write(now)


def fates(mailing: Mailing) -> dict[str, str]:
    """What became of the letter to each, by first name: its reason, or else where it is."""
    rows = Message.objects.filter(mailing=mailing).select_related("member")
    return {row.member.first_name: row.reason or row.status for row in rows}
