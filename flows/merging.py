"""Somebody who is in one flow twice, because they were registered twice, stays in it once."""

import datetime as dt
from typing import Any

from flows.models import Decision, Enrolment
from mail import outbox
from mail.models import Message
from members.models import Member

Status = Enrolment.Status
ENDED = ("status", "finished_at", "due_at", "awaits", "letter_pending")


def make_way(kept: Member, gone: Member, now: dt.datetime) -> list[dict[str, Any]]:
    """Ends those runs of `gone` that `kept` is in too, and voids their letters; says how they stood."""
    inside = set(kept.enrolments.filter(status=Status.ACTIVE).values_list("flow_id", "key"))
    runs = gone.enrolments.filter(status=Status.ACTIVE).select_related("flow").order_by("pk")
    return [_end(run, now) for run in runs if (run.flow_id, run.key) in inside]


def take_back(memo: list[dict[str, Any]], now: dt.datetime) -> None:
    """Lets the runs go on that were ended for the merge, with their letters that can still come in time."""
    for one in memo:
        run = Enrolment.objects.select_related("member").get(pk=one["run"])
        if run.status != Status.ENDED:
            continue
        run.status, run.finished_at, run.letter_pending = Status.ACTIVE, None, one["letter_pending"]
        run.due_at = dt.datetime.fromisoformat(one["due_at"]) if one["due_at"] else None
        run.awaits = one["awaits"]
        run.save(update_fields=list(ENDED))
        _decide(run, "entered", now, "the merge was taken apart")
        for letter in Message.objects.filter(pk__in=one["letters"], status=Message.Status.SKIPPED):
            Message.objects.filter(pk=letter.pk).update(
                status=one["letters"][str(letter.pk)], reason="", finished_at=None
            )


def _end(run: Enrolment, now: dt.datetime) -> dict[str, Any]:
    unsent = Message.objects.filter(group=run.group, status__in=(Message.Status.QUEUED, Message.Status.HELD))
    memo = {
        "run": run.pk,
        "due_at": run.due_at.isoformat() if run.due_at else None,
        "awaits": run.awaits,
        "letter_pending": run.letter_pending,
        "letters": {str(pk): status for pk, status in unsent.values_list("pk", "status")},
    }
    run.status, run.finished_at, run.due_at, run.awaits = Status.ENDED, now, None, ""
    run.letter_pending = False
    run.save(update_fields=list(ENDED))
    _decide(run, "ended", now, "merged with somebody who is in this flow already")
    outbox.void([run.group], "exit", now)
    return memo


def _decide(run: Enrolment, verdict: str, now: dt.datetime, reason: str) -> None:
    Decision.objects.create(
        flow_id=run.flow_id,
        member_id=run.member_id,
        enrolment=run,
        at=now,
        verdict=verdict,
        step=run.step,
        reason=reason,
    )
