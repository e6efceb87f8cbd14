"""An answer that needs a person becomes a task: within three days somebody gets in touch."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from members.answers import Outcome
from members.models import Event
from office.models import House
from relationship import tasks
from relationship.models import Survey, Task

SOON = dt.timedelta(days=3)


def give(events: Sequence[Event], now: dt.datetime) -> None:
    """Answers `survey.answered` of our own questions. What other systems asked, they see to themselves.

    A changed answer gives no second task; an open one says what holds now.
    """
    ours = [event for event in events if event.data.get("survey") and event.data.get("letter")]
    if not ours:
        return
    slugs = {event.data["survey"] for event in ours}
    surveys = {one.slug: one for one in Survey.objects.filter(slug__in=slugs).select_related("assigned_to")}
    with translation.override(House.current().language):
        low = [event for event in ours if event.data.get("outcome") == Outcome.LOW]
        tasks.give([_order(event, surveys, now) for event in low], now)
        _say_what_holds(ours)


def _order(event: Event, surveys: Mapping[str, Survey], now: dt.datetime) -> tasks.Order:
    said = {"name": event.member.name, "answer": event.data["answer"]}
    title = _("Get in touch with %(name)s, who answered “%(answer)s”") % said
    survey = surveys.get(event.data["survey"])
    person = survey.assigned_to if survey else None
    to = person.username if person and person.is_active else ""
    return tasks.Order(_key(event), event.member, title, _because(event), now + SOON, to=to)


def _say_what_holds(events: Sequence[Event]) -> None:
    by_key = {_key(event): event for event in events}
    for task in Task.objects.filter(key__in=by_key, done_at=None):
        because = _because(by_key[task.key])[:300]
        if task.because != because:
            Task.objects.filter(pk=task.pk, done_at=None).update(because=because)


def _because(event: Event) -> str:
    said = f"“{event.data['question']}”: {event.data['answer']}"
    return f"{said}. “{event.data['text']}”" if event.data.get("text") else said


def _key(event: Event) -> str:
    return f"answer:{event.pk}"
