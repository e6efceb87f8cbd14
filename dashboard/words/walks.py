"""A walk through a flow in plain words, line by line."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from dashboard.words import because, decisions, events, steps
from flows import letters
from flows.models import Step
from flows.simulation import chronicle, travelling
from mail.models import Message
from members import conditions
from members.models.member import Stage

LET_IN = gettext_lazy("Somebody here lets them in")
NOBODY = gettext_lazy("There is no such member.")
NO_ZONE = gettext_lazy("Time zone: choose one from the list.")
NO_PLAN = gettext_lazy("Plan: choose one from the list.")
NO_EVENT = gettext_lazy("What happens: choose it from the list.")
NO_TIME = gettext_lazy("The address names a time that cannot be read.")
OUTCOMES = {
    "over": gettext_lazy("The wait is over"),
    "event": gettext_lazy("What was waited for came"),
    "end": gettext_lazy("The end"),
}
LETTERS = {
    Message.Status.SENT: gettext_lazy("Got a letter"),
    Message.Status.SKIPPED: gettext_lazy("A letter was not sent"),
    Message.Status.FAILED: gettext_lazy("A letter could not be sent"),
}


def is_name(name: str) -> bool:
    """Whether something of this name may happen on a walk."""
    return name == travelling.LET_IN or (bool(conditions.EVENT_NAME.fullmatch(name)) and len(name) <= 80)


def languages(definition: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The languages that the letters speak, by code and name."""
    codes = [code for letter in definition.get("letters", []) for code in letters.texts(letter, definition)]
    return [(code, _language(code)) for code in dict.fromkeys(codes)]


def sentence(line: chronicle.Line, plan: Mapping[str, Step], subjects: Mapping[str, str]) -> tuple[str, str]:
    """What a line says, and what it adds in small print; `subjects` of letters by their steps."""
    if line.kind == "happened":
        return events.name(line.name), ""
    if line.kind == "stage":
        return _("Moves to the stage %s") % Stage(line.name).label, ""
    if line.kind == "decided":
        return str(decisions.VERDICTS.get(line.name, line.name)), because.said(line.reason)
    step = steps.sentence(plan[line.step]) if line.step in plan else ""
    if line.kind == "reached":
        return step, ""
    if line.kind == "put_off":
        return _("A letter waits"), line.reason
    if line.kind == "letter":
        return str(LETTERS.get(Message.Status(line.name), _("A letter"))), line.reason or subjects.get(
            line.step, step
        )
    return _done(line, step)


def standing(story: chronicle.Story) -> str:
    """Where the member stands at the end."""
    plan = {step.uid: step for step in story.steps}
    if not story.state:
        return _("Not in the flow yet.")
    if story.state == "active":
        return _("In the flow, at: %s.") % (steps.sentence(plan[story.step]) if story.step in plan else "")
    return str(decisions.VERDICTS.get(story.state, story.state)) + "."


def coming(story: chronicle.Story) -> str:
    """What comes next; empty when nothing does by itself."""
    if story.next_is_letter:
        return _("Next a letter leaves")
    return _("Next it goes on") if story.next_at else ""


def _done(line: chronicle.Line, step: str) -> tuple[str, str]:
    if line.name in chronicle.GIVEN:
        return _("Somebody here gets a task"), line.reason
    if line.name == "event":
        return str(OUTCOMES["event"]), events.name(line.reason)
    if line.name in OUTCOMES:
        return str(OUTCOMES[line.name]), ""
    return step, line.reason


def _language(code: str) -> str:
    try:
        return str(get_language_info(code)["name_local"])
    except KeyError:
        return code
