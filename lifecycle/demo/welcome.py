"""The welcome series of the demo club: published long ago, and where everybody who joined since then came in it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from flows import files, publishing
from flows.models import Decision, Enrolment, FlowVersion, Step, StepRun
from lifecycle.demo import series
from lifecycle.demo.register import Registered
from members import durations
from members.models import Event

FILE = Path(settings.BASE_DIR) / "flows" / "starter" / "welcome.toml"
BEFORE = dt.timedelta(days=400)
NO_FURTHER = "loaded as history: goes no further"
Status = Enrolment.Status


@dataclass
class Run:
    """One member's way through the series."""

    row: Registered
    enrolment: Enrolment
    stops: list[series.Stop]


def publish(now: dt.datetime) -> FlowVersion:
    """Publishes the starter series as it stands in its file, 400 days before `now`."""
    definition = files.read(FILE.read_text(encoding="utf-8"))
    given = files.pictures_beside(FILE, definition)
    return publishing.publish(definition, now - BEFORE, pictures=given)[0]


def run(rows: Sequence[Registered], version: FlowVersion, now: dt.datetime) -> list[Run]:
    """Writes the runs of all who joined since it was published; none of them goes on."""
    steps = list(version.steps.select_related("letter_version"))
    joined = {
        event.member_id: event
        for event in Event.objects.filter(name="member.signed_up", occurred_at__gte=version.published_at)
    }
    runs = [_run(row, version, steps, joined[row.member.pk], now) for row in rows if row.member.pk in joined]
    Enrolment.objects.bulk_create(run.enrolment for run in runs)
    StepRun.objects.bulk_create(_visit(run, stop) for run in runs for stop in run.stops)
    Decision.objects.bulk_create(decision for run in runs for decision in _decisions(run))
    return runs


def _run(row: Registered, version: FlowVersion, steps: Sequence[Step], event: Event, now: dt.datetime) -> Run:
    life = row.life
    left = life.contracts[0].cancelled_at
    until = min(left or now, now)
    happened = {"member.activated": life.activated_at} if life.activated_at else {}
    stops = series.walk(steps, life.joined_at, happened, durations.zone_of(row.member), until)
    finished = stops[-1].finished_at
    status = Status.COMPLETED if finished else Status.EXITED if left and left <= now else Status.ENDED
    return Run(row, _enrolment(row, version, event, status, finished or until, stops), stops)


def _enrolment(
    row: Registered,
    version: FlowVersion,
    event: Event,
    status: Status,
    finished_at: dt.datetime,
    stops: Sequence[series.Stop],
) -> Enrolment:
    reached = row.life.activated_at
    inside = reached and reached <= row.life.joined_at + dt.timedelta(days=30)
    return Enrolment(
        flow=version.flow,
        version=version,
        member=row.member,
        event=event,
        status=status,
        entered_at=row.life.joined_at,
        step=stops[-1].step.uid,
        planned_at=stops[-1].reached_at,
        goal_at=reached if inside else None,
        finished_at=finished_at,
    )


def _visit(run: Run, stop: series.Stop) -> StepRun:
    return StepRun(
        enrolment=run.enrolment,
        uid=stop.step.uid,
        kind=stop.step.kind,
        reached_at=stop.reached_at,
        due_at=stop.due_at,
        finished_at=stop.finished_at or run.enrolment.finished_at,
        outcome=stop.outcome or str(run.enrolment.status),
        reason=stop.reason,
    )


def _decisions(run: Run) -> list[Decision]:
    made = run.enrolment
    reasons = {Status.ENDED: NO_FURTHER, Status.EXITED: "subscription.cancelled"}
    entered = _decision(run, "entered", made.entered_at, "")
    entered.event = made.event
    assert made.finished_at is not None
    return [entered, _decision(run, made.status, made.finished_at, reasons.get(Status(made.status), ""))]


def _decision(run: Run, verdict: str, at: dt.datetime, reason: str) -> Decision:
    made = run.enrolment
    step = made.step if verdict != "entered" else ""
    return Decision(
        flow=made.flow, member=made.member, enrolment=made, at=at, verdict=verdict, step=step, reason=reason
    )
