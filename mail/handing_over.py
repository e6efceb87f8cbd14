"""Hands claimed letters over, ten at a time: rendered, marked as submitting, submitted, written down.

At most ten letters of a worker are ever between `submitting` and their result.
"""

import datetime as dt
import itertools
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent import futures
from typing import Any

from django.conf import settings
from django.db import transaction

from mail import (
    addressing,
    claiming,
    clicks,
    mailboxes,
    mime,
    preparing,
    reading,
    rendering,
    suppressions,
    transports,
    values,
)
from mail.models import Mailbox, Message, Suppression
from members import events

MICRO_BATCH = 10
BACKOFF = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180))
Status = Message.Status
Batch = Sequence[Message]
Written = tuple[list[tuple[Message, bytes]], list[tuple[Message, str]]]
RENEW_EVERY = 20.0  # seconds


def hand_over(
    messages: Sequence[Message], lease: uuid.UUID, now: dt.datetime, mailbox: Mailbox | None = None
) -> int:
    """Submits these claimed letters; returns how many reached a final status.

    When nothing can leave at all, the mailbox rests, and the other letters go back on their way until it has.
    """
    final, renewed = 0, time.monotonic()
    preparing.prepare(messages, now)
    found = values.gather(messages, now) if messages else {}
    counted = bool(messages) and clicks.are_counted()
    batches = [messages[at : at + MICRO_BATCH] for at in range(0, len(messages), MICRO_BATCH)]
    for place, (batch, (written, unreadable)) in enumerate(
        _one_ahead(lambda batch: _write(batch, found, now, counted=counted), batches), start=1
    ):
        if time.monotonic() - renewed > RENEW_EVERY:
            claiming.renew(lease)
            renewed = time.monotonic()
        for message, why in unreadable:
            final += claiming.finish([message], lease, Status.FAILED, now, f"unreadable: {why}")
        key = uuid.uuid4() if transports.current().repeats else None
        ready = claiming.to_submitting([message for message, _ in written], lease, now, key)
        _release(batch, ready, lease)
        contents = {message.pk: content for message, content in written}
        ready.sort(key=lambda message: message.pk)
        outcome = _submit([(message, contents[message.pk]) for message in ready], lease, now, str(key))
        final += outcome.final
        if outcome.sent and mailbox:
            mailboxes.works_again(mailbox)
        if outcome.out_of_reach:
            claiming.put_back(messages[place * MICRO_BATCH :], lease)
            break
    return final


def _one_ahead(
    write: Callable[[Batch], Written], batches: Sequence[Batch]
) -> Iterator[tuple[Batch, Written]]:
    """Each batch with its letters, those of the next being written meanwhile.

    Half of the time of sending is spent waiting for the database's disk and the mail server's answers.
    """
    with futures.ThreadPoolExecutor(1) as pen:
        coming = pen.submit(write, batches[0]) if batches else None
        for batch, following in itertools.zip_longest(batches, batches[1:]):
            assert coming
            written = coming.result()
            coming = pen.submit(write, following) if following else None
            yield batch, written


class Outcome:
    """What became of a micro-batch: `final` letters, `sent` ones among them, and whether nothing can leave now."""

    def __init__(self) -> None:
        self.final = self.sent = 0
        self.out_of_reach = False


def _write(batch: Batch, found: Mapping[int, dict[str, Any]], now: dt.datetime, *, counted: bool) -> Written:
    """The letters as bytes, and those that cannot be written, with the reason. In a thread: asks no database."""
    written, unreadable = [], []
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
            unreadable.append((message, str(error)))
    return written, unreadable


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
        # Google reads the last part as the sender, 5 to 15 characters: support.google.com/mail/answer/6254652
        feedback_id=f"{message.letter_version.letter_id}:{message.purpose}:{domain}:lifecycle",
        unsubscribe_url=message.values["links"]["unsubscribe"] if is_marketing else "",
    )


def from_address(own: str) -> str:
    """The sender's own address where it is of our domain, else the house's: others' domains refuse us (DMARC)."""
    return own if own.lower().endswith("@" + settings.MAIL_DOMAIN.lower()) else settings.MAIL_ADDRESS


def _release(batch: Sequence[Message], ready: Sequence[Message], lease: uuid.UUID) -> None:
    kept = {message.pk for message in ready}
    if refused := [message for message in batch if message.pk not in kept]:
        claiming.put_back(refused, lease)


def _submit(ready: Sequence[tuple[Message, bytes]], lease: uuid.UUID, now: dt.datetime, key: str) -> Outcome:
    outcome, sent, tried, renewed = Outcome(), list[Message](), 0, time.monotonic()
    answers = transports.current().submit_all([_envelope(*one) for one in ready], key) if ready else iter(())
    for (message, _content), answer in zip(ready, answers, strict=False):
        tried += 1
        if answer is None:
            sent.append(message)
        else:
            _failed(message, answer, lease, now, outcome)
        if outcome.out_of_reach and not transports.current().at_once:
            break  # nothing was asked yet for those that come after it
        if time.monotonic() - renewed > RENEW_EVERY:
            claiming.renew(lease)
            renewed = time.monotonic()
    if left := [message for message, _content in ready[tried:]]:
        claiming.put_back(left, lease)
    outcome.sent = _sent(sent, lease, now)
    outcome.final += outcome.sent
    return outcome


def _failed(
    message: Message, trouble: transports.Trouble, lease: uuid.UUID, now: dt.datetime, outcome: Outcome
) -> None:
    """Writes down what became of a letter that was not taken; what stands in the way of all lets the mailbox rest."""
    if isinstance(trouble, transports.Refused):
        outcome.final += _refused(message, trouble, lease, now)
        return
    if isinstance(trouble, transports.Unclear):
        outcome.final += claiming.finish([message], lease, Status.UNKNOWN, now, f"lost: {trouble}")
        is_ours, after = False, None
    else:
        at = None if trouble.affects_all else _next_try(now, message.attempts, trouble.after)
        claiming.put_back([message], lease, at, f"later: {trouble}")
        is_ours, after = trouble.is_ours, trouble.after
    if trouble.affects_all and not outcome.out_of_reach:
        outcome.out_of_reach = True
        mailboxes.rest(str(trouble), now, is_ours=is_ours, after=after)


def as_before(message: Message) -> transports.Envelope:
    """A letter that was handed over, to be handed over again: the same words as then. RenderError, Unmailable."""
    assert message.submitted_at
    letter = reading.read(message, message.submitted_at)
    return _envelope(message, _mime(message, letter, message.submitted_at))


def _envelope(message: Message, content: bytes) -> transports.Envelope:
    return transports.Envelope(
        _return_path(message), mime.address(message.address), content, str(message.uuid)
    )


def _return_path(message: Message) -> str:
    """Where it comes back to: an address of its own names it whatever the other server writes (VERP)."""
    local, at, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    return f"{local}+{message.uuid.hex}@{domain}" if at else settings.MAIL_ADDRESS


def _sent(sent: Sequence[Message], lease: uuid.UUID, now: dt.datetime) -> int:
    if not sent:
        return 0
    with transaction.atomic():
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


def _next_try(now: dt.datetime, attempts: int, after: dt.timedelta | None) -> dt.datetime:
    pause = BACKOFF[min(attempts, len(BACKOFF) - 1)]
    return now + min(max(pause, after or pause), BACKOFF[-1])
