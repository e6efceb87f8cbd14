"""Why somebody is, or is not, in a flow, and what came of it: each decision as one plain sentence."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.words import because, decisions, events, letters
from flows import why
from mail.models import Message
from mail.models.message import REASONS

WALKED = {  # what a step says when it is done
    "queued": gettext_lazy("The letter was put on its way"),
    "over": gettext_lazy("The wait was over"),
    "yes": gettext_lazy("Looked: yes"),
    "no": gettext_lazy("Looked: no"),
    "end": gettext_lazy("Came to the end"),
    "task": gettext_lazy("A task was given to a person"),
    "moved": gettext_lazy("Staff moved them on to another step"),
}


def sentence(line: why.Line) -> str:
    """What was decided."""
    if line.kind == "decision":
        return str(decisions.VERDICTS.get(line.verdict, line.verdict))
    if line.kind == "letter":
        return _letter(line.verdict)
    if line.verdict == why.WAITS:
        return _("Waits here")
    if line.verdict == "event":
        return _("It happened: %s") % events.name(line.event)
    return str(WALKED.get(line.verdict) or _("Went this way: %s") % line.verdict)


def reason(line: why.Line) -> str:
    """Why it was decided so; empty where there is nothing to add."""
    if line.kind == "letter":
        is_code = line.why.partition(":")[0] in REASONS
        return Message(reason=line.why).reason_in_words if is_code else line.why
    if line.kind == "step" and line.verdict not in ("yes", "no"):
        return ""
    return because.said(line.why)


def _letter(status: str) -> str:
    if status == why.AGAIN:
        return _("The letter was put on its way once more")
    if status in Message.Status.values:
        return {"sent": _("The letter was sent"), "skipped": _("The letter was not sent")}.get(
            status, str(letters.STATES[Message.Status(status)])
        )
    return _("The letter has to wait")
