"""The steps of a batch of runs, and what is written down about them, read and written in a few queries."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from flows.models import Decision, Enrolment, Step, StepRun
from flows.steps import AwaitLetter, Finish, Go, Visit, Wait, wait
from office import bulk

MOVED = ["step", "visit", "planned_at", "due_at", "awaits", "letter_pending", "status", "finished_at"]
FINISHED = ["due_at", "finished_at", "outcome", "reason", "values"]
Plans = dict[int, list[Step]]  # the steps of versions, by the version's key
_remembered: ContextVar[Plans | None] = ContextVar("remembered", default=None)


@dataclass
class Journal:
    """What a batch has read and is about to write; `write` writes all of it."""

    now: dt.datetime
    plans: Plans
    open: dict[int, StepRun]
    earlier: dict[tuple[int, str], StepRun]
    visits: Counter[tuple[int, str]]
    touched: dict[int, Enrolment] = field(default_factory=dict)
    runs: dict[int, StepRun] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)

    @classmethod
    def of(cls, runs: Sequence[Enrolment], now: dt.datetime) -> "Journal":
        """Reads the steps and open visits of these runs: two queries, whatever their number."""
        plans = _plans({run.version_id for run in runs})
        open_, earlier, visits = {}, {}, Counter[tuple[int, str]]()
        for seen in StepRun.objects.filter(enrolment__in=[run.pk for run in runs]).order_by("pk"):
            visits[seen.enrolment_id, seen.uid] += 1
            if seen.finished_at is None:
                open_[seen.enrolment_id] = seen
            else:
                earlier[seen.enrolment_id, seen.uid] = seen
        return cls(now, plans, open_, earlier, visits)

    def visit(self, run: Enrolment) -> Visit:
        """Where this run stands: the visit that is still open, or a new one."""
        step = self._step(run)
        at = self.open.get(run.pk)
        if at is None or at.uid != step.uid:
            self.visits[run.pk, step.uid] += 1
            at = StepRun(
                enrolment=run,
                uid=step.uid,
                visit=self.visits[run.pk, step.uid],
                kind=step.kind,
                reached_at=self.now,
            )
            self.open[run.pk] = at
        run.step, run.visit = step.uid, at.visit
        before = self.earlier.get((run.pk, step.uid))
        since = wait.ended_at(before) if before else None
        return Visit(run, run.member, step, at, since or run.entered_at, again=before is not None)

    def settle(self, visit: Visit) -> bool:
        """Writes the result of a visit into its run; whether the run goes on at once."""
        run, at, result = visit.enrolment, visit.run, visit.result
        self.touched[run.pk] = run
        self.runs[id(at)] = at
        if isinstance(result, AwaitLetter):
            run.letter_pending = True
            return False
        if isinstance(result, Wait):
            run.due_at, run.awaits, at.due_at = result.until, result.awaits, result.until
            return False
        assert result is not None  # every kind decides every visit
        at.finished_at, at.reason = self.now, result.reason
        at.outcome = result.outcome if isinstance(result, Go) else "end"
        self._close(visit)
        if isinstance(result, Finish):
            return self._complete(visit)
        at.values = dict(result.values)
        return self._go(visit, result)

    def write(self) -> None:
        """Writes everything down: new visits, finished ones, positions and decisions."""
        known = [run for run in self.runs.values() if run.pk]
        StepRun.objects.bulk_create([run for run in self.runs.values() if not run.pk])
        bulk.update((run for run in known if run.finished_at), FINISHED)
        bulk.update(self.touched.values(), MOVED)
        Decision.objects.bulk_create(self.decisions)

    def _step(self, run: Enrolment) -> Step:
        plan = self.plans[run.version_id]
        return next((step for step in plan if step.uid == run.step), plan[0])

    def _close(self, visit: Visit) -> None:
        self.open.pop(visit.enrolment.pk, None)
        self.earlier[visit.enrolment.pk, visit.run.uid] = visit.run

    def _go(self, visit: Visit, result: Go) -> bool:
        run, plan = visit.enrolment, self.plans[visit.enrolment.version_id]
        position = next(place for place, step in enumerate(plan) if step.uid == visit.step.uid)
        to = result.to or (plan[position + 1].uid if position + 1 < len(plan) else None)
        run.planned_at = result.planned_at or self.now
        if to is None:
            return self._complete(visit)
        run.step, run.awaits, run.due_at = to, "", self.now
        return True

    def _complete(self, visit: Visit) -> bool:
        run = visit.enrolment
        run.status, run.finished_at = Enrolment.Status.COMPLETED, self.now
        run.due_at, run.awaits = None, ""
        self.decisions.append(
            Decision(
                flow_id=run.flow_id,
                member_id=run.member_id,
                enrolment=run,
                at=self.now,
                verdict="completed",
                step=visit.step.uid,
            )
        )
        return False


@contextmanager
def remembering() -> Iterator[None]:
    """Inside, the steps of a version are read once: where one worker alone works, and nothing is published."""
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def _plans(versions: Collection[int]) -> Plans:
    """The steps of these versions; each version is read once, not once for each step."""
    known = _remembered.get()
    plans: Plans = {} if known is None else known
    if missing := set(versions) - plans.keys():
        rows = Step.objects.filter(version_id__in=missing).prefetch_related("version")
        texts = ("letter_version__texts", "letter_version__source")
        for step in rows.select_related("letter_version").defer(*texts):
            plans.setdefault(step.version_id, []).append(step)
    return plans
