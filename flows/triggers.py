"""What can set a flow going: something that happens, a date that comes, a repetition, or a person who says so.

{event="member.signed_up"} · {stage="value"} · {segment="regulars"} · {manual=true}
{date="subscription.current_period_end", offset="-14d", at="09:00"} · {every="1y", anchor="joined_at", at="09:00"}
"""

from collections.abc import Callable, Mapping
from typing import Any

from flows import dates, shape, timing
from members import conditions, durations
from members.models import Event, Segment
from members.models.member import Stage

Trigger = Mapping[str, Any]
STAGE, SEGMENT = "stage.entered", "segment.entered"
EVENT_UP_TO = 80  # letters
TIMED = ("date", "every")  # the clock looks for them; nothing needs to happen
KEYS: Mapping[str, frozenset[str]] = {
    "event": frozenset({"event"}),
    "stage": frozenset({"stage"}),
    "segment": frozenset({"segment"}),
    "date": frozenset({"date", "offset", "at"}),
    "every": frozenset({"every", "anchor", "at"}),
    "manual": frozenset({"manual"}),
}


def kind(trigger: Trigger) -> str:
    """Which kind of trigger this is; empty when it is none."""
    return next((name for name in KEYS if name in trigger), "")


def event_of(trigger: Trigger) -> str:
    """The name of the event that sets it going; empty where no event does."""
    named = {"stage": STAGE, "segment": SEGMENT}
    return str(trigger["event"]) if "event" in trigger else named.get(kind(trigger), "")


def is_set_off(trigger: Trigger, event: Event) -> bool:
    """Whether this event, which has the name of the trigger's, is one that it means: this stage, this segment."""
    word = kind(trigger)
    return word == "event" or event.data.get(word) == trigger[word]


def problems(trigger: Trigger) -> list[str]:
    """Everything wrong with a trigger; an empty list means that it can set a flow going."""
    word = kind(trigger)
    if not word:
        said = ", ".join(sorted(map(str, trigger)))
        return [f"trigger: knows {', '.join(KEYS)}, not {said or 'nothing'}"]
    found = [f"trigger: unknown word “{key}”" for key in sorted(map(str, set(trigger) - KEYS[word]))]
    return found + CHECKS[word](trigger)


def event_problems(name: Any, place: str) -> list[str]:
    """Why this is no name of an event; empty when it is."""
    if not isinstance(name, str) or not conditions.EVENT_NAME.fullmatch(name) or name.endswith("*"):
        return [f"{place}: “{name}” is no event name such as member.signed_up"]
    return shape.too_long(name, EVENT_UP_TO, place)


def _event(trigger: Trigger) -> list[str]:
    return event_problems(trigger["event"], "trigger.event")


def _stage(trigger: Trigger) -> list[str]:
    if trigger["stage"] in list(Stage.values):
        return []
    return [f"trigger.stage: “{trigger['stage']}” is none of {', '.join(Stage.values)}"]


def _segment(trigger: Trigger) -> list[str]:
    slug = trigger["segment"]
    if isinstance(slug, str) and Segment.objects.filter(slug=slug.replace("\0", "")).exists():
        return []
    return [f"trigger.segment: there is no segment “{slug}”"]


def _date(trigger: Trigger) -> list[str]:
    found = []
    if trigger["date"] not in list(dates.SOURCES):
        found.append(f"trigger.date: “{trigger['date']}” is none of {', '.join(dates.SOURCES)}")
    offset = trigger.get("offset", "0d")
    try:
        unit = durations.parse(str(offset).removeprefix("-").removeprefix("+"))[1]
    except durations.BadDuration:
        return [*found, f"trigger.offset: “{offset}” is no distance such as -14d or 7d", *_at(trigger)]
    if "at" in trigger and unit not in durations.CALENDAR:
        found.append("trigger.at: a time of day goes with an offset in days, weeks, months or years")
    return found + _at(trigger)


def _every(trigger: Trigger) -> list[str]:
    found = []
    try:
        number, unit = durations.parse(trigger["every"])
        if unit not in durations.CALENDAR or not number:
            found.append("trigger.every: a span of days, weeks, months or years, such as 3mo or 1y")
    except durations.BadDuration as error:
        found.append(f"trigger.every: {error}")
    anchor = trigger.get("anchor", dates.ANCHOR)
    if anchor not in list(dates.ANCHORS):
        found.append(f"trigger.anchor: “{anchor}” is none of {', '.join(dates.ANCHORS)}")
    return found + _at(trigger)


def _manual(trigger: Trigger) -> list[str]:
    return [] if trigger["manual"] is True else ["trigger.manual: true, or another kind of trigger"]


def _at(trigger: Trigger) -> list[str]:
    try:
        timing.clock_time(str(trigger.get("at", "09:00")))
    except ValueError:
        return [f"trigger.at: “{trigger['at']}” is no time of day such as 09:00"]
    return []


CHECKS: Mapping[str, Callable[[Trigger], list[str]]] = {
    "event": _event,
    "stage": _stage,
    "segment": _segment,
    "date": _date,
    "every": _every,
    "manual": _manual,
}
