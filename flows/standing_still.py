"""Pausing a flow, and what becomes of what was late when it goes on.

A paused flow lets nobody in and moves nobody; nobody is thrown out, and its letters that were on their way stay here.
What has been handed over to the mail server already cannot be called back.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Concat

from flows import moving_runs
from flows.models import Enrolment, Flow, StepRun
from mail import holding_back
from mail.models import Message
from office import audit, bulk
from office.models import User

SPREAD, SKIP, END = "spread", "skip", "end"
WAYS = (SPREAD, SKIP, END)
BATCH = 1000


@dataclass(frozen=True)
class Late:
    """What would have happened while the flow stood still: members who would have moved on, letters held back."""

    members: int
    letters: int


def pause(flow: Flow, by: User | None, now: dt.datetime) -> int | None:
    """Stops the flow; how many letters on their way stay here for now. None: it stood still already."""
    with transaction.atomic():
        changed = Flow.objects.filter(pk=flow.pk, paused_at=None).update(
            paused_at=now, paused_by=by, paused_reason=""
        )
        if not changed:
            return None
        held = holding_back.hold(letters(flow))
        audit.record(by, "flow.paused", flow.slug, now, letters=held)
    return held


def late(flow: Flow, now: dt.datetime) -> Late:
    """What became late while the flow stood still; two queries."""
    return Late(_late_runs(flow, now).count(), holding_back.held(letters(flow)).count())


def resume(
    flow: Flow, by: User, now: dt.datetime, *, way: str = SKIP, over: dt.timedelta = dt.timedelta(hours=1)
) -> bool:
    """Lets a paused flow run again; `way` says what becomes of what is late. False: it was running.

    `spread`: it happens now, spread evenly `over` this time, and counts as in time. `skip`: members go on where they
    would be, and letters whose time has passed are skipped. `end`: the flow ends for members who would have moved on.
    """
    with transaction.atomic():
        paused_at = Flow.objects.select_for_update(of=("self",)).get(pk=flow.pk).paused_at
        if paused_at is None:
            return False
        if way == END:
            for runs in _batches(_late_runs(flow, now)):
                moving_runs.end(runs, now, "ended by staff when the flow went on after a pause")
        if way == SPREAD:
            _spread(flow, now, over, now - paused_at)
        holding_back.release(letters(flow))
        Flow.objects.filter(pk=flow.pk).update(paused_at=None, paused_by=None, paused_reason="")
        audit.record(by, "flow.resumed", flow.slug, now, way=way)
    return True


def letters(flow: Flow) -> QuerySet[Message]:
    """The letters of everybody's runs through this flow."""
    groups = Enrolment.objects.filter(flow=flow).annotate(
        letters=Concat(Value("flow:"), Cast("pk", CharField()))
    )
    return Message.objects.filter(group__in=groups.values("letters"))


def _due_runs(flow: Flow, now: dt.datetime) -> QuerySet[Enrolment]:
    return moving_runs.inside(flow).filter(parked_at=None, letter_pending=False, due_at__lte=now)


def _late_runs(flow: Flow, now: dt.datetime) -> QuerySet[Enrolment]:
    """Those whose time came while the flow stood still. Whoever was due already, such as somebody who was moved a
    moment before, only waits for the clock, which had no chance yet."""
    return _due_runs(flow, now).filter(due_at__gt=F("flow__paused_at"))


def _spread(flow: Flow, now: dt.datetime, over: dt.timedelta, stood: dt.timedelta) -> None:
    batches = _batches(_due_runs(flow, now))
    runs = [run for batch in batches for run in batch]
    for run, moment in zip(runs, _moments(len(runs), now, over), strict=True):
        run.due_at = moment
    bulk.update(runs, ["due_at"])
    moments = {run.pk: run.due_at for run in runs}
    visits = list(StepRun.objects.filter(enrolment__in=moments, finished_at=None, due_at__lt=now))
    for visit in visits:
        visit.due_at = moments[visit.enrolment_id]
    bulk.update(visits, ["due_at"])
    held = holding_back.held(letters(flow)).count()
    holding_back.release_later(letters(flow), _moments(held, now, over), stood)


def _moments(number: int, now: dt.datetime, over: dt.timedelta) -> list[dt.datetime]:
    return [now + over * place / max(number, 1) for place in range(number)]


def _batches(runs: QuerySet[Enrolment]) -> list[list[Enrolment]]:
    rows = list(runs.order_by("due_at", "pk").select_for_update(of=("self",), no_key=True))
    return [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
