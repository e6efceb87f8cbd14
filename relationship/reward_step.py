"""`reward`: a step of flows that gives a member something, such as a guest ticket.

Rewards with budgets and rules of their own belong to the room `value`, which is not built yet. Until then a person
gives them: the step is a task that says what, to whom and why.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from flows.steps import Visit
from mail import rendering
from relationship import task_step, tasks

KEYS = frozenset({"reward", "title", "due", "to"})


def problems(step: Mapping[str, Any], place: str) -> list[str]:
    """A reward needs words for what is given; `title` says it in other words to who gives it; the rest is a task's."""
    found = []
    if not str(step.get("reward", "")).strip():
        found.append(f"{place}: a reward needs “reward”: what the member is given, such as one guest ticket")
    for key in ("reward", "title"):
        if str(step.get(key, "")).strip():
            found += task_step.problems_of_words(step, key, place)
    return found + task_step.problems_of_order(step, place)


def run(visits: Sequence[Visit], now: dt.datetime) -> None:
    """Asks somebody to give it, and goes on."""
    tasks.give(task_step.orders(visits, now, _title), now)


def rehearse(visits: Sequence[Visit], now: dt.datetime) -> None:
    """Says what somebody would be asked to give."""
    task_step.orders(visits, now, _title)


def _title(visit: Visit, known: Mapping[str, Any]) -> str:
    settings = visit.step.settings
    if str(settings.get("title", "")).strip():
        return rendering.line(settings["title"], known)
    gift = rendering.line(settings["reward"], known)
    with translation.override(known["member"]["language"]):
        return _("Give %(name)s: %(gift)s") % {"name": known["member"]["name"], "gift": gift}
