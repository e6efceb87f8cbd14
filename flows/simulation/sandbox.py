"""A place where the engine may do everything and nothing stays: a transaction that is always rolled back.

What the engine writes lies in temporary tables of the same names, which this connection alone sees before the real
ones. So no run, letter, flow or member of the house is ever locked, claimed or moved, and on SQLite nobody who writes
has to wait. Nothing is handed over: letters are arbitrated as always, and accepted by nobody.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from flows import steps
from flows.models import Decision, Enrolment, Flow, FlowVersion, Step, StepRun, Sweep
from flows.simulation import mentioning, shadows
from mail import catching_up, transports
from mail.models import Letter, LetterVersion, Outage, Postponement, Restoration, Sender
from members import conditions, holding
from members.models import Event, Member
from office.models import AuditEntry, Beat

NOTHING = Q(pk__in=[])
Load = Callable[[set[int]], dict[int, Member]]


@contextmanager
def nothing_stays(transport: transports.Transport) -> Iterator[None]:
    """Inside, whatever is written is gone afterwards, and letters go to `transport`, which hands none over."""
    with ExitStack() as stack:
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            stack.enter_context(_as_a_reader())
        stack.enter_context(transaction.atomic())
        stack.enter_context(transports.using(transport))
        stack.enter_context(steps.rehearsed())
        try:
            yield
        finally:
            transaction.set_rollback(True)


@contextmanager
def members_from(load: Load, bring: conditions.Bring) -> Iterator[None]:
    """Inside, the engine takes members from `load` and their facts from `bring`, and locks nobody."""
    with holding.instead(load), conditions.facts_brought(bring):
        yield


def lay_out(flow: Flow, definition: Mapping[str, Any], since: dt.datetime) -> None:
    """Inside a sandbox: `flow` as before `since`, ready to be published, and alone.

    Who entered the flow before stays where they were and goes no further. Other flows stand still, and are known
    only as far as the definition asks about them.
    """
    slugs = [letter.get("slug") for letter in definition.get("letters", [])]
    asked = mentioning.flows(definition)
    shadows.cast(
        {
            Postponement: NOTHING,
            Outage: NOTHING,
            Restoration: NOTHING,
            Beat: NOTHING,
            StepRun: NOTHING,
            Decision: Q(flow=flow, at__lte=since) & ~Q(term=""),
            Sweep: NOTHING,
            Enrolment: Q(flow=flow, entered_at__lte=since) | (Q(flow__slug__in=asked) & ~Q(flow=flow)),
            Step: Q(version__flow=flow),
            FlowVersion: Q(flow=flow),
            Flow: Q(),
            LetterVersion: Q(letter__slug__in=slugs),
            Letter: Q(slug__in=slugs),
            Sender: Q(),
            AuditEntry: NOTHING,
        }
    )
    Beat.objects.create(name=catching_up.LOOKED, at=since)
    Enrolment.objects.update(due_at=None, letter_pending=False, awaits="")
    Flow.objects.exclude(pk=flow.pk).update(current=None, paused_at=since)


def answered() -> None:
    """Inside a sandbox: no event waits for an answer, so that none keeps a letter from leaving."""
    shadows.view(Event, handled_at="coalesce(handled_at, recorded_at)")


@contextmanager
def _as_a_reader() -> Iterator[None]:
    """SQLite: a transaction that writes temporary tables alone never asks for the place of the one writer."""
    before, connection.transaction_mode = connection.transaction_mode, "DEFERRED"  # type: ignore[attr-defined]
    try:
        yield
    finally:
        connection.transaction_mode = before  # type: ignore[attr-defined]
