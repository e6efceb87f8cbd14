"""Everything that stands between a draft and its publishing, in plain words, each with the step it belongs to."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from flows import drafting
from flows.editing import parts
from flows.editing.letter_form import LANGUAGES
from flows.models import Flow
from mail.models import Sender

PLACE = re.compile(r"(steps|letters|senders)\[([^\]]*)\](?: \((\w+)\))?(?:\.[\w.\[\]]+)?: (.*)", re.DOTALL)
HEAD = re.compile(r"[\w.\[\]]+: (.*)", re.DOTALL)
PLAIN = (
    (r"a send needs “letter”.*|there is no letter .*", gettext_lazy("It has no letter yet.")),
    (r"a wait needs .*", gettext_lazy("Say how long it waits, or for what.")),
    (r"a branch needs “then”.*", gettext_lazy("Choose the step it goes on with where the answer is yes.")),
    (r"a condition is a table.*", gettext_lazy("Choose what it asks.")),
    (r"a task needs “title”.*", gettext_lazy("Say what somebody is to do.")),
    (r"there is no step .*", gettext_lazy("It leads to a step that is gone. Choose another one.")),
    (r"there is no sender .*|“sender” is missing.*", gettext_lazy("Choose who writes it.")),
    (r"The subject is empty|.*the subject is empty.*", gettext_lazy("The subject is empty.")),
    (r"The body is empty", gettext_lazy("The text is empty.")),
    (r"a loop without a wait", gettext_lazy("From here it goes round and round without a wait.")),
    (
        r"a loop without a wait that takes time.*",
        gettext_lazy(
            "From here it goes round and round: who comes to the wait again does not wait. Let it take some time."
        ),
    ),
    (r"a flow needs at least one step", gettext_lazy("It has no step yet. Add the first one.")),
    (
        r"kind “.*” is none of .*",
        gettext_lazy("There is no such kind of step. Take it out, or put another in its place."),
    ),
    (r"“name” is missing", gettext_lazy("Give the flow a name.")),
    (r"“purpose” is missing", gettext_lazy("Say what it is for.")),
    (r"“trigger” is missing|“None” is no event name.*", gettext_lazy("Say what sets it going.")),
    (r"what the letters are about is missing.*", gettext_lazy("Choose what members call these letters.")),
    (r"a picture is missing", gettext_lazy("A picture is missing: people answer faces.")),
    (
        r"a phone or a direct mail address is missing",
        gettext_lazy("A phone number or a direct address is missing."),
    ),
    (r"nobody is kept out of these letters", gettext_lazy("Nobody is kept out of letters like these.")),
    (
        r".*braces are opened and never closed.*|.*expected '[%}]}'.*",
        gettext_lazy("A condition was begun and has no end, or a bracket is missing."),
    ),
)


@dataclass(frozen=True)
class Finding:
    """One thing to put right or to think about: `uid` is the step, `sender` the person, `of_steps` says that it is
    about the whole list of steps; else it is about the beginning."""

    text: str
    uid: str = ""
    sender: int = 0
    about: str = ""
    is_error: bool = True
    of_steps: bool = False


def errors(flow: Flow) -> list[Finding]:
    """Everything that stops the draft from being published."""
    return told(flow.draft, drafting.problems(flow.draft, flow))


def told(draft: Mapping[str, Any], problems: Iterable[str]) -> list[Finding]:
    """What a check of this draft said, in plain words."""
    sends = {str(step.get("letter")): step["uid"] for step in reversed(parts.steps(draft))}
    people = {row.slug: row for row in Sender.objects.all()}
    found = [_finding(problem, sends, people) for problem in problems]
    return list(dict.fromkeys(found))


def places(draft: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps by uid and number, as the list of findings names them."""
    return [{"uid": step["uid"], "number": place} for place, step in enumerate(parts.steps(draft), 1)]


def _finding(problem: str, sends: Mapping[str, str], people: Mapping[str, Any]) -> Finding:
    place = PLACE.fullmatch(problem)
    if place is None:
        head = HEAD.fullmatch(problem)
        return Finding(_plain(head[1] if head else problem), of_steps=problem.startswith("steps:"))
    room, name, language, text = place.groups()
    if room == "senders":
        person = people.get(name)
        return Finding(_plain(text), sender=person.pk if person else 0, about=person.name if person else name)
    if room == "letters":
        said = f"({LANGUAGES.get(language, language)})" if language else ""
        return Finding(_plain(text), uid=sends.get(name, ""), about=said)
    return Finding(_plain(text), uid=name)


def _plain(text: str) -> str:
    """The sentence as people say it; one that nobody foresaw stays as it is."""
    for pattern, words in PLAIN:
        if re.fullmatch(pattern, text, re.DOTALL):
            return str(words)
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else _("%s.") % text
