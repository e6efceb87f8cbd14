"""`send`: puts a letter on its way. The outbox decides when, and whether, it leaves."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from flows import letting_run
from flows.models import StepRun
from flows.steps import AwaitLetter, Go, Visit, Wait
from mail import outbox
from mail.models.message import Purpose
from members import durations

KEYS = frozenset({"letter", "at_once", "not_after"})
VALID = {Purpose.TRANSACTIONAL: "1d"}
VALID_OTHERS = "3d"
AT_ONCE_WITHIN = dt.timedelta(hours=24)


def problems(step: Mapping[str, Any], place: str) -> list[str]:
    """A send names a letter; how long it stays worth sending is a duration."""
    found = [] if step.get("letter") else [f"{place}: a send needs “letter”, the slug of a letter"]
    if not isinstance(step.get("at_once", False), bool):
        found.append(f"{place}.at_once: true or false")
    if "not_after" in step:
        try:
            durations.parse(step["not_after"])
        except durations.BadDuration as error:
            found.append(f"{place}.not_after: {error}")
    return found


def run(visits: Sequence[Visit], now: dt.datetime) -> None:
    """Queues the letters of those whose previous letter is final; the others stay until it is.

    While the flow is new its first letters wait for a person, and so does whoever comes after them.
    """
    pending = outbox.groups_pending(visit.enrolment.group for visit in visits)
    ready = [visit for visit in visits if visit.enrolment.group not in pending]
    held, resting = _first_letters(ready, now)
    writing = [visit for visit in ready if visit.enrolment.pk not in resting]
    prompt = _answering(writing, now)
    drafts = [
        _draft(visit, at_once=visit.enrolment.pk in prompt, hold=visit.enrolment.pk in held)
        for visit in writing
    ]
    outbox.queue(drafts, now)
    for visit in visits:
        visit.result = Wait(None, letting_run.YES) if visit.enrolment.pk in resting else AwaitLetter()
    for visit in writing:
        visit.result = Go("queued", visit.step.settings["letter"], planned_at=visit.enrolment.planned_at)


def _answering(visits: Sequence[Visit], now: dt.datetime) -> set[int]:
    """The runs whose letter answers at once what their member did: within a day of it, and once in a run."""
    fresh = [
        visit
        for visit in visits
        if visit.step.settings.get("at_once") and now - visit.enrolment.entered_at <= AT_ONCE_WITHIN
    ]
    runs = {visit.enrolment.pk for visit in fresh}
    written = StepRun.objects.filter(enrolment__in=runs, kind="send", finished_at__isnull=False)
    told = set(written.values_list("enrolment_id", "uid")) if runs else set()
    return {visit.enrolment.pk for visit in fresh if not told & _prompt_steps(visit)}


def _prompt_steps(visit: Visit) -> set[tuple[int, str]]:
    steps = visit.step.version.definition["steps"]
    return {(visit.enrolment.pk, step["uid"]) for step in steps if step.get("at_once")}


def _first_letters(visits: Sequence[Visit], now: dt.datetime) -> tuple[set[int], set[int]]:
    """The runs whose letter waits for a person, and those whose letter is not written yet."""
    turns = letting_run.take_turns(Counter(visit.enrolment.flow_id for visit in visits), now)
    held, resting = set(), set()
    for visit in visits:
        run = visit.enrolment
        if turns.get(run.flow_id, 0) > 0:
            turns[run.flow_id] -= 1
            held.add(run.pk)
        elif run.flow_id in turns:
            resting.add(run.pk)
    return held, resting


def _draft(visit: Visit, *, at_once: bool, hold: bool) -> outbox.Draft:
    definition, step, run = visit.step.version.definition, visit.step, visit.enrolment
    purpose = Purpose(definition["purpose"])
    planned, zone = run.planned_at, durations.zone_of(visit.member)
    valid = step.settings.get("not_after") or VALID.get(purpose, VALID_OTHERS)
    assert step.letter_version is not None  # a published send has its letter
    return outbox.Draft(
        key=f"{run.group}:{step.uid}:{visit.run.visit}",
        group=run.group,
        member=visit.member,
        letter_version=step.letter_version,
        purpose=purpose,
        topic=definition.get("topic", ""),
        due_at=planned,
        not_after=durations.add(planned, valid, zone),
        at_once=at_once,
        hold=hold or bool(definition.get("hold")),
        subscription=run.subscription,
    )
