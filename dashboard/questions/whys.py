"""One member and one flow: how they stand with each other, every decision in order, and what comes next."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dashboard.questions import versions
from dashboard.words import events, lists, steps, whys
from flows import why
from flows.models import Enrolment, Flow, Step
from members.models import Member

STANDS = {
    "active": gettext_noop("%(name)s is in it."),
    "completed": gettext_noop("%(name)s went through it."),
    "goal": gettext_noop("%(name)s reached what it hopes for, and left it."),
    "exited": gettext_noop("%(name)s left it."),
    "ended": gettext_noop("Somebody here took %(name)s out of it."),
    "held_out": gettext_noop("%(name)s is kept out of it, so that those in it can be compared."),
}


@dataclass(frozen=True)
class Told:
    """One decision in words: when (aware), at which step, what, why, and until when somebody waits."""

    at: dt.datetime
    step: str
    text: str
    reason: str
    until: dt.datetime | None


@dataclass(frozen=True)
class Answer:
    """The whole answer. `next_at` is when the flow goes on (aware), `next_step` with what."""

    sentence: str
    lines: list[Told]
    next_at: dt.datetime | None
    next_step: str


def latest(member: Member) -> str:
    """The slug of the flow that decided something about this member last; empty where none ever did."""
    newest = member.decisions.order_by("-at", "-pk").values_list("flow__slug", flat=True).first()
    return newest or ""


def tell(member: Member, flow: Flow) -> Answer:
    """Why this member got, or did not get, what this flow sends; a constant number of queries."""
    story = why.tell(member, flow)
    standing = member.enrolments.filter(flow=flow).select_related("version").order_by("-pk").first()
    names = _Names(flow, story, standing)
    lines = [_told(line, names) for line in story.decisions]
    return Answer(_sentence(member, flow, story), lines, story.next_at, _next(standing, names))


def _sentence(member: Member, flow: Flow, story: why.Story) -> str:
    name = member.first_name or member.name
    if story.state in STANDS:
        return _(STANDS[story.state]) % {"name": name}
    if story.decisions:
        said = {"name": name, "why": whys.reason(story.decisions[-1])}
        return _("%(name)s did not come into it: %(why)s.") % said
    if flow.current is None:
        return _("This flow is not published: nobody comes into it.")
    said = {"name": name, "what": _begins(flow)}
    return (
        _("%(name)s never came into it: it begins with “%(what)s”, and that has not happened since.") % said
    )


def _begins(flow: Flow) -> str:
    assert flow.current is not None
    trigger = flow.current.trigger
    if event := trigger.get("event"):
        return events.name(str(event))
    return ", ".join(str(value) for value in trigger.values())


class _Names:
    """What the steps said in the version that each decision was made by, and what each letter said: three queries."""

    def __init__(self, flow: Flow, story: why.Story, standing: Enrolment | None) -> None:
        numbers = {line.version for line in story.decisions} | {standing.version.number if standing else None}
        rows = Step.objects.filter(version__flow=flow, version__number__in=numbers - {None})
        asked = {line.letter for line in story.decisions if line.letter}
        self._steps: dict[tuple[int | None, str], str] = {
            (step.version.number, step.uid): steps.sentence(step)
            for step in versions.attach(rows.select_related("version").defer("version__definition"))
        }
        self._letters = {pk: steps.letter(row) for pk, row in versions.known(asked).items()}

    def of(self, line: why.Line) -> str:
        """The step or the letter of a line; empty where it is about neither."""
        if line.letter in self._letters:
            return self._letters[line.letter]
        return self.step(line.version, line.step)

    def step(self, version: int | None, uid: str) -> str:
        """What a step says in a version; its name in words where that version does not have it."""
        return self._steps.get((version, uid)) or (lists.readable(uid) if uid else "")


def _told(line: why.Line, names: _Names) -> Told:
    because = events.name(line.event) if line.kind == "decision" and line.event else ""
    reason = whys.reason(line)
    told = ", ".join(text for text in (because, reason if reason != because else "") if text)
    return Told(line.at, names.of(line), whys.sentence(line), told, line.until)


def _next(run: Enrolment | None, names: _Names) -> str:
    if run is None or run.status != Enrolment.Status.ACTIVE:
        return ""
    return names.step(run.version.number, run.step)
