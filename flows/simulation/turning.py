"""Turns the engine inside a sandbox: what is due at a moment until nothing is, and when something is due next."""

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from flows import execution
from flows.models import Enrolment, Flow
from mail import catching_up, counting, outbox
from mail.models import Message
from mail.sending_rules import Rules

ROUNDS = 200  # at one moment: more would be a loop
AT_ONCE = 500  # runs or letters: nobody else waits for them
Verb = Callable[[dt.datetime], int]
NEXT = f"""
SELECT
    (SELECT min(due_at) FROM {Enrolment._meta.db_table} WHERE flow_id = %s AND status = 'active'
     AND NOT letter_pending AND parked_at IS NULL),
    (SELECT min(due_at) FROM {Message._meta.db_table} WHERE status = 'queued')
"""  # noqa: S608 (own names)


class Due(NamedTuple):
    """When a run of the flow, and when a letter on its way, is due next; None where none is."""

    run: dt.datetime | None
    letter: dt.datetime | None

    @property
    def next_at(self) -> dt.datetime | None:
        """When the first of both is due."""
        return min((at for at in self if at), default=None)


def until_quiet(now: dt.datetime, *before: Verb) -> None:
    """Steps and letters that are due, until nothing is; other verbs `before` them. Who is not due costs one look."""
    for _turn in range(ROUNDS):
        done = sum(verb(now) for verb in before)
        if _active().filter(due_at__lte=now).exists():
            done += execution.advance(now, AT_ONCE)
        if _waiting().filter(due_at__lte=now).exists():
            catching_up.looked_until(now)  # the clock leaps from moment to moment: that is no outage
            done += outbox.send_due(now, AT_ONCE)
        if not done:
            return


def count_until_quiet(flow: Flow, rules: Rules, now: dt.datetime) -> Due:
    """Steps and letters that are due, until nothing is, the letters only counted; what is due after that."""
    for _turn in range(ROUNDS):
        due, done = next_due(flow), 0
        if due.run and due.run <= now:
            done += execution.advance(now, AT_ONCE)
        if (done or (due.letter and due.letter <= now)) and (
            counted := counting.count_due(now, AT_ONCE, rules)
        ):
            done += counted + execution.release_letters()
        if not done:
            break
    return due


def next_due(flow: Flow) -> Due:
    """What is due next; one query along two indexes."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [flow.pk])
        return Due(*(_moment(value) for value in cursor.fetchone()))


def _moment(value: Any) -> dt.datetime | None:
    """A time as SQLite keeps it is a text in UTC."""
    return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC) if isinstance(value, str) else value


def _active() -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(status=Enrolment.Status.ACTIVE, parked_at=None)


def _waiting() -> QuerySet[Message]:
    return Message.objects.filter(status=Message.Status.QUEUED)
