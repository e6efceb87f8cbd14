"""Letters on their way: the only module that may send. Queue, void, send what is due."""

import datetime as dt
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings

from mail import (
    arbitration,
    asking,
    catching_up,
    claiming,
    confirming,
    handing_over,
    mailboxes,
    postponing,
    restoring,
)
from mail.models import LetterVersion, Mailing, Message
from mail.models.message import Purpose
from members.models import Member, Subscription
from office import nudges

BATCH = 100
LONG = 30.0  # seconds, real time
Status = Message.Status


@dataclass(frozen=True)
class Draft:
    """A letter to be sent. `key` is unique for ever; `group` keeps letters together that are void together."""

    key: str
    group: str
    member: Member
    letter_version: LetterVersion
    purpose: Purpose
    topic: str
    due_at: dt.datetime
    not_after: dt.datetime
    at_once: bool = False
    hold: bool = False
    subscription: Subscription | None = None
    mailing: Mailing | None = None


def queue(drafts: Sequence[Draft], now: dt.datetime) -> None:
    """Puts letters on their way in the caller's transaction; a key that is known already changes nothing."""
    rows = [_row(draft, now) for draft in drafts]
    if drafts:
        restoring.doubt(rows, now)
        Message.objects.bulk_create(rows, ignore_conflicts=True)
        nudges.after_commit("send")


def groups_pending(groups: Iterable[str]) -> set[str]:
    """Those of these groups that have a letter which is not final yet."""
    pending = Message.objects.filter(group__in=list(groups), status__in=Message.PENDING)
    return set(pending.values_list("group", flat=True))


def void(groups: Iterable[str], reason: str, now: dt.datetime) -> int:
    """Stops the letters of these groups that were not handed over yet; how many that were."""
    unsent = Message.objects.filter(group__in=list(groups), status__in=Message.UNSENT)
    return unsent.update(status=Status.SKIPPED, reason=reason, finished_at=now, lease=None, leased_until=None)


def send_due(now: dt.datetime, limit: int = BATCH) -> int:
    """Sends up to `limit` letters that are due at `now`; returns of how many something came, if only another time.

    Leaves nothing claimed behind. What another worker took over meanwhile is left to that worker.
    """
    began = time.monotonic()
    recovered = confirming.settle(now) + claiming.recover(now) + asking.ask(now)
    outage, mailbox = catching_up.begin(now), mailboxes.current()
    if mailboxes.rests(mailbox, now):
        return recovered + mailboxes.put_off(mailbox, now)
    lease, claimed = claiming.claim(now, limit, mailbox)
    if not claimed:
        return recovered
    leaving, waiting, staying = _sorted(claimed, now)
    catching_up.count(outage, leaving)
    done = postponing.give_up(staying, lease, now) + postponing.postpone(waiting, lease, now)
    done += handing_over.hand_over(leaving, lease, now, mailbox)
    if (took := time.monotonic() - began) > LONG:
        catching_up.looked_until(now + dt.timedelta(seconds=took))
    return recovered + done


def _sorted(
    claimed: Sequence[Message], now: dt.datetime
) -> tuple[list[Message], dict[Message, tuple[dt.datetime, str]], dict[Message, str]]:
    """Letters that leave, letters that wait, until when and why, and letters that stay, and why."""
    verdicts = arbitration.decide(claimed, now)
    leaving: list[Message] = []
    waiting: dict[Message, tuple[dt.datetime, str]] = {}
    staying: dict[Message, str] = {}
    for message in claimed:
        verdict = verdicts[message.pk]
        if verdict.until:
            waiting[message] = (verdict.until, verdict.reason)
        elif verdict.reason:
            staying[message] = verdict.reason
        else:
            leaving.append(message)
    return leaving, waiting, staying


def _row(draft: Draft, now: dt.datetime) -> Message:
    message = Message(
        key=draft.key,
        group=draft.group,
        member=draft.member,
        letter_version=draft.letter_version,
        mailing=draft.mailing,
        purpose=draft.purpose,
        topic=draft.topic,
        status=Status.HELD if draft.hold else Status.QUEUED,
        due_at=draft.due_at,
        first_due_at=draft.due_at,
        not_after=draft.not_after,
        at_once=draft.at_once,
        created_at=now,
    )
    message.message_id = f"<{message.uuid.hex}@{settings.MAIL_DOMAIN}>"
    return message
