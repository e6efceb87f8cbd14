"""Steps of a definition as a person would tell them, without a name made for machines."""

from collections.abc import Mapping
from typing import Any
from urllib import parse

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from flows.editing import plain_text
from flows.models.flow import Step
from members import conditions, durations, event_words
from office import phrases

WEEKDAYS = {
    "mon": gettext_lazy("Monday"),
    "tue": gettext_lazy("Tuesday"),
    "wed": gettext_lazy("Wednesday"),
    "thu": gettext_lazy("Thursday"),
    "fri": gettext_lazy("Friday"),
    "sat": gettext_lazy("Saturday"),
    "sun": gettext_lazy("Sunday"),
}
KINDS = {
    "send": gettext_lazy("Letter"),
    "wait": gettext_lazy("Wait"),
    "branch": gettext_lazy("Fork by a condition"),
    "split": gettext_lazy("Split for a trial"),
    "task": gettext_lazy("Task for a person"),
    "set": gettext_lazy("Note something"),
    "webhook": gettext_lazy("Tell another system"),
    "reward": gettext_lazy("Reward"),
    "end": gettext_lazy("The end"),
}
Settings = Mapping[str, Any]


def kind(name: str) -> str:
    """The kind of a step."""
    return str(KINDS.get(name) or phrases.readable(name))


def sentence(step: Settings, letters: Mapping[str, Settings]) -> str:
    """What a step does, in one line: a letter by its subject, a wait by how long."""
    tell = TELL.get(str(step.get("kind")))
    try:
        return tell(step, letters) if tell else kind(str(step.get("kind")))
    except (KeyError, TypeError, ValueError, AttributeError, AssertionError):
        return kind(str(step.get("kind")))  # half written, or imported with a mistake


def of_row(row: Step, definition: Settings) -> str:
    """The sentence of a published step."""
    letters = {letter["slug"]: letter for letter in definition.get("letters", [])}
    return sentence({"uid": row.uid, "kind": row.kind, **row.settings}, letters)


def _send(step: Settings, letters: Mapping[str, Settings]) -> str:
    letter = letters.get(str(step.get("letter")), {})
    read = letter.get(translation.get_language() or "")
    written = read if isinstance(read, Mapping) else letter
    subject = str(written.get("subject") or letter.get("subject") or "").strip()
    return _("Letter “%s”") % plain_text.told(subject) if subject else _("A letter without a subject yet")


def _task(step: Settings, _letters: object) -> str:
    title = str(step.get("title") or "").strip()
    return _("Task: %s") % plain_text.told(title) if title else _("A task without words yet")


def _branch(step: Settings, _letters: object) -> str:
    said = conditions.read_aloud(step.get("if"))
    return _("Fork: %s?") % said if said else _("A fork without a question yet")


def _reward(step: Settings, _letters: object) -> str:
    return _("Gives: %s") % plain_text.told(str(step["reward"]))


def _set(step: Settings, _letters: object) -> str:
    said = []
    if step.get("tag"):
        said.append(_("Puts on the tag “%s”") % step["tag"])
    if step.get("untag"):
        said.append(_("Takes off the tag “%s”") % step["untag"])
    if step.get("field"):
        name = phrases.readable(str(step["field"]).removeprefix("own."))
        said.append(_("Fills in %(name)s: “%(value)s”") % {"name": name, "value": step.get("value", "")})
    return ", ".join(said) or kind("set")


def _split(step: Settings, _letters: object) -> str:
    return _("Tries out %d ways side by side") % len(step["arms"])


def _webhook(step: Settings, _letters: object) -> str:
    # Of an address only its host: the rest may hold a password of the other system.
    whom = step.get("endpoint") or parse.urlsplit(str(step["url"])).hostname
    return _("Tells another system: %s") % whom


def _wait(step: Settings, _letters: object) -> str:
    if "event" in step:
        return _wait_for(step)
    said = []
    if "day" in step:
        said.append(_("until day %s") % step["day"])
    if "for" in step:
        said.append(durations.said(step["for"]))
    if "days" in step:
        days = [str(WEEKDAYS.get(day, day)) for day in step["days"]]
        said.append(_("until %s") % _(" or ").join(days))
    if "at" in step:
        said.append((_("at %s") if said else _("until %s")) % step["at"])
    return _("Waits %s") % ", ".join(said) if said else _("A wait without an end yet")


def _wait_for(step: Settings) -> str:
    what = event_words.name(str(step["event"]))
    if step.get("timeout"):
        most = durations.said(step["timeout"])
        return _("Waits at most %(most)s for: %(what)s") % {"most": most, "what": what}
    return _("Waits for: %s") % what


TELL = {
    "send": _send,
    "wait": _wait,
    "branch": _branch,
    "split": _split,
    "task": _task,
    "reward": _reward,
    "set": _set,
    "webhook": _webhook,
}
