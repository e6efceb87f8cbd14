"""`task`: a step of flows that gives a person something to do, such as a call."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flows import letters
from flows.steps import Go, Visit
from mail import checking, rendering, values
from members import durations
from office.models import User
from relationship import tasks

KEYS = frozenset({"title", "due", "to"})
DUE = "2d"
Titled = Callable[[Visit, Mapping[str, Any]], str]


def problems(step: Mapping[str, Any], place: str) -> list[str]:
    """A task needs words that say what to do; by when is a duration from reaching the step."""
    if not str(step.get("title", "")).strip():
        return [f"{place}: a task needs “title”: what somebody is to do", *problems_of_order(step, place)]
    return [*problems_of_words(step, "title", place), *problems_of_order(step, place)]


def run(visits: Sequence[Visit], now: dt.datetime) -> None:
    """Gives the tasks and goes on."""
    tasks.give(orders(visits, now, _title), now)


def rehearse(visits: Sequence[Visit], now: dt.datetime) -> None:
    """Says which tasks would be given."""
    orders(visits, now, _title)


def problems_of_words(step: Mapping[str, Any], key: str, place: str) -> list[str]:
    """What is wrong with a line in which fields of a member may stand."""
    text = step[key]
    if not isinstance(text, str):
        return [f"{place}.{key}: must be a text"]
    return [f"{place}.{key}: {error}" for error in checking.line(key, text, values.ABOUT_MEMBERS)]


def problems_of_order(step: Mapping[str, Any], place: str) -> list[str]:
    """What is wrong with by when it should be done (`due`), and by whom (`to`, who works here, by username)."""
    found = []
    try:
        durations.parse(step.get("due", DUE))
    except durations.BadDuration as error:
        found.append(f"{place}.due: {error}")
    to = step.get("to", "")
    if not isinstance(to, str):
        found.append(f"{place}.to: must be a text")
    elif to and not User.objects.filter(username=to, is_active=True).exists():
        found.append(f"{place}.to: nobody who works here is called “{to}”")
    return found


def orders(visits: Sequence[Visit], now: dt.datetime, title: Titled) -> list[tasks.Order]:
    """A task with that title for each visit's member, not given yet; the visits go on: nobody's flow waits for it.

    `title` gets the visit and what is known of its member; the outcome is named after the kind of step.
    """
    found = []
    known = _known(visits)
    for visit in visits:
        member, settings = visit.member, visit.step.settings
        order = tasks.Order(
            key=f"{visit.enrolment.group}:{visit.step.uid}:{visit.run.visit}",
            member=member,
            title=title(visit, known[id(visit)]),
            because=visit.step.version.definition["name"],
            due_at=durations.add(now, settings.get("due", DUE), durations.zone_of(member)),
            to=settings.get("to", ""),
        )
        found.append(order)
        visit.result = Go(visit.step.kind, order.title[:400], planned_at=visit.enrolment.planned_at)
    return found


def _title(visit: Visit, known: Mapping[str, Any]) -> str:
    return rendering.line(visit.step.settings["title"], known)


def _known(visits: Sequence[Visit]) -> dict[int, dict[str, Any]]:
    """What is known of each visit's member, in the language of its flow; who has no first name is called by name."""
    by_version: dict[int, list[Visit]] = {}
    for visit in visits:
        by_version.setdefault(visit.step.version_id, []).append(visit)
    known = {}
    for alike in by_version.values():
        language = letters.language(alike[0].step.version.definition)
        found = values.of_members([visit.member for visit in alike], language)
        for visit in alike:
            about = found[visit.member.pk]["member"]
            called = {"first_name": about["first_name"] or visit.member.name, "name": visit.member.name}
            known[id(visit)] = {**found[visit.member.pk], "member": {**about, **called}}
    return known
