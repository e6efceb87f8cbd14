"""What must always be true of the stored rows. `manage.py audit` and the fault tests ask the same functions."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from lifecycle import clock
from lifecycle.invariants import arrivals, letters, limits, lines, people, runs
from lifecycle.invariants.lines import Check, Moment
from office import clock as time
from office.models import Beat

SHOWN = 20  # of a broken rule, this many rows are named
STILL = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Broken:
    """A rule that does not hold: its sentence, how many rows break it, and the first of them in words."""

    rule: str
    count: int
    rows: list[str]


ALWAYS: dict[str, Check] = {
    "A letter exists once: no step, and no Message-ID, has two.": letters.doubled,
    "No letter that a member may refuse left after the member, or a dead address, said no.": letters.after_a_no,
    "No letter left later than it was worth sending.": letters.after_its_time,
    "Nobody got more letters, or asks, than the limits allow.": limits.passed,
    "A run that was left or ended has no letter on its way.": letters.of_left_runs,
    "Only a letter that a worker holds has a lease, and its times fit its state.": letters.states_and_times,
    "No worker holds a letter longer than its lease.": letters.held_too_long,
    "Every letter that was sent is on its member's timeline.": letters.sent_without_event,
    "A send step that is done has its letter, and a letter of a flow its step.": letters.without_counterpart,
    "A member on the way through a flow stands at a step of it and has something to wait for.": runs.adrift,
    "Nobody entered or left a flow without a line that says why.": runs.undecided,
    "What was published was not changed afterwards.": runs.changed_versions,
    "A member's stage is the one of the last line in their history.": people.stage_differs,
    "Former members, and only they, have no live subscription.": people.former_with_contract,
}

IN_TIME: dict[str, Check] = {
    "No letter is overdue.": letters.overdue,
    "No step is overdue.": runs.overdue,
    "No event waits for its answers.": arrivals.unanswered,
    "Nothing that arrived waits to be read.": arrivals.unread,
}


def broken(moment: Moment, *, in_time: bool) -> Iterator[Broken]:
    """The rules that do not hold. `in_time` asks also whether anything is late."""
    for rule, check in (ALWAYS | (IN_TIME if in_time else {})).items():
        found = lines.first(check(moment), SHOWN)
        if found.count:
            yield Broken(rule, found.count, found.rows)


def clock_is_alive() -> bool:
    """Whether being late means anything: the clock beat within the last minute, in real time."""
    alive = Beat.objects.filter(name=clock.HEARTBEAT, at__gte=timezone.now() - STILL)
    return alive.exists() and not time.is_sandbox()
