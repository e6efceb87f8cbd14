"""What one member's walk through a flow tells, line by line, and where they stand at the end of it."""

import datetime as dt
from dataclasses import dataclass, field

from flows.models import Decision, Enrolment, Flow, Step, StepRun
from flows.simulation import telling, turning
from mail import reading, rendering
from mail.models import Message, Postponement
from members.models import Event, Member, StageChange, Usage

Status = Message.Status
GIVEN = ("task", "reward")  # what people here would be asked to do
KINDS = ("happened", "stage", "decided", "reached", "done", "put_off", "letter")


@dataclass(frozen=True)
class Line:
    """One thing that happened or was decided at `at` (aware). `kind` is one of KINDS.

    `name` is an event, a stage, a verdict or an outcome; `reason` why; `step` the uid of the step it is about;
    `until` how long a wait or a postponed letter waits.
    """

    at: dt.datetime
    kind: str
    name: str
    reason: str = ""
    step: str = ""
    until: dt.datetime | None = None


@dataclass(frozen=True)
class Seen:
    """One letter as its member reads it; `trouble` says why it cannot be written."""

    step: str
    at: dt.datetime
    status: str
    subject: str
    why: str = ""
    html: str = ""
    text: str = ""
    trouble: str = ""


@dataclass
class Story:
    """A walk. `state` is the status of the run (empty: never entered); `step` where it stands, `next_at` what time
    something is due next, if it is; `awaits` the event that is waited for. `steps` are those of the flow, unsaved.
    """

    member: Member
    start: dt.datetime
    until: dt.datetime
    lines: list[Line] = field(default_factory=list)
    letters: list[Seen] = field(default_factory=list)
    tasks: list[Line] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    state: str = ""
    step: str = ""
    awaits: str = ""
    next_at: dt.datetime | None = None
    next_is_letter: bool = False


def of(flow: Flow, member: Member, start: dt.datetime, until: dt.datetime) -> Story:
    """Reads the story from what the engine wrote; inside the sandbox."""
    story = Story(member, start, until)
    rows = Step.objects.filter(version=flow.current_id).select_related("version", "letter_version__letter")
    story.steps = list(rows)
    runs = list(Enrolment.objects.filter(flow=flow, member=member).order_by("pk"))
    messages = list(_messages({run.group for run in runs}))
    lines = [*_happened(member, start), *_decided(flow, member), *_stepped(flow, member), *_mail(messages)]
    story.lines = sorted(lines, key=lambda line: (line.at, _rank(line)))
    story.tasks = [line for line in story.lines if line.kind == "done" and line.name in GIVEN]
    story.letters = [_seen(message, until) for message in messages]
    _stand(story, flow, runs, messages)
    return story


def _rank(line: Line) -> int:
    """Of one moment: a wait that is over, then what happens, then what follows; steps in their own order."""
    if line.name == "over":
        return 0
    return 1 + KINDS.index("reached" if line.kind == "done" else line.kind)


def _stand(story: Story, flow: Flow, runs: list[Enrolment], messages: list[Message]) -> None:
    if not runs:
        return
    run = runs[-1]
    story.state, story.step, story.awaits = str(run.status), run.step, run.awaits
    waiting = [one.due_at for one in messages if one.status == Status.QUEUED]
    story.next_at = turning.next_due(flow).next_at
    story.next_is_letter = bool(waiting) and min(waiting) == story.next_at


def _messages(groups: set[str]) -> list[Message]:
    rows = Message.objects.filter(group__in=groups).order_by("first_due_at", "pk")
    return list(rows.select_related("member__plan", "letter_version__letter", "letter_version__sender"))


def _happened(member: Member, start: dt.datetime) -> list[Line]:
    rows = Event.objects.filter(member=member, recorded_at__gte=start).exclude(name__startswith="mail.")
    found = [
        Line(event.occurred_at, "happened", event.name)
        for event in rows.exclude(name="stage.entered").order_by("pk")
    ]
    uses = Usage.objects.filter(member=member, source="walk").values_list("occurred_at", "name")
    found += [Line(at, "happened", name) for at, name in uses]
    moves = StageChange.objects.filter(member=member, at__gte=start).order_by("pk")
    return found + [Line(move.at, "stage", move.to_stage) for move in moves if move.from_stage]


def _decided(flow: Flow, member: Member) -> list[Line]:
    rows = Decision.objects.filter(flow=flow, member=member).order_by("pk")
    return [Line(row.at, "decided", row.verdict, row.reason, row.step) for row in rows]


def _stepped(flow: Flow, member: Member) -> list[Line]:
    found = []
    for row in StepRun.objects.filter(enrolment__flow=flow, enrolment__member=member).order_by("pk"):
        if row.due_at or row.kind == "wait":
            found.append(Line(row.reached_at, "reached", row.kind, step=row.uid, until=row.due_at))
        if row.finished_at and row.kind != "send":
            found.append(Line(row.finished_at, "done", row.outcome, row.reason, row.uid))
    return found


def _mail(messages: list[Message]) -> list[Line]:
    found = [
        Line(
            one.finished_at,
            "letter",
            one.status,
            one.reason_in_words,
            telling.uid_of(one),
        )
        for one in messages
        if one.finished_at is not None
    ]
    by_pk = {one.pk: one for one in messages}
    for row in Postponement.objects.filter(message__in=list(by_pk)).order_by("pk"):
        message = by_pk[row.message_id]
        said = Message(reason=row.reason).reason_in_words
        found.append(Line(row.at, "put_off", "", said, telling.uid_of(message), row.until))
    return found


def _seen(message: Message, now: dt.datetime) -> Seen:
    at, step = message.finished_at or message.due_at, telling.uid_of(message)
    try:
        read = reading.read(message, now)
    except rendering.RenderError as error:
        return Seen(step, at, message.status, message.subject, message.reason_in_words, trouble=str(error))
    return Seen(step, at, message.status, read.subject, message.reason_in_words, read.html, read.text)
