"""`wait`: for a duration, until a local time, until a day after entry, or until an event with a timeout.

Waits start when they are reached and compare times, not the order of processing: an event satisfies a wait if it
occurred since entry (on a second visit: after the first) and not after the timeout.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from flows import timing, triggers
from flows.models import StepRun
from flows.steps import Go, Visit, Wait
from members import durations, occurrences

KEYS = frozenset({"for", "at", "days", "day", "event", "timeout", "then"})
ENDED = "ended_at"  # in the values of a visit


def problems(step: Mapping[str, Any], place: str) -> list[str]:
    """Everything wrong with a wait's settings."""
    found = []
    if not KEYS - {"then", "timeout"} & step.keys():
        found.append(f"{place}: a wait needs for, at, days, day or event")
    if "event" in step:
        found += _problems_of_event(step, place)
    elif {"timeout", "then"} & step.keys():
        found.append(f"{place}: timeout and then belong to a wait for an event")
    for key in ("for", "timeout"):
        if key in step:
            found += _problems_of_duration(step[key], f"{place}.{key}")
    return found + _problems_of_slot(step, place)


def run(visits: Sequence[Visit], now: dt.datetime) -> None:
    """Ends the waits that are over at `now`, and says of the others until when they last."""
    happened = _happened(visits, now)
    for visit in visits:
        due = visit.run.due_at or _due(visit)
        moment = happened.get(id(visit))
        if moment is not None:
            settings = visit.step.settings
            came = max(moment, visit.run.reached_at)
            visit.result = _go("event", came, settings["event"], settings.get("then"))
        elif due is not None and due <= now:
            # A day after entry may be over before the wait is reached; what follows is planned for now, not for then.
            visit.result = _go("over", max(due, visit.enrolment.planned_at))
        else:
            visit.result = Wait(due, visit.step.settings.get("event", ""))


def ended_at(run: StepRun) -> dt.datetime | None:
    """When a visit that is over ended by the plan; a worker may have come to it later. None: it is not over."""
    if told := run.values.get(ENDED):
        return dt.datetime.fromisoformat(told)
    return run.finished_at


def _go(outcome: str, ended: dt.datetime, reason: str = "", to: str | None = None) -> Go:
    return Go(outcome, reason, to, values={ENDED: ended.isoformat()}, planned_at=ended)


def _due(visit: Visit) -> dt.datetime | None:
    zone = durations.zone_of(visit.member)
    return timing.until(visit.step.settings, visit.run.reached_at, visit.enrolment.entered_at, zone)


def _happened(visits: Sequence[Visit], now: dt.datetime) -> dict[int, dt.datetime]:
    by_event: dict[str, dict[int, occurrences.Window]] = defaultdict(dict)
    for visit in visits:
        if event := visit.step.settings.get("event"):
            due = visit.run.due_at or _due(visit)
            until = min(now, due) if due else now
            key = visit.enrolment.key
            by_event[event][id(visit)] = occurrences.Window(
                visit.member.pk, visit.since, until, visit.again, int(key) if key else None
            )
    moments: dict[int, dt.datetime] = {}
    for event, windows in by_event.items():
        hits = occurrences.first(event, list(windows.values()))
        moments |= {key: hits[window] for key, window in windows.items() if window in hits}
    return moments


def _problems_of_event(step: Mapping[str, Any], place: str) -> list[str]:
    found = [f"{place}: {key} does not go with event" for key in ("for", "at", "days", "day") if key in step]
    return found + triggers.event_problems(step["event"], f"{place}.event")


def _problems_of_duration(text: Any, place: str) -> list[str]:
    try:
        durations.parse(text)
    except durations.BadDuration as error:
        return [f"{place}: {error}"]
    return []


def _problems_of_slot(step: Mapping[str, Any], place: str) -> list[str]:
    found = []
    if "at" in step:
        try:
            timing.clock_time(str(step["at"]))
        except ValueError:
            found.append(f"{place}.at: “{step['at']}” is no time of day such as 09:00")
    days = step.get("days", ["mon"])
    if not isinstance(days, list) or not days or set(map(str, days)) - set(timing.WEEKDAYS):
        found.append(f"{place}.days: a list of {', '.join(timing.WEEKDAYS)}")
    if "day" in step:
        if {"for", "days"} & step.keys():
            found.append(f"{place}: day counts from entry and goes with at alone")
        if not isinstance(step["day"], int) or isinstance(step["day"], bool) or not 0 <= step["day"] <= 3650:
            found.append(f"{place}.day: a whole number of days after entry")
    return found
