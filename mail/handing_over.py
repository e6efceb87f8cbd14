"""Hands claimed letters over, ten at a time: rendered, marked as submitting, submitted, written down.

At most ten letters of a worker are ever between `submitting` and their result.
"""

import datetime as dt
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction

from mail import addressing, claiming, clicks, mime, rendering, suppressions, transports, values
from mail.models import Message, Suppression
from members import events
from office import commits

MICRO_BATCH = 10
BACKOFF = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180))
Status = Message.Status
RENEW_EVERY = 20.0  # seconds


def hand_over(messages: Sequence[Message], lease: uuid.UUID, now: dt.datetime) -> int:
    """Submits these claimed letters; returns how many reached a final status.

    When the mail server itself is out of reach, the rest goes back on its way and is tried again later.
    """
    final, renewed = 0, time.monotonic()
    found = values.gather(messages, now) if messages else {}
    counted = bool(messages) and clicks.are_counted()
    for start in range(0, len(messages), MICRO_BATCH):
        if time.monotonic() - renewed > RENEW_EVERY:
            claiming.renew(lease)
            renewed = time.monotonic()
        batch = messages[start : start + MICRO_BATCH]
        written = _write(batch, found, lease, now, counted=counted)
        ready = claiming.to_submitting([message for message, _ in written], lease, now)
        _release(batch, ready, lease)
        contents = {message.pk: content for message, content in written}
        outcome = _submit([(message, contents[message.pk]) for message in ready], lease, now)
        final += outcome.final + len(batch) - len(written)
        if outcome.out_of_reach:
            left = messages[start + MICRO_BATCH :]
            claiming.put_back(left, lease, _next_try(now, 0), "later: " + outcome.out_of_reach)
            break
    return final


class Outcome:
    """What became of a micro-batch: `final` letters, and why the mail server is out of reach, if it is."""

    def __init__(self) -> None:
        self.final = 0
        self.out_of_reach = ""


def _write(
    batch: Sequence[Message],
    found: Mapping[int, dict[str, Any]],
    lease: uuid.UUID,
    now: dt.datetime,
    *,
    counted: bool,
) -> list[tuple[Message, bytes]]:
    """The letters as bytes; one that cannot be written fails alone, with its reason."""
    written = []
    for message in batch:
        try:
            message.values = found[message.pk]
            message.language = values.language_of(message)
            message.address = addressing.of(message.member)
            letter = rendering.render(message.letter_version.texts[message.language], message.values)
            message.subject = letter.subject[:400]
            letter = clicks.through_us(letter, message) if counted else letter
            written.append((message, _mime(message, letter, now)))
        except (rendering.RenderError, mime.Unmailable) as error:
            claiming.finish([message], lease, Status.FAILED, now, f"unreadable: {error}")
    return written


def _mime(message: Message, letter: rendering.Rendered, now: dt.datetime) -> bytes:
    sender, domain = message.values["sender"], settings.MAIL_DOMAIN
    is_marketing = message.is_marketing
    return mime.build(
        letter,
        sender=(sender["name"], from_address(sender["email"])),
        reply_to=(sender["name"], sender["reply_to"]),
        to=(addressing.name(message.member), message.address),
        date=now,
        message_id=message.message_id,
        list_id=f"<{message.topic}.{domain}>" if is_marketing else "",
        feedback_id=f"{message.letter_version.letter_id}:{message.purpose}:lifecycle:{domain}",
        unsubscribe_url=message.values["links"]["unsubscribe"] if is_marketing else "",
    )


def from_address(own: str) -> str:
    """The sender's own address where it is of our domain, else the house's: others' domains refuse us (DMARC)."""
    return own if own.lower().endswith("@" + settings.MAIL_DOMAIN.lower()) else settings.MAIL_ADDRESS


def _release(batch: Sequence[Message], ready: Sequence[Message], lease: uuid.UUID) -> None:
    kept = {message.pk for message in ready}
    if refused := [message for message in batch if message.pk not in kept]:
        claiming.put_back(refused, lease)


def _submit(ready: Sequence[tuple[Message, bytes]], lease: uuid.UUID, now: dt.datetime) -> Outcome:
    outcome, transport = Outcome(), transports.current()
    sent: list[Message] = []
    renewed = time.monotonic()
    for message, content in ready:
        if outcome.out_of_reach:
            claiming.put_back([message], lease, _next_try(now, 0), "later: " + outcome.out_of_reach)
            continue
        if time.monotonic() - renewed > RENEW_EVERY:
            claiming.renew(lease)
            renewed = time.monotonic()
        try:
            transport.submit(_envelope(message, content))
            sent.append(message)
        except transports.Later as error:
            claiming.put_back([message], lease, _next_try(now, message.attempts), f"later: {error}")
            outcome.out_of_reach = str(error) if error.affects_all else ""
        except transports.Refused as error:
            outcome.final += _refused(message, error, lease, now)
        except transports.Unclear as error:
            outcome.final += claiming.finish([message], lease, Status.UNKNOWN, now, f"lost: {error}")
            outcome.out_of_reach = str(error) if error.affects_all else ""
    outcome.final += _sent(sent, lease, now)
    return outcome


def _envelope(message: Message, content: bytes) -> transports.Envelope:
    return transports.Envelope(
        settings.MAIL_ADDRESS, mime.address(message.address), content, str(message.uuid)
    )


def _sent(sent: Sequence[Message], lease: uuid.UUID, now: dt.datetime) -> int:
    if not sent:
        return 0
    with transaction.atomic():
        commits.may_be_forgotten()  # forgotten, they are unknown, as if the worker had died just before
        events.note_many(list(told(sent, now)), now)
        return claiming.sent(sent, lease, now)


def told(sent: Sequence[Message], now: dt.datetime) -> Iterator[events.Draft]:
    """What the timeline of their members says of letters that were sent."""
    for message in sent:
        data = {"letter": str(message.uuid), "subject": message.subject}
        yield events.Draft("mail.sent", message.member, now, f"mail.sent:{message.uuid}", data)


def _refused(message: Message, error: transports.Refused, lease: uuid.UUID, now: dt.datetime) -> int:
    with transaction.atomic():
        if error.dead_address:
            suppressions.suppress(message.address, Suppression.Reason.BOUNCED, now, str(error))
        return claiming.finish([message], lease, Status.FAILED, now, f"refused: {error}")


def _next_try(now: dt.datetime, attempts: int) -> dt.datetime:
    return now + BACKOFF[min(attempts, len(BACKOFF) - 1)]
