"""What happens to running flows when something happens to a member: left at once, goal reached, wait over."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from flows import goals
from flows.models import Decision, Enrolment, StepRun
from mail import outbox
from members import durations, lifetimes, stages
from members.models import Event
from office import bulk

Status = Enrolment.Status
# Also of those who left or were ended: of somebody kept out it would be noted all the same, and both are compared.
LEAVING = (stages.ENDED, "stage.entered")  # what sets a flow going when somebody leaves
FAREWELLS = ({"event": stages.ENDED}, {"stage": "former"})
GOAL_COUNTS_FOR = (Status.ACTIVE, Status.COMPLETED, Status.EXITED, Status.ENDED, Status.HELD_OUT)


def leave(events: list[Event], now: dt.datetime) -> None:
    """Ends the runs that these events (all of one name) are an exit of, and voids their unsent letters."""
    left = []
    for run, event in _runs(events, (Status.ACTIVE,)):
        if event.name in run.version.exit_events:
            left.append(_end(run, Status.EXITED, event, now))
    _write(left, now)


def reach_goals(events: list[Event], now: dt.datetime) -> None:
    """Notes the goal on runs whose goal these events are, inside its window; ends those that it ends.

    A goal that the run waits for at this moment goes to the wait instead of ending the run.
    """
    reached = [(run, event) for run, event in _runs(events, GOAL_COUNTS_FOR) if _reaches(run, event)]
    for run, event in reached:
        run.goal_at = event.occurred_at
    bulk.update([run for run, _ in reached], ["goal_at"])
    ends = [
        pair for pair in reached if pair[0].status == Status.ACTIVE and (pair[0].version.goal or {})["ends"]
    ]
    awaited = _awaited(ends)
    _write([_end(run, Status.GOAL, event, now) for run, event in ends if run.pk not in awaited], now)


def stay(events: list[Event], now: dt.datetime) -> None:
    """Ends the runs that a leaving began which was none: a contract that followed it is known only by these events.

    Runs for one subscription go on: that one did end.
    """
    began = {event.member_id: event for event in events}
    runs = Enrolment.objects.filter(
        member_id__in=began, status=Status.ACTIVE, key="", version__trigger_event__in=LEAVING
    ).select_related("version")
    left = [run for run in runs if run.version.trigger in FAREWELLS]
    lives = lifetimes.of({run.member_id for run in left}) if left else {}
    _write(
        [
            _end(run, Status.EXITED, began[run.member_id], now)
            for run in left
            if any(life.until is None and life.since <= run.entered_at for life in lives[run.member_id])
        ],
        now,
    )


def wake(events: list[Event], now: dt.datetime) -> None:
    """Makes runs that wait for these events due now; the wait itself decides whether the event satisfies it."""
    members = [event.member_id for event in events]
    waiting = Enrolment.objects.filter(status=Status.ACTIVE, member_id__in=members, awaits=events[0].name)
    waiting.update(due_at=now)


def noted(event: Event) -> dict[str, Any]:
    """How a decision names what happened. A use is no event of its own: it leaves its name among the values."""
    return {"event": event} if event.pk else {"values": {"event": event.name}}


def _runs(events: list[Event], statuses: tuple[Status, ...]) -> Iterator[tuple[Enrolment, Event]]:
    """Runs of these events' members, each with its first event at or after entry; two queries."""
    runs = Enrolment.objects.filter(
        member_id__in=[event.member_id for event in events], status__in=statuses
    ).prefetch_related("version")  # each version is read once, not once for each run
    by_member: dict[int, list[Event]] = {}
    for event in sorted(events, key=lambda event: event.occurred_at):
        by_member.setdefault(event.member_id, []).append(event)
    for run in runs:
        counting = [event for event in by_member[run.member_id] if _concerns(event, run)]
        if counting:
            yield run, counting[0]


def _concerns(event: Event, run: Enrolment) -> bool:
    """Whether the event came at or after entry, and to the subscription of the run, where the run is for one."""
    if event.occurred_at < run.entered_at:
        return False
    return not run.key or event.subscription_id is None or str(event.subscription_id) == run.key


def _reaches(run: Enrolment, event: Event) -> bool:
    goal = run.version.goal
    is_it = bool(goal and goal["event"] == event.name and not run.goal_at)
    return is_it and goals.is_in_time(run, event.occurred_at, durations.zone_of(event.member))


def _awaited(pairs: Sequence[tuple[Enrolment, Event]]) -> set[int]:
    """The runs that wait for their event, which came before their wait was over; one query."""
    waiting = {run.pk: event for run, event in pairs if run.awaits == event.name}
    visits = StepRun.objects.filter(enrolment__in=waiting, finished_at=None) if waiting else ()
    return {
        visit.enrolment_id
        for visit in visits
        if visit.due_at is None or waiting[visit.enrolment_id].occurred_at <= visit.due_at
    }


def _end(run: Enrolment, status: Status, event: Event, now: dt.datetime) -> tuple[Enrolment, Decision]:
    run.status, run.finished_at, run.due_at, run.awaits = status, now, None, ""
    run.letter_pending = False
    return run, Decision(
        flow_id=run.flow_id,
        member_id=run.member_id,
        enrolment=run,
        at=now,
        verdict=str(status.value),
        step=run.step,
        **noted(event),
        reason=event.name,
    )


def _write(ended: list[tuple[Enrolment, Decision]], now: dt.datetime) -> None:
    if not ended:
        return
    bulk.update([run for run, _ in ended], ["status", "finished_at", "due_at", "awaits", "letter_pending"])
    Decision.objects.bulk_create(decision for _, decision in ended)
    outbox.void([run.group for run, _ in ended], "exit", now)
