"""Carries out what the hall's journey answers to each event: older events of a member first, once each.

The claim is the transaction itself: the members of a batch are held (`holding`), their oldest unanswered events
answered together, and all of it commits or none. A worker that dies leaves nothing half done.
"""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from members import holding
from members.models import Event, Member

Answer = Callable[[list[Event], dt.datetime], None]
Answers = Callable[[str], Sequence[Answer]]

BATCH = 200
TOO_OLD = dt.timedelta(days=3)  # an event answered later than this updates the register and starts nothing

log = logging.getLogger(__name__)


def answer(answers: Answers, now: dt.datetime, limit: int = BATCH) -> int:
    """Answers up to `limit` members' oldest unanswered events; returns how many events were dealt with.

    A failing batch is retried one by one; the event that fails is set aside with its error and neither blocks
    its neighbours nor its member's later events.
    """
    try:
        with transaction.atomic():
            return _answer(_claim(_waiting(), limit), answers, now)
    except Exception:
        log.exception("a batch of answers failed; trying its events one by one")
    members = list(_waiting().order_by("pk").values_list("member_id", flat=True)[:limit])
    return sum(_answer_alone(event.pk, answers, now) for event in _oldest(members))


def retry(event: Event) -> None:
    """Takes an event that was set aside up again; the next pass answers it."""
    Event.objects.filter(pk=event.pk, handled_at=None).update(parked_at=None, error="")


def _waiting() -> QuerySet[Event]:
    return Event.objects.filter(handled_at=None, parked_at=None)


def _claim(waiting: QuerySet[Event], limit: int) -> dict[int, Member]:
    rows = waiting.order_by("pk").select_for_update(skip_locked=True, no_key=True)
    return holding.hold(rows.values_list("member_id", flat=True)[:limit])


def _oldest(member_ids: Iterable[int]) -> list[Event]:
    turn = Window(RowNumber(), partition_by="member_id", order_by=[F("occurred_at").asc(), F("id").asc()])
    rows = _waiting().filter(member_id__in=member_ids).select_related("subscription")
    return list(rows.annotate(turn=turn).filter(turn=1).order_by("occurred_at", "id"))


def _answer(held: Mapping[int, Member], answers: Answers, now: dt.datetime) -> int:
    if not held:
        return 0
    # Read only now that the members are held: another worker may have answered these meanwhile.
    events = _oldest(held)
    by_name: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        event.member = held[event.member_id]
        by_name[event.name].append(event)
    for name, alike in by_name.items():
        for deed in answers(name):
            deed(alike, now)
    Event.objects.filter(pk__in=[event.pk for event in events]).update(handled_at=now)
    return len(events)


def _answer_alone(pk: int, answers: Answers, now: dt.datetime) -> int:
    try:
        with transaction.atomic():
            return _answer(_claim(_waiting().filter(pk=pk), 1), answers, now)
    except Exception as error:
        log.exception("event %s was set aside", pk)
        text = f"{type(error).__name__}: {error}"[:2000]
        return _waiting().filter(pk=pk).update(parked_at=now, error=text)
