"""What people of the demo club still have to do for members, and what they did."""

import datetime as dt
from collections.abc import Sequence

from lifecycle.demo import welcome
from lifecycle.demo.register import Registered
from members.models import Subscription
from members.models.member import Stage
from relationship.models import Task

DAY = dt.timedelta(days=1)
OPEN = (
    ("Call {name}: has not been seen for a while", "an inner member has gone quiet", Stage.RELATIONSHIP),
    ("Thank {name} for bringing a friend, by hand", "became an ambassador", Stage.AMBASSADOR),
    ("Answer {name}'s letter about the boats", "a reply waits", Stage.VALUE),
    ("Meet {name} at the door on Thursday", "new, and comes for the first time", Stage.ONBOARDING),
    ("Call {name} about the fee", "a payment failed", Subscription.Status.PAST_DUE),
    ("Ask {name} how the first months were", "three months a member", Stage.VALUE),
)


def write(rows: Sequence[Registered], runs: Sequence[welcome.Run], now: dt.datetime) -> list[Task]:
    """Writes open tasks, the oldest a little late, and the finished calls of the welcome series."""
    tasks = [*_open(rows, now), *_calls(runs, now)]
    return Task.objects.bulk_create(tasks)


def _open(rows: Sequence[Registered], now: dt.datetime) -> list[Task]:
    taken: set[int] = set()
    found = []
    for number, (title, because, state) in enumerate(OPEN):
        fitting = [row for row in rows if state in (row.member.stage, row.member.status)]
        fitting = [row for row in fitting if row.member.pk not in taken]
        if not fitting:
            continue
        member = fitting[-1 - number % len(fitting)].member
        taken.add(member.pk)
        made, due = now - DAY * (6 - number), now + DAY * (number - 2)
        found.append(
            _task(member.pk, f"demo:{number}", title.format(name=member.first_name), because, made, due)
        )
    return found


def _calls(runs: Sequence[welcome.Run], now: dt.datetime) -> list[Task]:
    """The call that the series asks for on day 35; those of the last three days are still to be made."""
    return [
        _call(run, stop.step.uid, stop.reached_at, now)
        for run in runs
        for stop in run.stops
        if stop.step.kind == "task"
    ]


def _call(run: welcome.Run, uid: str, at: dt.datetime, now: dt.datetime) -> Task:
    member, name = run.row.member, run.row.member.first_name
    key, because = f"{run.enrolment.group}:{uid}:1", run.enrolment.flow.name
    task = _task(member.pk, key, f"Call {name}: has not been by yet", because, at, at + DAY * 3)
    if at < now - DAY * 3:
        task.done_at, task.outcome = at + DAY * 2, "done"
    return task


def _task(member_id: int, key: str, title: str, because: str, made: dt.datetime, due: dt.datetime) -> Task:
    return Task(member_id=member_id, key=key, title=title, because=because, created_at=made, due_at=due)
