"""What staff found out about letters of which nobody knew whether they arrived, written down with who said so."""

import datetime as dt
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import transaction

from flows.approving import LEFT_EARLY
from flows.models import Enrolment
from mail import reconciling
from mail.models import Message
from office import audit
from office.models import User


def arrived(letters: Mapping[UUID, int], by: User, now: dt.datetime) -> int:
    """Says that these letters arrived (each with how often it was handed over); of how many nobody knew."""
    with transaction.atomic():
        found = reconciling.arrived(letters, now)
        _note(found, "letter.arrived", by, now)
    return len(found)


def send_again(letters: Mapping[UUID, int], by: User, now: dt.datetime) -> int:
    """Sends these letters once more, except to members who left the flow meanwhile; how many are on their way."""
    with transaction.atomic():
        unknown = Message.objects.filter(uuid__in=letters)
        left = left_early(unknown, lock=True)
        going = [message for message in reconciling.locked(letters) if message.group not in left]
        reconciling.send_again(going, now)
        _note(going, "letter.sent_again", by, now)
    return len(going)


def left_early(messages: Iterable[Message], *, lock: bool = False) -> set[str]:
    """The groups of those letters whose run was left, reached its goal, or was ended.

    With `lock` the runs stay as they are until the transaction ends: who leaves then stops the letter.
    """
    numbers = {message.group.removeprefix("flow:") for message in messages}
    runs = Enrolment.objects.filter(pk__in=[int(one) for one in numbers if one.isdigit()]).order_by("pk")
    rows = runs.select_for_update(no_key=True) if lock else runs
    return {run.group for run in rows if run.status in LEFT_EARLY}


def _note(letters: Iterable[Message], deed: str, by: User, now: dt.datetime) -> None:
    for message in letters:
        audit.record(by, deed, message.subject, now, member=message.member.uuid, letter=str(message.uuid))
