"""What happens to members who are inside a flow when a new version of it is published: they stay, move or end.

Staying is what happens to everybody else. Each member who is moved or ended gets a decision row that says so.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from flows import steps, timing
from flows.journal import Journal
from flows.models import Decision, Enrolment, Flow, FlowVersion, Step, StepRun
from mail import outbox
from mail.models import Message
from members import durations
from office import bulk

Status = Enrolment.Status
END = "end"
BATCH = 1000
MOVED = ["version", "step", "visit", "planned_at", "due_at", "awaits", "parked_at", "error"]
ENDED = ["status", "finished_at", "due_at", "awaits", "letter_pending"]
Place = tuple[int, str]  # the version and the step at which members stand


@dataclass(frozen=True)
class Move:
    """What is decided for those who stand at one step of one version: the step to go to, or END."""

    to: str


def inside(flow: Flow) -> QuerySet[Enrolment]:
    """The runs that have not come to an end."""
    return flow.enrolments.filter(status=Status.ACTIVE)


def move(flow: Flow, version: FlowVersion, chosen: Mapping[Place, Move], now: dt.datetime) -> tuple[int, int]:
    """Carries out what was chosen, in the caller's transaction; how many were moved and how many ended.

    Somebody who waits at the step of the same uid goes on waiting there, by the new setting, counted from when the
    step was reached; a wait that would be over by it ends now. Somebody who is moved to another wait reaches it now.
    Letters that have not left yet get the new text. Moved while the flow stands still, nobody is late by it.
    """
    plan = {step.uid: step for step in version.steps.all()}
    moved = ended = 0
    for (version_pk, uid), choice in chosen.items():
        standing = inside(flow).filter(version=version_pk, step=uid).exclude(version=version)
        for runs in _batches(standing):
            if choice.to == END:
                end(runs, now, f"ended by staff when version {version.number} was published")
                ended += len(runs)
            elif choice.to in plan:
                _move(runs, version, plan[choice.to], now)
                _wait(runs, flow.paused_at, now)
                moved += len(runs)
    return moved, ended


def end(runs: Sequence[Enrolment], now: dt.datetime, reason: str) -> None:
    """Ends these runs and voids their unsent letters, each with a decision, in the caller's transaction."""
    for run in runs:
        run.status, run.finished_at, run.due_at, run.awaits = Status.ENDED, now, None, ""
        run.letter_pending = False
    bulk.update(runs, ENDED)
    StepRun.objects.filter(enrolment__in=[run.pk for run in runs], finished_at=None).update(
        finished_at=now, outcome="ended", reason=reason[:400]
    )
    Decision.objects.bulk_create(_decision(run, "ended", run.step, now, reason) for run in runs)
    outbox.void([run.group for run in runs], "ended", now)


def end_all(flow: Flow, now: dt.datetime, reason: str) -> int:
    """Ends everybody who is in the flow; how many that were."""
    return sum(_end_batch(runs, now, reason) for runs in _batches(inside(flow)))


def _end_batch(runs: Sequence[Enrolment], now: dt.datetime, reason: str) -> int:
    end(runs, now, reason)
    return len(runs)


def _batches(runs: QuerySet[Enrolment]) -> list[list[Enrolment]]:
    """The runs, locked until the transaction ends, so that no worker moves them meanwhile."""
    rows = list(
        runs.order_by("pk").select_related("version", "member").select_for_update(of=("self",), no_key=True)
    )
    return [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]


def _move(runs: Sequence[Enrolment], version: FlowVersion, step: Step, now: dt.datetime) -> None:
    waiting = StepRun.objects.filter(enrolment__in=[run.pk for run in runs], finished_at=None)
    open_ = {visit.enrolment_id: visit for visit in waiting}
    decisions = []
    for run in runs:
        visit = open_.get(run.pk)
        values = {"from": run.version.number, "to": version.number, "step": step.uid}
        reason = f"moved by staff from version {run.version.number} to {version.number}"
        decisions.append(_decision(run, "moved", run.step, now, reason, values))
        if visit and visit.uid == step.uid and visit.kind == step.kind:
            visit.due_at = _until(run, visit, step, now)
        elif visit:
            visit.finished_at, visit.outcome, visit.reason = now, "moved", reason
        if run.step != step.uid:
            run.planned_at = now
        run.version, run.step, run.awaits = version, step.uid, ""
        run.parked_at, run.error = None, ""  # what failed in the old version may work in the new one
    bulk.update(open_.values(), ["due_at", "finished_at", "outcome", "reason"])
    Decision.objects.bulk_create(decisions)
    _new_texts(runs, version)


def _wait(runs: Sequence[Enrolment], paused_at: dt.datetime | None, now: dt.datetime) -> None:
    """Lets those who stand at a wait begin it, or go on with it, by its own plan; the others are due."""
    for run in runs:
        run.due_at = paused_at or now
    journal = Journal.of(runs, now)
    visits = [visit for visit in map(journal.visit, runs) if visit.step.kind == "wait"]
    steps.run("wait", visits, now)
    for visit in visits:
        if isinstance(visit.result, steps.Wait):
            journal.settle(visit)
    journal.write()
    bulk.update(runs, MOVED)


def _until(run: Enrolment, visit: StepRun, step: Step, now: dt.datetime) -> dt.datetime | None:
    """Until when the member waits by the new setting, counted from when the step was reached; never before now,
    or what comes next would be late before it began."""
    if step.kind != "wait":
        return visit.due_at
    until = timing.until(step.settings, visit.reached_at, run.entered_at, durations.zone_of(run.member))
    return max(until, now) if until else None


def _new_texts(runs: Sequence[Enrolment], version: FlowVersion) -> None:
    """Letters of these runs that have not left get the text of the new version of the same letter."""
    groups = [run.group for run in runs]
    unsent = Message.objects.filter(group__in=groups, status__in=(Message.Status.QUEUED, Message.Status.HELD))
    for step in version.steps.exclude(letter_version=None).select_related("letter_version"):
        assert step.letter_version is not None
        unsent.filter(letter_version__letter=step.letter_version.letter_id).update(
            letter_version=step.letter_version
        )


def _decision(
    run: Enrolment,
    verdict: str,
    step: str,
    now: dt.datetime,
    reason: str,
    values: Mapping[str, object] | None = None,
) -> Decision:
    return Decision(
        flow_id=run.flow_id,
        member_id=run.member_id,
        enrolment=run,
        at=now,
        verdict=verdict,
        step=step,
        reason=reason[:400],
        values=dict(values or {}),
    )
