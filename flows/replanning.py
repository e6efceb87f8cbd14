"""Waits until a time of day are planned anew when their member moves to another time zone."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flows import timing
from flows.models import Enrolment, Step, StepRun
from members import durations
from members.models import Event
from office import bulk

HALF_A_DAY = dt.timedelta(hours=12)


def replan(events: list[Event], now: dt.datetime) -> None:  # noqa: ARG001 (every answer is told)
    """Gives waits for a time of day the end that they have where these members live now; four queries at most.

    What was due before they moved stays due; where that time is over there, the next day's is meant.
    """
    moved = {event.member_id: event for event in events if "time_zone" in event.data.get("fields", ())}
    waits = _waits(moved)
    steps = _steps(waits)
    changed = []
    for wait in waits:
        run, event = wait.enrolment, moved[wait.enrolment.member_id]
        settings = steps.get((run.version_id, wait.uid), {})
        if "at" in settings and wait.due_at and wait.due_at > event.occurred_at:
            zone = durations.zone_of(event.member)
            wait.due_at = run.due_at = _due(settings, wait.due_at, event.occurred_at, zone)
            changed.append(wait)
    bulk.update(changed, ["due_at"])
    bulk.update([wait.enrolment for wait in changed], ["due_at"])


def _due(
    settings: Mapping[str, Any], due: dt.datetime, moved_at: dt.datetime, zone: ZoneInfo
) -> dt.datetime | None:
    """The time of day that comes next to the one it was due at: on the same day of the calendar, there."""
    slot = {key: settings[key] for key in ("at", "days") if key in settings}
    after = max(due - HALF_A_DAY, moved_at)
    return timing.until(slot, after, after, zone)


def _waits(moved: Mapping[int, Event]) -> list[StepRun]:
    open_ = StepRun.objects.filter(kind="wait", finished_at=None, enrolment__status=Enrolment.Status.ACTIVE)
    return list(open_.filter(enrolment__member__in=moved).select_related("enrolment")) if moved else []


def _steps(waits: list[StepRun]) -> dict[tuple[int, str], Mapping[str, Any]]:
    rows = Step.objects.filter(
        version__in={wait.enrolment.version_id for wait in waits}, uid__in={wait.uid for wait in waits}
    )
    return {(row.version_id, row.uid): row.settings for row in rows} if waits else {}
