"""Everything the page of one member says, each part by one query."""

import datetime as dt
from dataclasses import dataclass

from dashboard.questions import funnel, plans, versions
from dashboard.words import lists, steps
from flows.models import Decision, Enrolment, Step
from mail.models import Message
from members.models import Member, StageChange, Subscription
from members.models.member import Stage
from relationship.models import Task

LAST_LETTERS = 5


@dataclass(frozen=True)
class Rung:
    """One stage of the ladder: since when it was reached, and whether she stands there now."""

    stage: Stage
    at: dt.datetime | None
    is_here: bool


@dataclass(frozen=True)
class Run:
    """One run through a flow: where it is, in words, and when it goes on."""

    enrolment: Enrolment
    step: str

    @property
    def is_inside(self) -> bool:
        """Whether it is still under way."""
        return self.enrolment.status == Enrolment.Status.ACTIVE

    @property
    def state(self) -> str:
        """How it ended."""
        return str(Enrolment.Status(self.enrolment.status).label).capitalize()


def subscription(member: Member) -> Subscription | None:
    """The contract that counts: a live one before an ended one, the latest first."""
    rows = list(member.subscriptions.select_related("plan").order_by("-started_at", "-pk"))
    live = (row for row in rows if row.status != Subscription.Status.ENDED)
    return next(live, rows[0] if rows else None)


def moves(member: Member) -> list[StageChange]:
    """The stage history, newest first."""
    return list(member.stage_changes.select_related("by").order_by("-at", "-pk"))


def ladder(member: Member, history: list[StageChange]) -> list[Rung]:
    """The four stages with the date each was last reached; none for those above."""
    reached: dict[str, dt.datetime] = {}
    for move in history:
        reached.setdefault(move.to_stage, move.at)
    here = funnel.JOINED.index(Stage(member.stage)) if member.stage in funnel.JOINED else -1
    return [
        Rung(stage, reached.get(stage) if place <= here or here < 0 else None, place == here)
        for place, stage in enumerate(funnel.JOINED)
    ]


def letters_ahead(member: Member) -> list[Message]:
    """Letters to her that are written down and have not left."""
    rows = member.messages.filter(status__in=Message.PENDING).order_by("due_at", "pk")
    return versions.attach(rows.defer("values"))


def letters_past(member: Member) -> list[Message]:
    """Her last letters, whatever became of them."""
    rows = member.messages.exclude(status__in=Message.PENDING).order_by("-first_due_at", "-pk")
    return versions.attach(rows.defer("values")[:LAST_LETTERS])


def planned(member: Member) -> list[plans.Planned]:
    """Letters she comes to when a wait is over."""
    return plans.letters(
        plans.waiting().filter(member=member).select_related("flow", "member").order_by("due_at", "pk")
    )


def open_tasks(member: Member) -> list[Task]:
    """What somebody here is still to do for her, soonest first."""
    return list(
        member.tasks.filter(done_at=None).select_related("assigned_to", "letter").order_by("due_at", "pk")
    )


def runs(member: Member) -> list[Run]:
    """Her runs through flows, the ones under way first."""
    rows = list(member.enrolments.select_related("flow", "version").order_by("finished_at", "-entered_at"))
    rows.sort(key=lambda run: run.status != Enrolment.Status.ACTIVE)
    told = {(step.version_id, step.uid): step for step in _steps(rows)}
    return [_run(run, told.get((run.version_id, run.step))) for run in rows]


def decisions(member: Member) -> list[Decision]:
    """Why she is, or is not, in a flow: the latest reasons first."""
    return list(member.decisions.select_related("flow").order_by("-at", "-pk")[:30])


def _steps(rows: list[Enrolment]) -> list[Step]:
    return versions.attach(Step.objects.filter(version__in={run.version_id for run in rows}))


def _run(run: Enrolment, step: Step | None) -> Run:
    return Run(run, steps.sentence(step) if step else lists.readable(run.step))
