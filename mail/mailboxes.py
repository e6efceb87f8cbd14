"""The mailbox that letters leave through: how much it may send, and when it has to rest.

What left is counted in the ledger itself, while the mailbox's row is held: several workers share one limit, and a
worker that dies has counted nothing that did not leave.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction

from mail import pacing
from mail.mailbox_presets import BY_SLUG, Preset, suggested
from mail.models import Mailbox, Message
from office import audit, nudges
from office.models import User

RESTS = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60))
OURS = dt.timedelta(
    minutes=15
)  # at least, where a person has to act: trying more often makes block lists worse
LONGEST_REST = dt.timedelta(days=1)
LONGEST = 400
Status = Message.Status


def name() -> str:
    """The mailbox of `EMAIL_URL`: a server's name, or a provider's; empty where letters are kept here."""
    way = settings.MAIL_TRANSPORT
    if way["kind"] == "anymail":
        return str(way["backend"]).split(".")[-2]
    return str(way.get("host", ""))


def current() -> Mailbox:
    """The mailbox as it stands; one that nothing was ever decided about is not kept yet."""
    return Mailbox.objects.filter(name=name()).first() or Mailbox(name=name())


def suggestion() -> Preset:
    """The line of the list that fits best."""
    return suggested(name(), is_provider=settings.MAIL_TRANSPORT["kind"] == "anymail")


def limit(
    preset: str, per_minute: int | None, per_day: int | None, now: dt.datetime, user: User | None
) -> Mailbox:
    """Sets what may leave, in letters a minute and a day (None: no limit), with a line in the log of changes.

    A known preset brings its own numbers. Letters that waited for the old limit are asked about again at once.
    """
    if known := BY_SLUG.get(preset):
        per_minute, per_day = known.per_minute, known.per_day
    with transaction.atomic():
        mailbox = _held()
        before = {"per_minute": mailbox.per_minute, "per_day": mailbox.per_day}
        mailbox.preset = preset if known else ""
        mailbox.per_minute, mailbox.per_day = per_minute, per_day
        mailbox.decided_at, mailbox.decided_by = now, user
        mailbox.save(update_fields=["preset", "per_minute", "per_day", "decided_at", "decided_by"])
        after = {"per_minute": per_minute, "per_day": per_day}
        audit.record(user, "mailbox.changed", mailbox.name, now, before=before, after=after)
        if pacing.waiting().update(due_at=now):
            nudges.after_commit("send")
    return mailbox


def rest(why: str, now: dt.datetime, *, is_ours: bool = False, after: dt.timedelta | None = None) -> None:
    """Nothing leaves for a while: as long as the other side asks for, else longer with each failure in a row."""
    with transaction.atomic():
        mailbox = _held()
        pause = max(
            after or RESTS[min(mailbox.failures, len(RESTS) - 1)], OURS if is_ours else dt.timedelta()
        )
        until = now + min(pause, LONGEST_REST)
        mailbox.rests_since = mailbox.rests_since if mailbox.failures else now
        mailbox.rests_until = max(until, mailbox.rests_until or until)
        mailbox.trouble, mailbox.is_ours = why[:LONGEST], is_ours
        mailbox.failures = min(mailbox.failures + 1, 1000)
        mailbox.save(update_fields=["rests_since", "rests_until", "trouble", "is_ours", "failures"])


def works_again(mailbox: Mailbox) -> None:
    """A letter was taken: whatever was wrong is over."""
    if mailbox.failures:
        calm = {"rests_since": None, "rests_until": None, "trouble": "", "is_ours": False, "failures": 0}
        Mailbox.objects.filter(pk=mailbox.pk).update(**calm)
        mailbox.failures = 0


def wake(now: dt.datetime, user: User | None) -> int:
    """Ends a rest, because somebody put right what was wrong; how many letters go on at once."""
    with transaction.atomic():
        mailbox = _held()
        mailbox.rests_until = None
        mailbox.save(update_fields=["rests_until"])
        audit.record(user, "mailbox.woken", mailbox.name, now, trouble=mailbox.trouble)
        found = resting(mailbox).update(due_at=now)
        nudges.after_commit("send")
    return found


def rests(mailbox: Mailbox, now: dt.datetime) -> bool:
    """Whether nothing leaves through it at `now`."""
    return mailbox.rests_until is not None and mailbox.rests_until > now


def put_off(mailbox: Mailbox, now: dt.datetime) -> int:
    """Lets all letters that are due wait until the mailbox has rested; how many. One statement."""
    due = Message.objects.filter(status=Status.QUEUED, due_at__lte=now)
    return due.update(due_at=mailbox.rests_until, reason=_reason(mailbox.trouble))


def resting(mailbox: Mailbox) -> "pacing.Letters":
    """Letters that wait because the mailbox rests."""
    return Message.objects.filter(status=Status.QUEUED, reason=_reason(mailbox.trouble))


@contextmanager
def room(mailbox: Mailbox, now: dt.datetime, most: int) -> Iterator[int]:
    """How many letters, of at most `most`, may be claimed inside; while this is open nobody else claims any."""
    if not mailbox.is_limited:
        yield most
        return
    with transaction.atomic():
        held = _held()
        yield min(most, pacing.plan(held, now))


def _reason(trouble: str) -> str:
    return f"later: {trouble}"[:LONGEST]


def _held() -> Mailbox:
    mailbox, _new = Mailbox.objects.get_or_create(name=name())
    return Mailbox.objects.select_for_update().get(pk=mailbox.pk)
