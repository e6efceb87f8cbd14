"""What staff changed is written down, always in the transaction of the change itself."""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from office.models import AuditEntry, User

LISTED = 1000  # ids of one deed with many; the count is always whole


def record(
    user: User | AnonymousUser | None,
    deed: str,
    subject: object,
    now: dt.datetime,
    *,
    member: uuid.UUID | str | None = None,
    **details: Any,
) -> AuditEntry:
    """Writes that `user` (None: a command) did `deed` to `subject` at `now` (aware); details are plain values.

    `member` is the UUID of the member it is about: what is written of them goes when they are erased.
    """
    return AuditEntry.objects.create(
        at=now,
        user=user if isinstance(user, User) else None,
        deed=deed,
        subject=str(subject)[:200],
        member=member,
        details=details,
    )


def record_many(
    user: User | AnonymousUser | None, deed: str, subject: object, now: dt.datetime, rows: Collection[Any]
) -> AuditEntry:
    """One entry for one deed done to many rows: how many, and the keys of the first thousand."""
    listed = [str(row) for row in list(rows)[:LISTED]]
    return record(user, deed, subject, now, count=len(rows), rows=listed)


def about(member: uuid.UUID) -> QuerySet[AuditEntry]:
    """What staff did to this member, newest first."""
    return AuditEntry.objects.filter(member=member).select_related("user").order_by("-at", "-pk")


def forget(members: Collection[uuid.UUID], number: str, words: Collection[str]) -> int:
    """Blanks what entries say of these members, and of anybody by one of `words`; who did what, and when, stays.

    Also Django's own log of the editors' pages, as far as it names one of them. How many entries were blanked.
    """
    wanted = Q(member__in=members)
    for word in words:
        wanted |= Q(subject__icontains=word) | Q(details__icontains=word)
    named = Q(content_type__model="member", object_id=number)
    for word in words:
        named |= Q(object_repr__icontains=word) | Q(change_message__icontains=word)
    LogEntry.objects.filter(named).update(object_repr="", change_message="")
    return AuditEntry.objects.filter(wanted).update(subject="", details={})
