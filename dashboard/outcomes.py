"""What came of a task: done, not needed, or open again. Each is written down with who did it."""

import datetime as dt

from django.db import transaction

from office import audit
from office.models import User
from relationship import tasks
from relationship.models import Task

KNOWN = ("done", "not_needed")


def note(task: Task, outcome: str, user: User, now: dt.datetime) -> bool:
    """Takes an open task off the list at `now`; False when somebody did before. An unknown outcome means done."""
    with transaction.atomic():
        return tasks.close(task, user, outcome if outcome in KNOWN else KNOWN[0], now)


def take_back(task: Task, user: User, now: dt.datetime) -> None:
    """Opens a task again; does nothing to an open one."""
    with transaction.atomic():
        ended = Task.objects.filter(pk=task.pk, done_at__isnull=False)
        if ended.update(done_at=None, done_by=None, outcome=""):
            audit.record(user, "task.opened_again", task, now, task=task.pk, member=str(task.member.uuid))
