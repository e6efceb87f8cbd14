"""Letters that wait for something other than time leave as soon as it is over."""

import datetime as dt
from collections.abc import Collection

from mail import reasons
from mail.models import Message
from office import nudges


def free(what: str, now: dt.datetime, members: Collection[int] | None = None) -> int:
    """Tries those postponed letters again at `now` that waited for `what` (the first word of a hindrance of
    `mail.reasons`): of these members, or of all. How many they are; what else is in their way is found then."""
    waiting = Message.objects.filter(
        status=Message.Status.QUEUED,
        due_at__gt=now,
        reason__startswith=f"{reasons.POSTPONED}: ",
        reason__contains=what,
    )
    if members is not None:
        waiting = waiting.filter(member__in=members)
    found = [
        pk
        for pk, reason in waiting.values_list("pk", "reason")
        if any(code.partition(" ")[0] == what for code in reasons.hindrances(reason))
    ]
    Message.objects.filter(pk__in=found, status=Message.Status.QUEUED).update(due_at=now)
    if found:
        nudges.after_commit("send")
    return len(found)
