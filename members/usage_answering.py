"""Carries out what follows from uses, batch by batch: facts first, then flows that listen for their names.

The claim is the transaction itself, as with events (`answering`). A batch that fails is gone through line by line;
the lines that fail stay in it with their error and block nobody.
"""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from members import fact_keeping, first_value, holding
from members.answering import Answer
from members.models import Event, Member, UsageBatch

Line = Sequence[Any]  # member id, name, first time, last time
Listeners = Mapping[str, Sequence[Answer]]

BATCHES = 10
KEPT_FOR = dt.timedelta(days=3)

log = logging.getLogger(__name__)


def answer(listeners: Callable[[], Listeners], now: dt.datetime, limit: int = BATCHES) -> int:
    """Deals with up to `limit` waiting batches; returns how many it took up.

    `listeners` gives the deeds by name of those names that anybody listens for; it is asked once, and only when
    something waits. A line whose member another worker holds waits for the next pass.
    """
    try:
        with transaction.atomic():
            return _answer(_claim(limit), listeners, now)
    except Exception:
        log.exception("batches of uses failed; trying them line by line")
    waiting = list(_waiting().order_by("pk").values_list("pk", flat=True)[:limit])
    return sum(_line_by_line(pk, listeners, now) for pk in waiting)


def forget(now: dt.datetime) -> int:
    """Deletes batches that were dealt with three days ago or earlier; those set aside are kept. Returns how many."""
    return UsageBatch.objects.filter(handled_at__lt=now - KEPT_FOR, error="").delete()[0]


def _waiting() -> QuerySet[UsageBatch]:
    return UsageBatch.objects.filter(handled_at=None)


def _claim(limit: int) -> list[UsageBatch]:
    return list(_waiting().order_by("pk").select_for_update(skip_locked=True)[:limit])


def _answer(batches: Sequence[UsageBatch], listeners: Callable[[], Listeners], now: dt.datetime) -> int:
    if not batches:
        return 0
    lines = [line for batch in batches for line in batch.news]
    _know(lines, now)
    heard = listeners()
    concerned = {line[0] for line in lines if line[1] in heard}
    held = holding.hold(concerned)
    _tell(lines, heard, held, now)
    busy = set(Member.everybody.filter(pk__in=concerned - held.keys()).values_list("pk", flat=True))
    for batch in batches:
        batch.news = [line for line in batch.news if line[1] in heard and line[0] in busy]
        batch.handled_at = None if batch.news else now
    UsageBatch.objects.filter(pk__in=[batch.pk for batch in batches if batch.handled_at]).update(
        handled_at=now
    )
    UsageBatch.objects.bulk_update([batch for batch in batches if batch.news], ["news"])
    return len([batch for batch in batches if batch.handled_at])


def _know(lines: Iterable[Line], now: dt.datetime) -> None:
    """Puts the facts right of those who used something; who has first value by it is told of."""
    last: dict[int, dt.datetime] = {}
    for member_id, _name, _first, latest in lines:
        moment = dt.datetime.fromisoformat(latest)
        last[member_id] = max(moment, last.get(member_id, moment))
    fact_keeping.recompute(last, now)
    first_value.notice(last, now, last)


def _tell(lines: Iterable[Line], heard: Listeners, held: Mapping[int, Member], now: dt.datetime) -> None:
    by_name: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for member_id, name, first, last in lines:
        if name in heard and member_id in held:
            by_name[name][member_id] += [first, last]
    for name, moments in by_name.items():
        uses = [use for member_id, ends in moments.items() for use in _uses(held[member_id], name, ends, now)]
        for deed in heard[name]:
            deed(uses, now)


def _uses(member: Member, name: str, ends: Sequence[str], now: dt.datetime) -> list[Event]:
    """The first and the last use of a member as events that are never stored: flows ask of both, and of no other."""
    moments = sorted({dt.datetime.fromisoformat(end) for end in ends})
    return [
        Event(member=member, name=name, occurred_at=moment, recorded_at=now, data={})
        for moment in dict.fromkeys((moments[0], moments[-1]))
    ]


def _line_by_line(pk: int, listeners: Callable[[], Listeners], now: dt.datetime) -> int:
    with transaction.atomic():
        batch = _waiting().select_for_update(skip_locked=True).filter(pk=pk).first()
        if batch is None:
            return 0
        errors = [(line, _error_of(line, listeners, now)) for line in batch.news]
        batch.news = [line for line, error in errors if error]
        batch.error = next((error for _line, error in errors if error), "")
        batch.handled_at = now
        batch.save(update_fields=["news", "handled_at", "error"])
    return 1


def _error_of(line: Line, listeners: Callable[[], Listeners], now: dt.datetime) -> str:
    try:
        with transaction.atomic():
            _know([line], now)
            one = Member.everybody.select_for_update(no_key=True).filter(pk=line[0])
            _tell([line], listeners(), {member.pk: member for member in one}, now)
    except Exception as error:
        log.exception("a use of member %s was set aside", line[0])
        return f"{type(error).__name__}: {error}"[:2000]
    return ""
