"""What a definition asks about besides the member: facts, flows, lists; also by way of the groups that it names."""

from collections.abc import Iterator, Mapping
from typing import Any

from flows import dates
from members import conditions, facts
from members.models import Segment

Definition = Mapping[str, Any]
# What the register can tell of any moment: from dates it keeps, or from the moves it wrote down.
WITH_HISTORY = frozenset("stage stage_days activated days_since_joined source birth_year age_band".split())


def flows(definition: Definition) -> set[str]:
    """The slugs of flows whose runs it asks about."""
    return {slug for one in _conditions(definition) for slug in conditions.mentioned(one, "flow")}


def without_history(definition: Definition) -> list[str]:
    """What it asks about that is taken as it is today: facts in the dictionary's order, then dates, groups, flows."""
    asked = list(_conditions(definition))
    named = {name for one in asked for name in conditions.mentioned(one, "fact")}
    trigger = definition["trigger"]
    date = trigger.get("date") or (trigger.get("anchor", dates.ANCHOR) if "every" in trigger else "")
    lists = [row.slug for row in _segments(asked) if row.condition is None]
    return [
        *(name for name in facts.FACTS if name in named - WITH_HISTORY),
        *([date] if date.startswith("subscription.") else []),
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
