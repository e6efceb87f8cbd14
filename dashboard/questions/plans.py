"""Letters that are not written down yet: the ones to which waiting members come next."""

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import TruncDate

from dashboard.questions import versions as texts
from dashboard.words import events, lists
from dashboard.words import letters as letters_in_words
from flows.models import Enrolment, Step


@dataclass(frozen=True)
class Planned:
    """A letter that leaves when a wait is over, unless what the wait is for comes before."""

    run: Enrolment
    step: Step
    at: dt.datetime

    @property
    def name(self) -> str:
        """What the letter is called."""
        version = self.step.letter_version
        return letters_in_words.to(version, self.run.member) if version else lists.readable(self.step.uid)

    @property
    def unless(self) -> str:
        """What would make it another letter, or none, by coming first; empty when nothing would."""
        return events.name(self.run.awaits) if self.run.awaits else ""


def waiting() -> QuerySet[Enrolment]:
    """Runs whose wait leads to a letter when its time is over, whatever the member does meanwhile."""
    following = Step.objects.filter(version=OuterRef("version"), position__gt=OuterRef("position"))
    first = Subquery(following.order_by("position").values("kind")[:1])
    waits = Step.objects.filter(version=OuterRef("version"), uid=OuterRef("step"), kind="wait")
    runs = Enrolment.objects.filter(status=Enrolment.Status.ACTIVE, due_at__isnull=False, parked_at=None)
    return runs.filter(Exists(waits.annotate(following=first).filter(following="send")))


def per_day(today: dt.date, until: dt.datetime) -> Counter[dt.date]:
    """How many letters are planned per local day before `until`; what is late counts as today's."""
    found: Counter[dt.date] = Counter()
    rows = waiting().filter(due_at__lt=until).order_by().values_list(TruncDate("due_at"))
    for date, number in rows.annotate(Count("pk")):
        found[max(date, today)] += number
    return found


def letters(runs: Iterable[Enrolment]) -> list[Planned]:
    """The letters these waiting runs come to, in the order of the runs; two queries for all."""
    runs = list(runs)
    steps = _following({run.version_id for run in runs})
    return [
        Planned(run, steps[run.version_id, run.step], run.due_at)
        for run in runs
        if run.due_at and (run.version_id, run.step) in steps
    ]


def _following(versions: set[int]) -> dict[tuple[int, str], Step]:
    """Each step's follower, where that is a letter."""
    rows = Step.objects.filter(version__in=versions).order_by("version", "position")
    ordered = texts.attach(rows)
    pairs = itertools.pairwise(ordered)
    return {
        (step.version_id, step.uid): after
        for step, after in pairs
        if after.version_id == step.version_id and after.kind == "send"
    }
