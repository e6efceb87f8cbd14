"""Why somebody is, or is not, in a flow, and what comes next: read from decision rows and nothing else."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from flows.models import Decision, Enrolment, Flow, StepRun
from mail import reasons
from mail.models import Message, Postponement
from members.models import Member

NEVER, WAITS, AGAIN, MOVED = "never", "waits", "sent_again", "moved"


@dataclass(frozen=True)
class Line:
    """One decision: when (aware), at which step, because of which event, what was decided, and why.

    `kind` says of what: `decision` (to enter, to leave …), `step`, or `letter`. A step that waits says `until` when.
    `version` is the number of the flow's version that it was decided by, `letter` the key of the letter's version.
    """

    at: dt.datetime
    kind: str
    step: str
    event: str
    verdict: str
    why: str = ""
    until: dt.datetime | None = None
    version: int | None = None
    letter: int | None = None

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
    runs = list(_runs(member, flow))
    decisions = list(
        Decision.objects.filter(member=member, flow=flow).select_related("event").order_by("at", "pk")
    )
    mine = list(Message.objects.filter(group__in=[run.group for run in runs]))
    versions = _Versions(runs, decisions)
    lines = _decisions(decisions, versions) + _visits(runs, mine, versions) + _letters(mine)
    newest = runs[-1] if runs else None
    return Story(
        newest.status if newest else NEVER,
        # Of one moment, that somebody went through comes after the steps that they went through then.
        sorted(lines, key=lambda line: (line.at, line.verdict == Enrolment.Status.COMPLETED)),
        newest.due_at if newest and newest.status == Enrolment.Status.ACTIVE else None,
    )


class _Versions:
    """By which version of the flow a run went at a moment: it may have been moved to another on its way."""

    def __init__(self, runs: Sequence[Enrolment], decisions: Sequence[Decision]) -> None:
        self.now = {run.pk: run.version.number for run in runs}
        self.left: dict[int | None, list[tuple[dt.datetime, int]]] = {}
        for row in decisions:
            if row.verdict == MOVED:
                self.left.setdefault(row.enrolment_id, []).append((row.at, int(row.values["from"])))

    def at(self, run: int | None, moment: dt.datetime, verdict: str) -> int | None:
        """The number of the version; what a move itself says is about the version that was left."""
        for at, number in self.left.get(run, ()):
            if moment < at or (moment == at and verdict == MOVED):
                return number
        return self.now.get(run) if run else None


def _runs(member: Member, flow: Flow) -> QuerySet[Enrolment]:
    found = Enrolment.objects.filter(member=member, flow=flow).select_related("version")
    return found.defer("version__definition").order_by("pk")


def _decisions(rows: Sequence[Decision], versions: _Versions) -> list[Line]:
    return [
        Line(
            row.at,
            "decision",
            row.step,
            _event(row),
            row.verdict,
            row.reason,
            version=versions.at(row.enrolment_id, row.at, row.verdict),
        )
        for row in rows
    ]


def _event(row: Decision) -> str:
    """What happened; of a use, which is no event of its own, the name is among the values."""
    return row.event.name if row.event else str(row.values.get("event", ""))


def _visits(runs: Sequence[Enrolment], mine: Sequence[Message], versions: _Versions) -> list[Line]:
    written = {message.key: message.letter_version_id for message in mine}
    lines = []
    for visit in StepRun.objects.filter(enrolment__in=runs).order_by("pk"):
        is_over, letter = (
            visit.finished_at,
            written.get(f"flow:{visit.enrolment_id}:{visit.uid}:{visit.visit}"),
        )
        at, verdict = (is_over, visit.outcome) if is_over else (visit.reached_at, WAITS)
        # Who waits was reached by the version that they are in now, or goes on in it since they were moved.
        version = (
            versions.at(visit.enrolment_id, at, verdict) if is_over else versions.now[visit.enrolment_id]
        )
        happened = visit.reason if visit.outcome == "event" else ""
        why = visit.reason if is_over else ""
        until = None if is_over else visit.due_at
        lines.append(Line(at, "step", visit.uid, happened, verdict, why, until, version, letter))
    return lines


def _letters(mine: Sequence[Message]) -> list[Line]:
    """What became of the runs' letters, and every time one of them was postponed, with what stood in the way."""
    rows = Postponement.objects.filter(message__in=mine).select_related("message").order_by("pk")
    lines = [_letter(row.message, row.at, reasons.POSTPONED, reasons.words(row.reason)) for row in rows]
    for message in mine:
        lines += _unclear(message)
        if message.status == Message.Status.QUEUED:
            continue
        why = reasons.words(message.reason) or message.reason
        lines.append(_letter(message, message.finished_at or message.created_at, message.status, why))
    return lines


def _letter(message: Message, at: dt.datetime, verdict: str, why: str = "") -> Line:
    return Line(at, "letter", _step_of(message), "", verdict, why, letter=message.letter_version_id)


def _unclear(message: Message) -> list[Line]:
    """That nobody knew whether it had arrived, and that it was sent once more."""
    lines = []
    if message.unknown_at and message.status != Message.Status.UNKNOWN:
        lines.append(_letter(message, message.unknown_at, Message.Status.UNKNOWN))
    if message.resent_at:
        lines.append(_letter(message, message.resent_at, AGAIN))
    return lines


def _step_of(message: Message) -> str:
    return message.key.split(":")[2]
