"""What became of letters after they left: arrived, came back, unwanted, read on, no more of these.

It acts only for a letter that we handed over to that very address. Any order and any repetition ends the same: what
happens once to a letter is one event, keyed by the letter; what can happen often is keyed by the report's own id.
"""

import datetime as dt
import hashlib
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType
from django.utils import timezone
from django.utils.translation import gettext as _

from mail import bounce_kinds, clicking, confirming, mime, provider_hooks, suppressions
from mail.models import Message, Report, Suppression
from members import consent, events, identity
from members.models import Event

Reason = Suppression.Reason
SOFT_BOUNCES, SOFT_DAYS = 5, 3
SOFT_WITHIN = dt.timedelta(days=90)
LONGEST = 300
OUR_ID = re.compile(r"<?([0-9a-f]{32})@", re.IGNORECASE)
UNSEEN = dict.fromkeys((*range(32), *range(127, 160), *range(0xD800, 0xE000)))


class NotUnderstood(Exception):
    """This cannot be read as a report of letters; the text says why."""


@dataclass(frozen=True)
class Told:
    """One thing that somebody outside says became of one letter. `ident` is the same when it is said again."""

    kind: str
    letter: uuid.UUID | None
    recipient: str
    at: dt.datetime
    ident: str
    detail: str = ""
    url: str = ""
    agent: str = ""


def told(report: Report, now: dt.datetime) -> list[Told]:
    """What a stored report says, letter by letter. Raises NotUnderstood."""
    try:
        found = provider_hooks.read(report.provider, report.headers, report.body.encode())
        return [_told(report, event, now) for event in found]
    except ValueError as error:
        raise NotUnderstood(str(error)) from error
    except (LookupError, TypeError, AttributeError) as error:
        raise NotUnderstood(f"{type(error).__name__}: {error}") from error


def apply(one: Told, now: dt.datetime) -> str:
    """Writes down in the caller's transaction what became of a letter; why not, where nothing was written."""
    message = _letter(one)
    may_have_left = message is not None and (message.submitted_at or message.status == Message.Status.UNKNOWN)
    if message is None or not may_have_left:
        return _("It names no letter that left here.")
    if not _went_to(message, one.recipient):
        return _("The letter it names went to another address.")
    confirmed = confirming.confirm(message, one.at, now)
    deed = DEEDS.get(one.kind)
    if deed is None:
        return "" if confirmed else _("Nothing follows from “%(what)s”.") % {"what": one.kind}
    return deed(one, message, now)


def letter_in(text: object) -> uuid.UUID | None:
    """The letter that one of our Message-IDs names; None for anybody else's."""
    found = OUR_ID.match(str(text or "").strip())
    return uuid.UUID(found[1]) if found else None


def _told(report: Report, event: AnymailTrackingEvent, now: dt.datetime) -> Told:
    recipient, at = _text(event.recipient), _moment(event.timestamp, report.received_at)
    said = (event.event_type, event.event_id or at.isoformat(), recipient, event.click_url or "")
    return Told(
        kind=_kind(report.provider, event),
        letter=next(_named(event), None),
        recipient=recipient,
        at=min(at, now),
        ident=hashlib.sha256("\0".join(map(str, said)).encode("utf-8", "replace")).hexdigest()[:32],
        detail=_text(event.mta_response or event.description),
        url=_text(event.click_url),
        agent=_text(event.user_agent),
    )


def _kind(provider: str, event: AnymailTrackingEvent) -> str:
    if event.event_type in (EventType.BOUNCED, EventType.REJECTED, EventType.FAILED):
        return bounce_kinds.of_event(provider, event)
    return str(event.event_type)


def _named(event: AnymailTrackingEvent) -> Iterator[uuid.UUID]:
    """The letters an event may mean: by our id in the metadata, else by a Message-ID of ours."""
    metadata = event.metadata if isinstance(event.metadata, Mapping) else {}
    if ours := identity.parse_uuid(str(metadata.get("message", ""))):
        yield ours
    raw = event.esp_event if isinstance(event.esp_event, Mapping) else {}
    mail = raw.get("mail")
    headers = mail.get("commonHeaders") if isinstance(mail, Mapping) else None
    amazons = headers.get("messageId") if isinstance(headers, Mapping) else None
    for text in (event.message_id, raw.get("smtp-id"), amazons):
        if found := letter_in(text):
            yield found


def _moment(said: dt.datetime | None, received_at: dt.datetime) -> dt.datetime:
    """When it happened; never later than we heard of it."""
    if said is None:
        return received_at
    return min(said if timezone.is_aware(said) else said.replace(tzinfo=dt.UTC), received_at)


def _text(value: object) -> str:
    return str(value or "").translate(UNSEEN).strip()[:LONGEST]


