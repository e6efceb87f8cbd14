"""The letters that the demo club has sent, and the few that did not leave, each with its reason and readable."""

import datetime as dt
from collections.abc import Sequence
from random import Random

from django.conf import settings

from flows.steps import send
from lifecycle.demo import register, series, welcome
from mail import rendering, suppressions, values
from mail.models import Message, Suppression
from members import consent, durations, events

Status = Message.Status
FATES = ("refused", "lost", "late", "unsubscribed")
TAKES = dt.timedelta(seconds=4)


def write(rng: Random, runs: Sequence[welcome.Run], now: dt.datetime) -> list[Message]:
    """Writes the letters of these runs into the ledger; nothing of it is on its way any more."""
    fates = _fates(rng, runs)
    letters = [letter for run in runs for letter in _letters(rng, run, fates.get(run.row.member.pk, ""))]
    Message.objects.bulk_create(letters)
    handed_over = [letter for letter in letters if letter.submitted_at]
    _fill_in(handed_over, now)
    sent = [letter for letter in letters if letter.status == Status.SENT]
    events.record_many([_told(letter) for letter in sent], now, quiet=True)
    return letters


def _fates(rng: Random, runs: Sequence[welcome.Run]) -> dict[int, str]:
    """Who has bad luck: people with an address of their own who are due at least three letters."""
    addresses = [run.row.member.email_key for run in runs]
    able = [
        run.row.member.pk
        for run in runs
        if addresses.count(run.row.member.email_key) == 1
        and run.row.member.email
        and sum(stop.step.kind == "send" for stop in run.stops) >= 3
    ]
    return dict(zip(rng.sample(able, min(len(able), len(FATES))), FATES, strict=False))


def _letters(rng: Random, run: welcome.Run, fate: str) -> list[Message]:
    stops = [stop for stop in run.stops if stop.step.kind == "send"]
    letters = []
    for place, stop in enumerate(stops):
        letter = _letter(rng, run, stop)
        if not letter.member.email:
            _skip(letter, "no_address")
        elif fate and place:
            _mishap(letter, fate, place)
        if letter.status == Status.SENT:
            letter.submitted_at, letter.attempts = letter.finished_at, 1
        letters.append(letter)
    return letters


def _letter(rng: Random, run: welcome.Run, stop: series.Stop) -> Message:
    member, version = run.row.member, run.enrolment.version
    valid = stop.step.settings.get("not_after", send.VALID_OTHERS)
    assert stop.step.letter_version is not None
    letter = Message(
        uuid=register.uuid_of(rng),
        key=f"{run.enrolment.group}:{stop.step.uid}:1",
        group=run.enrolment.group,
        member=member,
        letter_version=stop.step.letter_version,
        purpose=version.purpose,
        topic=version.definition["topic"],
        status=Status.SENT,
        due_at=stop.reached_at,
        first_due_at=stop.reached_at,
        not_after=durations.add(stop.reached_at, valid, durations.zone_of(member)),
        at_once=bool(stop.step.settings.get("at_once")),
        created_at=stop.reached_at,
        finished_at=stop.reached_at + TAKES,
    )
    letter.message_id = f"<{letter.uuid.hex}@{settings.MAIL_DOMAIN}>"
    return letter


def _skip(letter: Message, reason: str) -> None:
    letter.status, letter.reason = Status.SKIPPED, reason


def _mishap(letter: Message, fate: str, place: int) -> None:
    """What becomes of a second or later letter of somebody with bad luck."""
    at = letter.due_at + TAKES
    if fate == "refused" and place > 1:
        _skip(letter, "suppressed: bounced")
    elif fate == "refused":
        letter.status, letter.reason = Status.FAILED, "refused: 550 5.1.1 no such mailbox"
        letter.submitted_at, letter.attempts = at, 1
        suppressions.suppress(
            letter.member.email, Suppression.Reason.BOUNCED, at, "550 5.1.1 no such mailbox"
        )
    elif fate == "lost" and place == 1:
        letter.status, letter.reason = Status.UNKNOWN, "lost: the connection closed before the answer came"
        letter.submitted_at, letter.unknown_at, letter.attempts = at, at, 1
    elif fate == "late" and place == 1:
        letter.finished_at = letter.not_after + dt.timedelta(hours=2)
        _skip(letter, f"too_late: {letter.first_due_at:%Y-%m-%d %H:%M} UTC")
    elif fate == "unsubscribed":
        _unsubscribe(letter, place)


def _unsubscribe(letter: Message, place: int) -> None:
    if place == 1:
        at = letter.due_at - dt.timedelta(hours=5)
        consent.withdraw(letter.member, letter.topic, at, at, proof="unsubscribe link", source="letter")
    _skip(letter, f"no_consent: {letter.topic}")


def _fill_in(letters: Sequence[Message], now: dt.datetime) -> None:
    """Keeps with each letter the values it was written with, so that it can be read again."""
    found = values.gather(letters, now)
    for letter in letters:
        letter.values, letter.address = found[letter.pk], letter.member.email
        letter.language = values.language_of(letter)
        text = letter.letter_version.texts[letter.language]
        letter.subject = rendering.line(text["subject"], letter.values)[:400]
    Message.objects.bulk_update(letters, ["values", "address", "language", "subject"], batch_size=100)


def _told(letter: Message) -> events.Draft:
    data = {"letter": str(letter.uuid), "subject": letter.subject}
    assert letter.finished_at is not None
    return events.Draft("mail.sent", letter.member, letter.finished_at, f"mail.sent:{letter.uuid}", data)
