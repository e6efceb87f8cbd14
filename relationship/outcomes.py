"""What came of a task: it is on the member's timeline at once, and can be taken back."""

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from members import events, freshness, signs
from members.models import Event
from office import audit
from office.models import User
from relationship import tasks
from relationship.models import Task

DONE, CALLED, WRITTEN, NOT_NEEDED, NO_ANSWER = "done", "called", "written", "not_needed", "no_answer"
CLOSING = (DONE, CALLED, WRITTEN, NOT_NEEDED)
TRIED = "task.tried"
MORNING = dt.time(9)


def note(task: Task, outcome: str, by: User, now: dt.datetime, line: str = "") -> bool:
    """Writes down what came of an open task, with a line of one's own; False when somebody was quicker.

    Nobody answered: the task stays open, comes again tomorrow at nine (the house's time), and the tries are counted.
    Who was called has talked with us, which is a sign of two ways. An unknown outcome means done.
    """
    with transaction.atomic():
        if outcome == NO_ANSWER:
            return _again_tomorrow(task, by, now, line)
        outcome = outcome if outcome in CLOSING else DONE
        if not tasks.close(task, by, outcome, now, line):
            return False
        if outcome != NOT_NEEDED:
            _tell(task, signs.TALKED, now, talked=outcome == CALLED, note=line[:300])
        return True


def take_back(task: Task, by: User, now: dt.datetime) -> None:
    """Takes back the last outcome of a task; does nothing where there is none."""
    with transaction.atomic():
        row = Task.objects.select_for_update().get(pk=task.pk)
        told = _last_told(row)
        if row.done_at:
            row.done_at, row.done_by, row.outcome, row.note = None, None, "", ""
        elif told and row.tries:
            row.due_at, row.tries = dt.datetime.fromisoformat(told.data["due_at"]), row.tries - 1
        else:
            return
        row.save()
        if told:
            _untell(told, now)
        audit.record(by, "task.opened_again", row, now, task=row.pk, member=str(task.member.uuid))


def tomorrow(now: dt.datetime) -> dt.datetime:
    """Nine o'clock tomorrow, by the clock of the house."""
    day = timezone.localtime(now).date() + dt.timedelta(days=1)
    return timezone.make_aware(dt.datetime.combine(day, MORNING))


def _again_tomorrow(task: Task, by: User, now: dt.datetime, line: str) -> bool:
    still_open = Task.objects.filter(pk=task.pk, done_at=None, due_at=task.due_at)
    if not still_open.update(tries=F("tries") + 1, due_at=tomorrow(now)):
        return False
    _tell(task, TRIED, now, due_at=task.due_at.isoformat(), note=line[:300])
    audit.record(by, "task.tried", task.title, now, task=task.pk, member=str(task.member.uuid))
    return True


def _tell(task: Task, name: str, now: dt.datetime, **data: object) -> None:
    key = f"task:{task.pk}:{now.isoformat()}"
    events.record(events.Draft(name, task.member, now, key, {**data, "title": task.title}), now)


def _last_told(task: Task) -> Event | None:
    name = signs.TALKED if task.done_at else TRIED
    told = Event.objects.filter(member=task.member_id, name=name, key__startswith=f"task:{task.pk}:")
    return told.exclude(data__has_key="taken_back").order_by("-pk").first()


def _untell(event: Event, now: dt.datetime) -> None:
    """The event stays, as everything that was recorded, but says and counts nothing any more."""
    event.data = {"taken_back": True}
    event.save(update_fields=["data"])
    freshness.doubt([event.member_id], now)
