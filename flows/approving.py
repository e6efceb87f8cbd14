"""A person's yes to letters of a flow that wait for one: some of them, or all that were there when somebody looked."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from flows import letting_run
from flows.models import Enrolment, Flow
from mail import approving, holding_back
from mail.models import Message
from office import audit
from office.models import User

CHUNK = 500  # letters in one statement
LEFT_EARLY = (Enrolment.Status.EXITED, Enrolment.Status.GOAL, Enrolment.Status.ENDED)


@dataclass
class Outcome:
    """What came of a yes: letters on their way, too late, changed since they were shown, decided by somebody else."""

    gone: int = 0
    late: int = 0
    changed: int = 0
    decided: int = 0


@dataclass(frozen=True)
class Waiting:
    """How many letters of a flow wait for a person, since when (aware). None: the flow itself asks, may it run?"""

    flow: Flow
    number: int
    since: dt.datetime


def waiting() -> list[Waiting]:
    """The flows with letters that wait for a person, and those that ask whether they may run; longest first."""
    held = Message.objects.filter(status=Message.Status.HELD, group__startswith="flow:")
    held = held.exclude(reason=holding_back.REASON)  # those wait for the flow, not for a person
    rows = list(held.order_by("created_at").values_list("group", "created_at"))
    flow_of = _flows(int(group.partition(":")[2]) for group, _at in rows)
    numbers: Counter[int] = Counter()
    since: dict[int, dt.datetime] = {}
    for group, at in rows:
        if flow := flow_of.get(int(group.partition(":")[2])):
            numbers[flow] += 1
            since.setdefault(flow, at)
    asking = Q(pk__in=since) | Q(asks_to_run_at__isnull=False)
    flows = Flow.objects.select_related("current").filter(asking)
    found = [Waiting(flow, numbers[flow.pk], _since(flow, since)) for flow in flows]
    return sorted(found, key=lambda one: one.since)


def approve(flow: Flow, shown: Mapping[UUID, str], by: User, now: dt.datetime) -> Outcome:
    """Lets these letters of the flow go. Each comes with the mark of what was `shown` (`mail.approving.seen`).

    A letter that says something else by now stays, and so does one that somebody else decided about meanwhile.
    """
    with transaction.atomic():
        held = _locked(letting_run.held(flow).filter(uuid__in=shown))
        marks = approving.seen(held, now)
        same = [message for message in held if marks[message.pk] == shown[message.uuid]]
        outcome = _let_go(flow, same, by, now)
        outcome.changed, outcome.decided = len(held) - len(same), len(shown) - len(held)
    return outcome


def approve_all(flow: Flow, upto: int, by: User, now: dt.datetime) -> Outcome:
    """Lets all letters of the flow go that were there when somebody looked: those with a key up to `upto`."""
    with transaction.atomic():
        return _let_go(flow, _locked(letting_run.held(flow).filter(pk__lte=upto)), by, now)


def _locked(held: QuerySet[Message]) -> list[Message]:
    """Held until the transaction ends: whoever else decides about them waits, and finds them decided."""
    rows = held.order_by("pk").select_related("member__plan", "member__guardian")
    rows = rows.select_related("letter_version__letter", "letter_version__sender__picture")
    return list(rows.select_for_update(of=("self",), no_key=True))


def _let_go(flow: Flow, letters: Sequence[Message], by: User, now: dt.datetime) -> Outcome:
    outcome = Outcome()
    for start in range(0, len(letters), CHUNK):
        gone, late = approving.let_go([message.pk for message in letters[start : start + CHUNK]], now)
        outcome.gone += gone
        outcome.late += late
    if letters:
        told = [str(message.uuid) for message in letters[: audit.LISTED]]
        audit.record(by, "flow.letters_approved", flow.slug, now, number=outcome.gone, rows=told)
    return outcome


def _since(flow: Flow, since: Mapping[int, dt.datetime]) -> dt.datetime:
    moment = since.get(flow.pk) or flow.asks_to_run_at
    assert moment is not None  # it has letters that wait, or it asks
    return moment


def _flows(runs: Iterator[int]) -> dict[int, int]:
    """The flow (key) of each of these runs."""
    keys = list(dict.fromkeys(runs))
    found: dict[int, int] = {}
    for start in range(0, len(keys), CHUNK):
        rows = Enrolment.objects.filter(pk__in=keys[start : start + CHUNK])
        found |= dict(rows.values_list("pk", "flow_id"))
    return found
