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
    names = _steps(member, flow)
    lines = [_told(line, names) for line in story.decisions]
    standing = member.enrolments.filter(flow=flow).order_by("-pk").first()
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


def _steps(member: Member, flow: Flow) -> dict[str, str]:
    """What each step says, of the version this member is in, or of the live one."""
    known = member.enrolments.filter(flow=flow).order_by("-pk").values_list("version", flat=True).first()
    rows = versions.attach(Step.objects.filter(version=known or flow.current_id))
    return {step.uid: steps.sentence(step) for step in rows}


def _told(line: why.Line, names: dict[str, str]) -> Told:
    step = names.get(line.step) or (lists.readable(line.step) if line.step else "")
    because = events.name(line.event) if line.kind == "decision" and line.event else ""
    reason = whys.reason(line)
    told = ", ".join(text for text in (because, reason if reason != because else "") if text)
    return Told(line.at, step, whys.sentence(line), told, line.until)


def _next(run: Enrolment | None, names: dict[str, str]) -> str:
    if run is None or run.status != Enrolment.Status.ACTIVE:
        return ""
    return names.get(run.step, lists.readable(run.step)) if run.step else ""
