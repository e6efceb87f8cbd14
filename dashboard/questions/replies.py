"""Replies of members: who waits, since when, and with what."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from urllib import parse

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from dashboard.questions import versions
from dashboard.words import letters
from mail import answering, conversations
from mail.models import Reply
from office.models import User

FIRST = 160  # characters of a reply that the list shows
LATEST, OLDEST = ("-received_at", "-id"), ("received_at", "id")


@dataclass(frozen=True)
class Line:
    """One reply as a list shows it: who, their phone, the first words, the letter it answers, whether it is late."""

    reply: Reply
    who: str
    phone: str
    first: str
    letter: str
    is_late: bool


@dataclass(frozen=True)
class Overdue:
    """Replies that waited longer than they hold letters: how many, the oldest, and who wrote it."""

    number: int
    since: dt.datetime
    who: str


def listed(show: str, user: User) -> tuple[QuerySet[Reply], tuple[str, ...]]:
    """The replies of a filter, and their order: what waits oldest first, what is done latest first."""
    if show == "unknown":
        return answering.unmatched(), LATEST
    if show == "answered":
        return Reply.objects.filter(answered_at__isnull=False, member__erased_at=None), LATEST
    waiting = answering.waiting()
    return (waiting.filter(assigned_to=user) if show == "mine" else waiting), OLDEST


def kinds(user: User) -> list[tuple[str, str, int | None]]:
    """The filters, with how many each has."""
    is_open = Q(answered_at=None)
    counted = Reply.objects.filter(is_open).aggregate(
        all=Count("pk", Q(member__isnull=False, member__erased_at=None)),
        mine=Count("pk", Q(member__isnull=False, assigned_to=user)),
        unknown=Count("pk", Q(member=None)),
    )
    return [
        ("", _("Wait for an answer"), counted["all"]),
        ("mine", _("Mine"), counted["mine"]),
        ("unknown", _("Who wrote this?"), counted["unknown"]),
        ("answered", _("Answered"), None),
    ]


def lines(rows: Sequence[Reply], now: dt.datetime) -> list[Line]:
    """These replies as lists show them, in a constant number of queries."""
    found = {
        row.pk: row
        for row in Reply.objects.filter(pk__in=[row.pk for row in rows]).select_related(
            "member", "letter__member", "assigned_to", "answered_by"
        )
    }
    whole = [found[row.pk] for row in rows if row.pk in found]
    versions.attach([row.letter for row in whole if row.letter])
    return [_line(row, now) for row in whole]


def overdue(now: dt.datetime) -> Overdue | None:
    """The replies that wait longer than three working days; None when there are none."""
    waiting = answering.waiting().select_related("member")
    late = [row for row in waiting[:500] if conversations.overdue_at(row.received_at) <= now]
    if not late:
        return None
    return Overdue(len(late), late[0].received_at, late[0].member.name if late[0].member else "")


def people() -> list[User]:
    """Who may be asked to answer."""
    rows = User.objects.filter(is_active=True).exclude(role=User.Role.READONLY)
    return list(rows.order_by("first_name", "username"))


def mailto(reply: Reply) -> str:
    """An address that opens an answer in the mail program of whoever clicks it, the subject filled in."""
    subject = (
        reply.subject if reply.subject.lower().startswith(("re:", "sv:", "aw:")) else f"Re: {reply.subject}"
    )
    asked = {"subject": subject, **({"in-reply-to": reply.message_id} if reply.message_id else {})}
    query = parse.urlencode(asked, quote_via=parse.quote)
    return f"mailto:{parse.quote(reply.from_address, safe='@')}?{query}" if reply.from_address else ""


def _line(reply: Reply, now: dt.datetime) -> Line:
    words = " ".join((reply.text or reply.whole).split())
    first = words if len(words) <= FIRST else words[:FIRST].rsplit(" ", 1)[0] + " …"
    member = reply.member
    return Line(
        reply=reply,
        who=member.name
        if member
        else reply.from_name or reply.from_address or _("Somebody without an address"),
        phone=member.phone if member else "",
        first=first,
        letter=letters.name(reply.letter) if reply.letter else "",
        is_late=not reply.answered_at and conversations.overdue_at(reply.received_at) <= now,
    )
