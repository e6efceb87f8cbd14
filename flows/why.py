"""Why somebody is, or is not, in a flow, and what comes next: read from decision rows and nothing else."""

import datetime as dt
from dataclasses import dataclass

from flows.models import Decision, Enrolment, Flow, StepRun
from mail import reasons
from mail.models import Message, Postponement
from members.models import Member

NEVER, WAITS, AGAIN = "never", "waits", "sent_again"


@dataclass(frozen=True)
class Line:
    """One decision: when (aware), at which step, because of which event, what was decided, and why.

    `kind` says of what: `decision` (to enter, to leave …), `step`, or `letter`. A step that waits says `until` when.
    """

    at: dt.datetime
    kind: str
    step: str
    event: str
    verdict: str
    why: str = ""
    until: dt.datetime | None = None

    @property
    def reason(self) -> str:
        """What was decided and why, in one line for programs."""
        until = f" until {self.until:%Y-%m-%d %H:%M} UTC" if self.until else ""
        return f"{self.verdict}: {self.why}".strip(": ") + until


@dataclass(frozen=True)
class Story:
    """How a member stands with a flow: the newest run's status, or `never`, and every decision in order."""

    state: str
    decisions: list[Line]
    next_at: dt.datetime | None


def tell(member: Member, flow: Flow) -> Story:
    """The whole story of one member and one flow; a constant number of queries."""
    runs = list(Enrolment.objects.filter(member=member, flow=flow).order_by("pk"))
    lines = _decisions(member, flow) + _visits(runs) + _letters(runs)
    newest = runs[-1] if runs else None
    return Story(
        newest.status if newest else NEVER,
        # Of one moment, that somebody went through comes after the steps that they went through then.
        sorted(lines, key=lambda line: (line.at, line.verdict == Enrolment.Status.COMPLETED)),
        newest.due_at if newest and newest.status == Enrolment.Status.ACTIVE else None,
    )


def _decisions(member: Member, flow: Flow) -> list[Line]:
    rows = Decision.objects.filter(member=member, flow=flow).select_related("event").order_by("at", "pk")
    return [Line(row.at, "decision", row.step, _event(row), row.verdict, row.reason) for row in rows]


def _event(row: Decision) -> str:
    """What happened; of a use, which is no event of its own, the name is among the values."""
    return row.event.name if row.event else str(row.values.get("event", ""))


def _visits(runs: list[Enrolment]) -> list[Line]:
    lines = []
    for visit in StepRun.objects.filter(enrolment__in=runs).order_by("pk"):
        if visit.finished_at is None:
            lines.append(Line(visit.reached_at, "step", visit.uid, "", WAITS, until=visit.due_at))
        else:
            happened = visit.reason if visit.outcome == "event" else ""
            lines.append(Line(visit.finished_at, "step", visit.uid, happened, visit.outcome, visit.reason))
    return lines


def _letters(runs: list[Enrolment]) -> list[Line]:
    """What became of the runs' letters, and every time one of them was postponed, with what stood in the way."""
    mine = Message.objects.filter(group__in=[run.group for run in runs])
    lines = [
        Line(row.at, "letter", _step_of(row.message), "", reasons.POSTPONED, reasons.words(row.reason))
        for row in Postponement.objects.filter(message__in=mine).select_related("message").order_by("pk")
    ]
    for message in mine:
        lines += _unclear(message)
        if message.status == Message.Status.QUEUED:
            continue
        why = reasons.words(message.reason) or message.reason
        at = message.finished_at or message.created_at
        lines.append(Line(at, "letter", _step_of(message), "", message.status, why))
    return lines


def _unclear(message: Message) -> list[Line]:
    """That nobody knew whether it had arrived, and that it was sent once more."""
    lines = []
    if message.unknown_at and message.status != Message.Status.UNKNOWN:
        lines.append(Line(message.unknown_at, "letter", _step_of(message), "", Message.Status.UNKNOWN))
    if message.resent_at:
        lines.append(Line(message.resent_at, "letter", _step_of(message), "", AGAIN))
    return lines


def _step_of(message: Message) -> str:
    return message.key.split(":")[2]
