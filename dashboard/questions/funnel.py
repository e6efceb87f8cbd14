"""Where all members stand in the reverse funnel, and how they moved of late."""

import datetime as dt
import math
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count

from dashboard.questions import people
from dashboard.questions.narrowed import WHOLE, Narrowed
from flows.models import Flow, FlowVersion
from members import ladder
from members.models import Member, StageChange
from members.models.member import Stage

JOINED = (Stage.ONBOARDING, Stage.VALUE, Stage.RELATIONSHIP, Stage.AMBASSADOR)
WALKED_EACH_TIME = 20_000  # members
OF_PURPOSE = {
    "onboarding": Stage.ONBOARDING,
    "value": Stage.VALUE,
    "ask": Stage.AMBASSADOR,
    "leaving": Stage.FORMER,
}


@dataclass(frozen=True)
class Shape:
    """One stage: who is in it, who came and went of late, how long half of them have been there.

    `stalled` of them are longer in onboarding than it lasts, and never had first value.
    """

    stage: Stage
    count: int
    came: int
    went: int
    median_since: dt.datetime | None
    median_days: int | None
    flows: tuple[str, ...]
    stalled: int = 0


@dataclass(frozen=True)
class Funnel:
    """The four stages in order, the former members; how many of those came back of late, how many are new."""

    joined: tuple[Shape, ...]
    former: Shape
    returned: int
    arrived: int = 0

    @property
    def members(self) -> int:
        """Everybody who is a member now."""
        return sum(shape.count for shape in self.joined)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """All five."""
        return (*self.joined, self.former)


def read(now: dt.datetime, of: Narrowed = WHOLE) -> Funnel:
    """The funnel at `now` of those who are meant, in a number of queries that does not depend on how many they are."""
    counts = people.per_stage(of.who())
    came, went, kinds = _moves(now, of)
    flows, stalled = _flows(), ladder.stalled(now).filter(of.who()).count()
    shapes = []
    for stage in (*JOINED, Stage.FORMER):
        count = counts.get(stage, 0)
        since = _median_since(stage, count, of)
        days = max((now - since).days, 0) if since else None
        stuck = stalled if stage == Stage.ONBOARDING else 0
        shapes.append(Shape(stage, count, came[stage], went[stage], since, days, tuple(flows[stage]), stuck))
    returned, arrived = kinds[StageChange.Kind.RETURNED], kinds[StageChange.Kind.JOINED]
    return Funnel(tuple(shapes[:-1]), shapes[-1], returned, arrived)


def _moves(now: dt.datetime, of: Narrowed) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Moves into and out of each stage, and of each kind. Somebody placed at import did not move."""
    changes = StageChange.objects.filter(of.who("member__"), at__gt=now - of.period, at__lte=now)
    changes = changes.exclude(kind=StageChange.Kind.PLACED)
    came: Counter[str] = Counter()
    went: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for kind, source, target, number in (
        changes.order_by().values_list("kind", "from_stage", "to_stage").annotate(number=Count("*"))
    ):
        came[target] += number
        went[source] += number
        kinds[kind] += number
    return came, went, kinds


def _median_since(stage: Stage, count: int, of: Narrowed) -> dt.datetime | None:
    """Since when the middle one of this stage has been in it; one walk along the index of stage and date.

    Of very many the walk is long and its end moves slowly: it is taken again when the number of members changed by a
    hundredth, or after an hour.
    """
    if count <= WALKED_EACH_TIME:
        return _walk(stage, count, of)
    key = f"funnel:{stage}:{of.mark}:{round(math.log(count) * 100)}"
    found: dt.datetime | None = cache.get_or_set(key, lambda: _walk(stage, count, of), timeout=3600)
    return found


def _walk(stage: Stage, count: int, of: Narrowed) -> dt.datetime | None:
    there = Member.objects.filter(of.who(), stage=stage)
    ordered = there.order_by("stage_since").values_list("stage_since", flat=True)
    return next(iter(ordered[count // 2 : count // 2 + 1]), None)


def _flows() -> dict[str, list[str]]:
    """The live flows, by the stage whose members they are for."""
    found: dict[str, list[str]] = defaultdict(list)
    for flow in Flow.objects.filter(current__isnull=False, paused_at=None).select_related("current"):
        if flow.current and (stage := stage_of(flow.current)):
            found[stage].append(flow.name)
    return found


def stage_of(version: FlowVersion) -> str:
    """The stage a flow is for: of its trigger, of its entry, or by the purpose of its letters; else empty."""
    definition = version.definition
    trigger, entry = definition.get("trigger") or {}, definition.get("entry") or {}
    if trigger.get("stage"):
        return str(trigger["stage"])
    if entry.get("fact") == "stage" and entry.get("op") == "=":
        return str(entry["value"])
    return OF_PURPOSE.get(str(definition.get("purpose")), "")
