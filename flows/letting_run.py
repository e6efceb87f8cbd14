"""The first letters of a new flow made in the editor wait for a person; then it asks: let it run?

Ten letters are written and kept. Until somebody says yes no other leaves: members who come to a letter stay there.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from flows.models import Enrolment, Flow
from mail import approving, holding_back
from mail.models import Message
from mail.models.message import Purpose
from office import audit, nudges
from office.models import User

FIRST = 10
YES = "flow.let_run"  # what runs wait for that came to a letter after the first ten; no event of that name is recorded


@dataclass(frozen=True)
class Outcome:
    """What a yes set going: letters on their way, letters that came too late, members who go on."""

    letters: int
    too_late: int
    members: int


def at_first(definition: Mapping[str, Any], by: User | None) -> int:
    """How many letters of a flow that is published for the first time wait for a person.

    None where a command publishes, for letters about the membership itself, and where every letter waits anyway.
    """
    is_free = by is None or definition.get("purpose") == Purpose.TRANSACTIONAL or definition.get("hold")
    return 0 if is_free else FIRST


def held(flow: Flow) -> QuerySet[Message]:
    """The letters of this flow that wait for a person, oldest first."""
    waiting = Message.objects.filter(status=Message.Status.HELD, group__startswith="flow:")
    kept = waiting.exclude(reason=holding_back.REASON)  # those wait for the flow, not for a person
    runs = {int(group.partition(":")[2]) for group in kept.values_list("group", flat=True)}
    ours = Enrolment.objects.filter(pk__in=runs, flow=flow).values_list("pk", flat=True)
    return kept.filter(group__in=[f"flow:{pk}" for pk in ours]).order_by("due_at", "pk")


def let_run(flow: Flow, by: User | None, now: dt.datetime) -> Outcome:
    """The yes: the letters that wait leave as far as they are still worth sending, and everybody goes on.

    Saying it again changes nothing.
    """
    with transaction.atomic():
        row = Flow.objects.select_for_update(no_key=True).get(pk=flow.pk)
        if not (row.letters_to_hold or row.asks_to_run_at):
            return Outcome(0, 0, 0)
        Flow.objects.filter(pk=row.pk).update(letters_to_hold=0, asks_to_run_at=None)
        letters, late = approving.let_go(list(held(row).values_list("pk", flat=True)), now)
        resting = Enrolment.objects.filter(flow=row, status=Enrolment.Status.ACTIVE, awaits=YES)
        members = resting.update(due_at=now, awaits="")
        audit.record(by, "flow.let_run", row.slug, now, letters=letters, too_late=late, members=members)
        nudges.after_commit("engine")
    flow.letters_to_hold, flow.asks_to_run_at = 0, None
    return Outcome(letters, late, members)


def discard(flow: Flow, letters: Collection[UUID], by: User | None, now: dt.datetime, why: str = "") -> int:
    """Throws these letters of the flow away that wait for a person, and lets their members go on; how many."""
    with transaction.atomic():
        chosen = list(held(flow).filter(uuid__in=letters).values_list("pk", flat=True))
        number = approving.discard(chosen, now, why)
        if number:
            audit.record(by, "flow.letters_discarded", flow.slug, now, number=number, note=why)
            nudges.after_commit("engine")
    return number


def take_turns(letters: Counter[int], now: dt.datetime) -> dict[int, int]:
    """Of so many letters for each flow (key), how many wait for a person; a flow that is not named sends freely.

    Letters beyond that number must not be written yet. Exact, however many workers write letters of one flow.
    """
    asking = Q(letters_to_hold__gt=0) | Q(asks_to_run_at__isnull=False)
    flows = Flow.objects.filter(asking, pk__in=letters).order_by("pk").select_for_update(no_key=True)
    turns = {}
    for flow in flows:
        turns[flow.pk] = min(flow.letters_to_hold, letters[flow.pk])
        flow.letters_to_hold -= turns[flow.pk]
        if flow.letters_to_hold == 0 and flow.asks_to_run_at is None:
            flow.asks_to_run_at = now
        flow.save(update_fields=["letters_to_hold", "asks_to_run_at"])
    return turns