def _letter(one: Told) -> Message | None:
    if one.letter is None:
        return None
    return Message.objects.filter(uuid=one.letter).select_related("member").first()


def _went_to(message: Message, recipient: str) -> bool:
    if not message.address or not recipient:
        return False
    if identity.email_key(message.address) == identity.email_key(recipient):
        return True
    try:  # providers may write an international domain in its ASCII form
        return identity.email_key(mime.address(message.address)) == identity.email_key(
            mime.address(recipient)
        )
    except mime.Unmailable:
        return False


def _delivered(one: Told, message: Message, now: dt.datetime) -> str:
    _record("mail.delivered", one, message, now, quiet=True)
    return ""


def _hard(one: Told, message: Message, now: dt.datetime) -> str:
    if _record("mail.bounced", one, message, now, kind="hard", detail=one.detail):
        suppressions.suppress(message.address, Reason.BOUNCED, now, one.detail)
    return ""


def _soft(one: Told, message: Message, now: dt.datetime) -> str:
    is_news = _record("mail.bounced", one, message, now, often=True, kind="soft", detail=one.detail)
    if is_news and _never_gets_through(message, one.at):
        suppressions.suppress(message.address, Reason.BOUNCED, now, one.detail)
    return ""


def _policy(one: Told, message: Message, now: dt.datetime) -> str:
    """The other side did not like our mail: that says nothing of the address."""
    _record("mail.bounced", one, message, now, often=True, kind="soft", policy=True, detail=one.detail)
    return ""


def _complained(one: Told, message: Message, now: dt.datetime) -> str:
    if _record("mail.complained", one, message, now):
        suppressions.suppress(message.address, Reason.COMPLAINED, now, one.detail)
    return ""


def _clicked(one: Told, message: Message, now: dt.datetime) -> str:
    if clicking.is_machine(one.agent, one.at, message.submitted_at):
        return _("A program followed the link, not a person.")
    _record("mail.clicked", one, message, now, often=True, url=one.url)
    return ""


def _unsubscribed(one: Told, message: Message, now: dt.datetime) -> str:
    """No more of this topic; a letter about the membership itself has none, so of any that is allowed."""
    if not _record("mail.unsubscribed", one, message, now):
        return ""
    lines = consent.standing([message.member_id])
    topics = (
        [message.topic] if message.topic else [topic for (_pk, topic), line in lines.items() if line.granted]
    )
    for topic in topics:
        consent.withdraw(message.member, topic, one.at, now, proof="mail provider", source="letter")
    return ""


DEEDS: dict[str, Callable[[Told, Message, dt.datetime], str]] = {
    EventType.DELIVERED: _delivered,
    bounce_kinds.HARD: _hard,
    bounce_kinds.SOFT: _soft,
    bounce_kinds.POLICY: _policy,
    EventType.COMPLAINED: _complained,
    EventType.CLICKED: _clicked,
    EventType.UNSUBSCRIBED: _unsubscribed,
}


def _record(
    name: str,
    one: Told,
    message: Message,
    now: dt.datetime,
    *,
    often: bool = False,
    quiet: bool = False,
    **more: Any,
) -> bool:
    """Whether this was news. What happens once to a letter happened when the earliest report says."""
    key = f"{name}:{message.uuid}" + (f":{one.ident}" if often else "")
    data = {"letter": str(message.uuid), "subject": message.subject} | {k: v for k, v in more.items() if v}
    if events.record(events.Draft(name, message.member, one.at, key, data), now, quiet=quiet):
        return True
    Event.objects.filter(key=key, occurred_at__gt=one.at).update(occurred_at=one.at, data=data)
    return False


def _never_gets_through(message: Message, at: dt.datetime) -> bool:
    """Whether 5 letters to this address came back on 3 different days (UTC), at most 90 days apart."""
    near = Event.objects.filter(
        member=message.member_id,
        name="mail.bounced",
        occurred_at__gte=at - SOFT_WITHIN,
        occurred_at__lte=at + SOFT_WITHIN,
    )
    soft = [e for e in near if e.data.get("kind") == "soft" and not e.data.get("policy")]
    letters = {identity.parse_uuid(str(event.data.get("letter"))) for event in soft} - {None}
    same = {
        str(row.uuid)
        for row in Message.objects.filter(uuid__in=letters).only("uuid", "address")
        if identity.email_key(row.address) == identity.email_key(message.address)
    }
    moments = sorted(event.occurred_at for event in soft if str(event.data.get("letter")) in same)
    return any(
        _are_enough([one for one in moments if first <= one <= first + SOFT_WITHIN]) for first in moments
    )


def _are_enough(moments: list[dt.datetime]) -> bool:
    days = {moment.astimezone(dt.UTC).date() for moment in moments}
    return len(moments) >= SOFT_BOUNCES and len(days) >= SOFT_DAYS
