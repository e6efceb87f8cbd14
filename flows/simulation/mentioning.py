"""What a definition asks about besides the member: facts, flows, lists; also by way of the groups that it names."""

from collections.abc import Iterator, Mapping
from typing import Any

from members import conditions, facts, facts_then
from members.models import Segment

Definition = Mapping[str, Any]
# What the register can tell of any moment: from dates it keeps, or from the moves it wrote down.
WITH_HISTORY = facts_then.KNOWN | {"stage", "stage_days", "days_since_joined", "source", "age_band"}


def flows(definition: Definition) -> set[str]:
    """The slugs of flows whose runs it asks about."""
    return {slug for one in _conditions(definition) for slug in conditions.mentioned(one, "flow")}


def facts_asked(definition: Definition) -> set[str]:
    """The names of the facts that it asks about."""
    return {name for one in _conditions(definition) for name in conditions.mentioned(one, "fact")}


def without_history(definition: Definition, *, dates: bool) -> list[str]:
    """What it asks about that is taken as it is today: facts in the dictionary's order, then dates, groups, flows.

    `dates` says whether the dates that set it going are: of some contracts nothing was told on the way.
    """
    asked = list(_conditions(definition))
    named = facts_asked(definition)
    trigger = definition["trigger"]
    date = trigger.get("date") or trigger.get("anchor", "")
    lists = [row.slug for row in _segments(asked) if row.condition is None]
    return [
        *(name for name in facts.FACTS if name in named - WITH_HISTORY),
        *([date] if dates else []),
        *(f"segment {slug}" for slug in lists),
        *(f"flow {slug}" for slug in sorted(flows(definition) - {definition.get("slug")})),
    ]


def _conditions(definition: Definition) -> Iterator[conditions.Condition]:
    """Those it is written with, and those of the groups they name, each once."""
    own = [definition.get("entry"), *(step.get("if") for step in definition.get("steps") or [])]
    waiting, seen = [one for one in own if one], set[str]()
    while waiting:
        one = waiting.pop(0)
        yield one
        new = set(conditions.mentioned(one, "segment")) - seen
        seen |= new
        rows = Segment.objects.filter(slug__in=new) if new else ()
        waiting += [row.condition for row in rows if row.condition]


def _segments(asked: list[conditions.Condition]) -> list[Segment]:
    slugs = {slug for one in asked for slug in conditions.mentioned(one, "segment")}
    return list(Segment.objects.filter(slug__in=slugs).order_by("slug")) if slugs else []
