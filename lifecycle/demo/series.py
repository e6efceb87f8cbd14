"""Which way a member took through a published series, worked out from what is known of that member's life."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flows import timing
from flows.models import Step


@dataclass(frozen=True)
class Stop:
    """One visit to one step; `finished_at` is None where the walk ended before the wait did."""

    step: Step
    reached_at: dt.datetime
    due_at: dt.datetime | None
    finished_at: dt.datetime | None
    outcome: str = ""
    reason: str = ""


def walk(
    steps: Sequence[Step],
    entered_at: dt.datetime,
    happened: dict[str, dt.datetime],
    zone: ZoneInfo,
    until: dt.datetime,
) -> list[Stop]:
    """The visits from entering until `until`; `happened` says when an awaited event first occurred."""
    places = {step.uid: place for place, step in enumerate(steps)}
    stops: list[Stop] = []
    place, moment = 0, entered_at
    while place < len(steps):
        stop = _visit(steps[place], moment, entered_at, happened, zone)
        if stop.finished_at is None or stop.finished_at > until:
            return [*stops, Stop(stop.step, stop.reached_at, stop.due_at, None)]
        stops.append(stop)
        leads = steps[place].settings.get("then") if stop.outcome == "event" else None
        place, moment = places[leads] if leads else place + 1, stop.finished_at
        if stop.outcome == "end":
            break
    return stops


def _visit(
    step: Step,
    reached: dt.datetime,
    entered: dt.datetime,
    happened: dict[str, dt.datetime],
    zone: ZoneInfo,
) -> Stop:
    if step.kind == "send":
        return Stop(step, reached, None, reached, "queued", step.settings["letter"])
    if step.kind != "wait":
        return Stop(step, reached, None, reached, step.kind, "end" if step.kind == "end" else "")
    due = timing.until(step.settings, reached, entered, zone)
    name = step.settings.get("event", "")
    came = happened.get(name)
    if came and came >= entered and (due is None or came <= due):
        return Stop(step, reached, due, max(came, reached), "event", name)
    return Stop(step, reached, due, max(due, reached) if due else None, "over")
