"""What members choose on the pages that only their own letters lead to: each word kept with what they had read."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from mail import suppressions, topics
from members import consent, events, ledger
from members.models import Member

SOURCE = "letter"
UNSUBSCRIBED = "mail.unsubscribed"


@dataclass(frozen=True)
class Changed:
    """The topics that come from now on and those that do not any more; `before` is what was allowed until now."""

    started: list[str]
    stopped: list[str]
    before: list[str]


def choose(
    member: Member, wanted: Collection[str], language: str, now: dt.datetime, *, none: bool = False
) -> Changed:
    """Allows the topics of `wanted` that the page offers and withdraws the others. Saying it again changes nothing.

    A yes that waits for the second one stands unticked, and is no no: it is withdrawn only where `none` are wanted.
    """
    offered = topics.offered(member, language)
    before = [one.slug for one in offered if one.granted]
    started = [one for one in offered if one.slug in wanted and not one.granted]
    stopped = [one for one in offered if one.slug not in wanted and (one.granted or (none and one.pending))]
    with transaction.atomic():
        for one in started:
            _allow(member, one, "preference page", now)
        for one in stopped:
            _refuse(member, one, "preference page", now)
    return Changed([one.name for one in started], [one.name for one in stopped], before)


def unsubscribe(member: Member, topic: str, language: str, now: dt.datetime) -> None:
    """No more of one topic; a second click, by a person or a mail program, changes nothing."""
    for one in topics.offered(member, language, also=topic):
        if one.slug == topic and not one.refused:
            with transaction.atomic():
                _refuse(member, one, "unsubscribe link", now)


def confirm(member: Member, topic: str, language: str, now: dt.datetime) -> bool:
    """The second yes, by the link in the letter that asked for it; whether it counts: not after a no."""
    for one in topics.offered(member, language, also=topic):
        if one.slug == topic and one.pending:
            _allow(member, one, "confirmed by the link in the letter", now)
            return True
        if one.slug == topic:
            return one.granted
    return False


def _allow(member: Member, one: topics.Offered, door: str, now: dt.datetime) -> None:
    consent.grant(member, one.slug, now, now, proof=_proof(door, one), source=SOURCE, confirmed=True)
    ledger.said(member.uuid, one.slug, granted=True, at=now)
    if member.email:
        suppressions.lift_no(member.email, one.slug, now)


def _refuse(member: Member, one: topics.Offered, door: str, now: dt.datetime) -> None:
    line = consent.withdraw(member, one.slug, now, now, proof=_proof(door, one), source=SOURCE)
    key = f"{UNSUBSCRIBED}:{member.uuid}:{line.pk}"
    events.record(events.Draft(UNSUBSCRIBED, member, now, key, {"topic": one.slug}), now)


def _proof(door: str, one: topics.Offered) -> str:
    """What the member read beside the choice, in their language."""
    return f"{door}: “{one.name}”" + (f" – {one.description}" if one.description else "")
