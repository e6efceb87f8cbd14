"""What somebody here is to do for a member."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from mail.models import Message
from members import owners
from members.models import Member
from office import audit
from office.models import User
from relationship.models import Task


@dataclass(frozen=True)
class Order:
    """A task to be given; `key` is unique for ever, `due_at` aware. `to` is the username of who should do it; left
    empty, that is who looks after the member, and where nobody does, whoever comes first. `letter` is passed on by it.
    `is_money`: about payments.
    """

    key: str
    member: Member
    title: str
    because: str
    due_at: dt.datetime
    to: str = ""
    letter: Message | None = None
    is_money: bool = False


def give(orders: Sequence[Order], now: dt.datetime) -> None:
    """Writes tasks down in the caller's transaction; a key that is known already changes nothing."""
    people = _assigned(orders)
    Task.objects.bulk_create(
        [
            Task(
                key=order.key,
                member=order.member,
                title=order.title[:300],
                because=order.because[:300],
                created_at=now,
                due_at=order.due_at,
                assigned_to=people.get(order.key),
                letter=order.letter,
                is_money=order.is_money,
            )
            for order in orders
        ],
        ignore_conflicts=True,
    )


def close(task: Task, by: User, outcome: str, now: dt.datetime, line: str = "") -> bool:
    """Notes what came of a task; False when somebody else was faster."""
    closed = Task.objects.filter(pk=task.pk, done_at=None).update(
        done_at=now, done_by=by, outcome=outcome[:300], note=line[:300]
    )
    if closed:
        audit.record(
            by, "task.closed", task.title, now, task=task.pk, member=str(task.member.uuid), outcome=outcome
        )
    return bool(closed)


def _assigned(orders: Sequence[Order]) -> dict[str, User]:
    """Who gets each order, by its key; somebody who left gets none."""
    members = {order.member.pk for order in orders if not order.to}
    cared_for = owners.of(members)
    named = {order.key: order.to or cared_for.get(order.member.pk, "") for order in orders}
    rows = User.objects.filter(username__in=set(named.values()) - {""}, is_active=True)
    users = {user.username: user for user in rows}
    return {key: users[name] for key, name in named.items() if name in users}
