"""Moves runs through their steps: everything that is due, in batches, each batch in one transaction.

Position, queued letter and the row that says why commit together. The claim is the transaction itself: rows that
another worker holds are skipped, and a worker that dies leaves nothing half done.
"""

import datetime as dt
import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import CharField, Count, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from flows import steps, ways
from flows.journal import Journal
from flows.models import Enrolment, StepRun
from mail.models import Message
from members import holding
from members.models import Event

BATCH = 200
STEPS_AT_A_TIME = 50  # of a run in one transaction; what is left of its way is due at once
MOST_STEPS, WITHIN = 5000, dt.timedelta(hours=1)  # a run that does more is a long loop that never rests

log = logging.getLogger(__name__)


class Loops(Exception):
    """A run goes round without resting; a flow that was published before such loops were refused may say so."""


def advance(now: dt.datetime, limit: int = BATCH) -> int:
    """Moves up to `limit` due runs on; returns how many it dealt with.

    A failing batch is retried one by one; the run that fails is set aside with its error and blocks nobody.
    """
    release_letters()
    if not _due(now).exists():  # nearly always; and quicker to ask than for runs that may be moved
        return 0
    try:
        with transaction.atomic():
            return _advance(_free(now), now, limit)
    except Exception:
        log.exception("a batch of steps failed; trying its runs one by one")
    ids = list(_free(now).order_by("due_at", "id").values_list("pk", flat=True)[:limit])
    return sum(_advance_alone(pk, now) for pk in ids)


def catch_up(runs: Collection[int], now: dt.datetime) -> None:
    """Moves those of these runs on that are due, in the caller's transaction, which holds their members.

    For whoever must know where somebody stands before the next sweep. Runs that fail stay as they were.
    """
    try:
        with transaction.atomic():
            _advance(_due(now).filter(pk__in=runs), now, len(runs))
    except Exception:
        log.exception("runs could not be moved on early; the next sweep tries them one by one")


def release_letters() -> int:
    """Lets those runs go on whose previous letter became final; how many."""
    waiting = Enrolment.objects.filter(status=Enrolment.Status.ACTIVE, letter_pending=True)
    if not waiting.exists():
        return 0
    group = Concat(Value("flow:"), Cast(OuterRef("pk"), CharField()))
    pending = Message.objects.filter(group=group, status__in=Message.PENDING)
    return waiting.filter(~Exists(pending)).update(letter_pending=False)


def _free(now: dt.datetime) -> QuerySet[Enrolment]:
    """Due runs that may be moved: nobody is between recording and answering, as what came may be the exit."""
    unanswered = Event.objects.filter(member=OuterRef("member"), handled_at=None, parked_at=None)
    return _due(now).filter(~Exists(unanswered))


def _due(now: dt.datetime) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(
        status=Enrolment.Status.ACTIVE,
        letter_pending=False,
        parked_at=None,
        due_at__lte=now,
        flow__paused_at=None,
    )


def _advance(due: QuerySet[Enrolment], now: dt.datetime, limit: int) -> int:
    rows = due.order_by("due_at", "id").select_for_update(skip_locked=True, of=("self",), no_key=True)
    claimed = list(rows.select_related("subscription")[:limit])
    held = holding.hold(run.member_id for run in claimed)
    runs = [run for run in claimed if run.member_id in held]
    if not runs:
        return 0
    for run in runs:
        run.member = held[run.member_id]
    _work_off(Journal.of(runs, now), runs, now)
    return len(runs)


def _work_off(journal: Journal, runs: Sequence[Enrolment], now: dt.datetime) -> None:
    moving, walked = list(runs), Counter[int]()
    for _ in range(STEPS_AT_A_TIME):
        if not moving:
            break
        by_kind: dict[str, list[steps.Visit]] = defaultdict(list)
        for run in moving:
            visit = journal.visit(run)
            by_kind[visit.step.kind].append(visit)
            walked[run.pk] = 0 if ways.rests(visit.step.kind, visit.step.settings) else walked[run.pk] + 1
            if walked[run.pk] > len(journal.plans[run.version_id]):
                raise Loops("more steps than there are, without a wait")
        for name, alike in by_kind.items():
            steps.run(name, alike, now)
        moving = [visit.enrolment for alike in by_kind.values() for visit in alike if journal.settle(visit)]
    journal.write()
    if moving:
        _stop_loops(moving, now)


def _stop_loops(runs: Sequence[Enrolment], now: dt.datetime) -> None:
    done = StepRun.objects.filter(enrolment__in=[run.pk for run in runs], finished_at__gt=now - WITHIN)
    if done.values("enrolment").annotate(steps=Count("pk")).filter(steps__gt=MOST_STEPS).exists():
        raise Loops(f"more than {MOST_STEPS} steps within an hour")


def _advance_alone(pk: int, now: dt.datetime) -> int:
    try:
        with transaction.atomic():
            return _advance(_free(now).filter(pk=pk), now, 1)
    except Exception as error:
        log.exception("run %s was set aside", pk)
        text = f"{type(error).__name__}: {error}"[:2000]
        return Enrolment.objects.filter(pk=pk).update(parked_at=now, error=text)
