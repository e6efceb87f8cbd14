"""What happens when time passes: one table, for beat and for `tick`.

A phase is a verb that takes `now`, deals with one batch of what is due, and says how much that was.
"""

import datetime as dt
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from api import deliveries, idempotency
from dashboard import monday, notices, watching
from dashboard.questions import figures
from flows import admitting, execution, limits, sweeping
from intake import applying
from intake.importing import drafts, ledger
from intake.importing import working as importing
from lifecycle import journey
from mail import clicks, inbox, incoming, mailings, outbox, reports
from members import (
    answering,
    fact_keeping,
    first_value,
    moving,
    partitions,
    segment_keeping,
    subscriptions,
    usage_answering,
)
from office import nudges
from office.models import Beat
from relationship import by_hand

Verb = Callable[[dt.datetime], int]
HEARTBEAT, LOOK = Beat.CLOCK, "look"


@dataclass(frozen=True)
class Phase:
    """One kind of work. Sweeps of its queue come every `every` seconds of real time."""

    name: str
    queue: str
    verb: Verb


PHASES = (
    Phase("intake", "engine", applying.apply_waiting),
    Phase("mail reports", "engine", reports.apply_waiting),
    Phase("mail that came in", "engine", incoming.apply_waiting),
    Phase("opened links", "engine", clicks.judge),
    Phase("lists", "engine", importing.work),
    Phase("subscriptions", "engine", subscriptions.end_lapsed),
    Phase("answers", "engine", lambda now: answering.answer(journey.answers, now)),
    Phase("usage", "engine", lambda now: usage_answering.answer(journey.uses, now)),
    Phase("facts", "engine", fact_keeping.refresh),
    Phase("stages", "engine", moving.move_up),
    Phase("segments", "engine", segment_keeping.refresh),
    Phase("admissions", "engine", admitting.work),
    Phase("dates", "engine", sweeping.sweep),
    Phase("steps", "engine", execution.advance),
    Phase("limits", "engine", limits.watch),
    Phase("letters to groups", "engine", mailings.work),
    Phase("outbox", "send", outbox.send_due),
    Phase("letters by hand", "engine", by_hand.give),
    Phase("mailbox", "send", inbox.look),
    Phase("webhooks", "send", deliveries.send_due),
    Phase("notes to owners", "send", notices.mail_due),
    Phase("Monday letter", "send", monday.mail_due),
)
PATIENCE = 30.0  # seconds, real time: how long one task works before it makes room
SWEEP_EVERY = 2.0  # seconds, real time: how late a lost nudge can make anything

# Work of the night: once per slot of the clock's time; a slot that passed while everything was off is made good once.
NIGHTLY: dict[str, Verb] = {
    "forget answers to repeated requests": idempotency.forget_answers,
    "forget lists of new uses": usage_answering.forget,
    "months of raw use": partitions.keep,
    "forget lists never taken in": drafts.forget_old,
    "forget how to undo old lists": ledger.forget_old,
    "forget what other systems were told": deliveries.forget_old,
    "forget what mail providers reported": reports.forget_old,
    "forget mail that came in": incoming.forget_old,
    "forget opened links": clicks.forget_old,
    "facts": fact_keeping.roll,
    "first value": first_value.sweep,
    "stages: up by time alone": moving.rise,  # after the facts of the night
    "stages: down": moving.fall,
    "segments": segment_keeping.refresh_all,
    "what is usual in flows": watching.measure,
}
NIGHT_AT = dt.time(3, 0)  # UTC
LOOK_EVERY = dt.timedelta(hours=1)


def work(queue: str, now: dt.datetime) -> int:
    """Works off the phases of a queue until one round finds nothing to do, or for about 30 seconds of real time.

    Returns how much was done; a worker that stops for the time is nudged again and goes on with a fresh `now`.
    """
    return _until_quiet(_of(queue), now, until=time.monotonic() + PATIENCE)


def tick(now: dt.datetime) -> int:
    """Does everything that is due at `now`, whatever its queue; safe beside running workers.

    What may write letters comes first: after an outage it counts how many there are (`mail.catching_up`).
    """
    done = think(now) + _send(now)
    if worked := night(now) + look(now):
        done += worked + think(now) + _send(now)
    return done


def think(now: dt.datetime) -> int:
    """Does what is due at `now` except that nothing leaves the house: no letter, no webhook, no note."""
    return _until_quiet(_of("engine"), now)


def look(now: dt.datetime) -> int:
    """Looks after the house itself unless that was done within the hour; at what is left when all work is done."""
    last = Beat.last(LOOK)
    if last and last <= now < last + LOOK_EVERY:
        return 0
    Beat.note(LOOK, now)
    return watching.sweep(now) + figures.sweep(now)


def night(now: dt.datetime) -> int:
    """Does tonight's work unless it was done since its slot."""
    slot = dt.datetime.combine(now.date(), NIGHT_AT, tzinfo=dt.UTC)
    slot = slot if slot <= now else slot - dt.timedelta(days=1)
    since = Beat.objects.filter(name__startswith=watching.NIGHT, at__gte=slot)
    ready, done = set(since.values_list("name", flat=True)), 0
    for name, verb in NIGHTLY.items():
        if (beat := f"{watching.NIGHT}{name}") not in ready:
            done += verb(now)
            Beat.note(beat, now)
    return done


def beat() -> None:
    """Says that the clock lives, in real time, and notes it where it did not."""
    now = timezone.now()
    last = Beat.last(HEARTBEAT)
    Beat.note(HEARTBEAT, now)
    if last:
        watching.note_silence(last, now)


def _send(now: dt.datetime) -> int:
    """What leaves the house, and whatever follows from it; nothing more where nothing leaves."""
    sent = sum(phase.verb(now) for phase in _of("send"))
    return sent and sent + _until_quiet(PHASES, now)


def _of(queue: str) -> list[Phase]:
    return [phase for phase in PHASES if phase.queue == queue]


def _until_quiet(phases: Sequence[Phase], now: dt.datetime, until: float = math.inf) -> int:
    total = 0
    while done := sum(phase.verb(now) for phase in phases):
        total += done
        if time.monotonic() > until:
            nudges.after_commit(phases[0].queue)
            break
    return total
