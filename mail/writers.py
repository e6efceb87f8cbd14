"""Who writes a letter: the person it names, whoever looks after the member, or who took that person's place.

Whoever looks after the member does so only in a language that they speak; else the person that the letter names.
Published letters never change, so it is found out when a letter is written: a person whose last day is over is
followed by the one named to follow. Where nobody is named, letters wait; only those about the membership itself
still leave, as nothing may keep them.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import slugify

from mail.models import LetterVersion, Message, Sender
from members import owners


@dataclass(frozen=True)
class Writer:
    """Who writes one letter; `instead_of` is the name of the person whose place they take, empty when they do not."""

    sender: Sender
    instead_of: str = ""


def of(messages: Sequence[Message], now: dt.datetime) -> dict[int, Writer]:
    """Who writes each letter (by key) at `now`; at most two queries. Letters bring their version and its sender."""
    people, today = _people(), timezone.localdate(now)
    by_user = {row.user.username: row for row in people.values() if row.user}
    cared_for = owners.of({row.member_id for row in messages if row.letter_version.by_owner})
    found = {}
    for message in messages:
        version = message.letter_version
        owner = by_user.get(cared_for.get(message.member_id, "")) if version.by_owner else None
        if owner is not None and not owner.speaks(version.text_for(message.member.locale)[0]):
            owner = None  # an answer in the language of the letter would be one that they cannot read
        found[message.pk] = _writer(owner, version.sender, people, today)
    return found


def stopped(messages: Sequence[Message], now: dt.datetime) -> dict[int, str]:
    """Those of these letters (keys) that nobody writes any more, and who did; one query while nobody stopped."""
    today = timezone.localdate(now)
    gone = {row.pk: row for row in Sender.objects.filter(until__lt=today)}
    if not gone:
        return {}
    people = _people()
    ended = {pk for pk, row in gone.items() if follow(row, people, today) is None}
    versions = LetterVersion.objects.filter(
        pk__in={row.letter_version_id for row in messages}, sender__in=ended, by_owner=False
    )
    named = dict(versions.values_list("pk", "sender"))
    return {
        row.pk: gone[named[row.letter_version_id]].name.replace("|", " ")
        for row in messages
        if row.letter_version_id in named
    }


def follow(sender: Sender, people: Mapping[int, Sender], today: dt.date) -> Sender | None:
    """Who writes on that day (by the house's clock) where `sender` is named; None when nobody does."""
    seen: set[int] = set()
    at: Sender | None = sender
    while at is not None and at.has_stopped(today):
        seen.add(at.pk)
        at = people.get(at.replacement_id or 0)
        if at is not None and at.pk in seen:
            return None
    return at


def may_sign(sender: Sender) -> bool:
    """Whether letters to members may come from this person: they have a face, and a way to reach them."""
    return sender.picture_id is not None and bool(sender.phone or sender.email)


def with_faces() -> QuerySet[Sender]:
    """Everybody who writes, with what letters show of them, without the bytes of pictures."""
    return Sender.objects.select_related("picture", "user").defer("picture__content")


def free_slug(name: str) -> str:
    """A short name for somebody new, that nobody has."""
    base = slugify(name)[:70] or "sender"
    taken = set(Sender.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        slug
        for number in range(1, 1000)
        if (slug := base if number == 1 else f"{base}-{number}") not in taken
    )


def _writer(owner: Sender | None, named: Sender, people: Mapping[int, Sender], today: dt.date) -> Writer:
    if owner is not None and may_sign(owner) and not owner.has_stopped(today):
        return Writer(owner)
    now_named = people.get(named.pk, named)  # a draft's sender may not be kept yet
    follower = follow(now_named, people, today)
    if follower is None or follower.pk == now_named.pk:
        return Writer(now_named)
    return Writer(follower, now_named.name)


def _people() -> dict[int, Sender]:
    return {row.pk: row for row in with_faces()}
