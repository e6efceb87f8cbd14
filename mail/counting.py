"""Letters that nobody will read: decided about as all are, counted as sent, and not written.

For trying a flow. Nothing is claimed and nothing is handed over, so what guards against workers that die, mailboxes
that rest and outages has no part in it; `arbitration` alone says what leaves, waits or stays.
"""

import datetime as dt
from collections.abc import Collection, Mapping

from django.db.models import QuerySet

from mail import addressing, arbitration, mime, postponing
from mail.models import Message
from mail.sending_rules import Rules

Status = Message.Status


def count_due(now: dt.datetime, limit: int, rules: Rules) -> int:
    """Decides about up to `limit` letters that are due at `now`; how many. Where nobody else works: in a sandbox."""
    waiting = Message.objects.filter(status=Status.QUEUED, due_at__lte=now).order_by("due_at", "id")
    due = {one.pk: one for one in waiting.select_related("member__guardian").defer("values")[:limit]}
    if not due:
        return 0
    verdicts = arbitration.foresee(list(due.values()), now, rules)
    later = {pk: verdict for pk, verdict in verdicts.items() if pk in due and verdict.until}
    never = {pk: verdict.reason for pk, verdict in verdicts.items() if pk in due and not verdict.until}
    stays = {due[pk]: reason for pk, reason in never.items() if reason}
    unreadable = {
        due[pk]: why for pk, reason in never.items() if not reason and (why := _unmailable(due[pk]))
    }
    leaves = [pk for pk, reason in never.items() if not reason and due[pk] not in unreadable]
    if later:
        postponing.put_off([(due[pk], one.until, one.reason) for pk, one in later.items() if one.until], now)
    _finish(stays, Status.SKIPPED, now)
    _finish(unreadable, Status.FAILED, now)
    _rows(leaves).update(status=Status.SENT, reason="", submitted_at=now, finished_at=now)
    return len(due)


def _unmailable(message: Message) -> str:
    try:
        mime.address(addressing.of(message.member))
    except mime.Unmailable as error:
        return f"unreadable: {error}"
    return ""


def _finish(reasons: Mapping[Message, str], status: str, now: dt.datetime) -> None:
    if not reasons:
        return
    postponing.skip(_rows([message.pk for message in reasons]), reasons, now)
    if status != Status.SKIPPED:
        _rows([message.pk for message in reasons]).update(status=status)


def _rows(keys: Collection[int]) -> QuerySet[Message]:
    return Message.objects.filter(pk__in=keys)
