"""A letter to a group, written to somebody who was registered twice, reaches them once."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef

from mail.models import Mailing, Message
from members.models import Member

Status = Message.Status
DOUBLED = "doubled"


def make_way(kept: Member, gone: Member, now: dt.datetime) -> dict[str, str]:
    """Stops those letters to groups to `gone` that `kept` gets too; says per key how they stood."""
    same = Message.objects.filter(member=kept, mailing=OuterRef("mailing"))
    same = same.exclude(status__in=(Status.SKIPPED, Status.FAILED))
    letters = Message.objects.filter(member=gone, mailing__isnull=False, status__in=Message.UNSENT)
    unsent = dict(letters.filter(Exists(same)).values_list("pk", "status"))
    Message.objects.filter(pk__in=unsent).update(
        status=Status.SKIPPED, reason=DOUBLED, finished_at=now, lease=None, leased_until=None
    )
    return {str(pk): unclaimed(status) for pk, status in unsent.items()}


def unclaimed(status: str) -> str:
    """How a letter that was stopped goes on: one that a worker had in hand waits to be claimed again."""
    return str(Status.QUEUED) if status == Status.CLAIMED else str(status)


def take_back(kept: Member, gone: Member, memo: Mapping[str, Any], now: dt.datetime) -> None:  # noqa: ARG001
    """Lets the letters go on that were stopped for the merge; those that are too late by now stay."""
    for pk, status in memo.items():
        letter = Message.objects.filter(pk=pk, status=Status.SKIPPED, reason=DOUBLED, not_after__gt=now)
        letter.exclude(mailing__state=Mailing.State.STOPPED).update(
            status=status, reason="", finished_at=None
        )
