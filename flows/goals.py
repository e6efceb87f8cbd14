"""The goal of a run: whether it came in time, and what became known of it before the run had begun."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from flows.models import Decision, Enrolment
from members import durations, occurrences

Status = Enrolment.Status


def is_in_time(run: Enrolment, at: dt.datetime, zone: ZoneInfo) -> bool:
    """Whether `at`, not before entry, lies within the time that the goal of the run allows in this zone."""
    within = (run.version.goal or {}).get("within")
    return not within or at <= durations.add(run.entered_at, within, zone)


def known_already(runs: Sequence[Enrolment], now: dt.datetime) -> list[Decision]:
    """Notes the goal on new runs of one version whose members reached it since entry, though it was told later.

    One query. Runs that it ends never begin; returns a decision for each of these. The caller saves the runs.
    """
    goal = runs[0].version.goal if runs else None
    if not goal:
        return []
    windows = {_since(run, now): run for run in runs}
    decisions = []
    for window, at in occurrences.first(goal["event"], list(windows)).items():
        run = windows[window]
        if is_in_time(run, at, durations.zone_of(run.member)):
            run.goal_at = at
            decisions += (
                _ended(run, goal["event"], now) if goal["ends"] and run.status == Status.ACTIVE else []
            )
    return decisions


def _since(run: Enrolment, now: dt.datetime) -> occurrences.Window:
    key = int(run.key) if run.key else None
    return occurrences.Window(run.member_id, run.entered_at, now, subscription_id=key)


def _ended(run: Enrolment, name: str, now: dt.datetime) -> list[Decision]:
    run.status, run.finished_at, run.due_at = Status.GOAL, now, None
    return [
        Decision(
            flow_id=run.flow_id, member_id=run.member_id, enrolment=run, at=now, verdict="goal", reason=name
        )
    ]
