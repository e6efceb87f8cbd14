"""Where all members stand in the reverse funnel, and how they moved in the last 30 days."""

import datetime as dt
import math
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count

from dashboard.questions import people
from flows.models import Flow, FlowVersion
from members import ladder
from members.models import Member, StageChange
from members.models.member import Stage

JOINED = (Stage.ONBOARDING, Stage.VALUE, Stage.RELATIONSHIP, Stage.AMBASSADOR)
PERIOD = dt.timedelta(days=30)
WALKED_EACH_TIME = 20_000  # members
OF_PURPOSE = {
    "onboarding": Stage.ONBOARDING,
    "value": Stage.VALUE,
    "ask": Stage.AMBASSADOR,
    "leaving": Stage.FORMER,
}


@dataclass(frozen=True)
class Shape:
    """One stage: who is in it, who came and went in 30 days, how long half of them have been there.

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
    """The four stages in order, the former members; how many of those came back in 30 days, how many are new."""

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


def read(now: dt.datetime) -> Funnel:
    """The funnel at `now`, in a number of queries that does not depend on the number of members."""
    counts = people.per_stage()
    came, went, kinds = _moves(now)
    flows, stalled = _flows(), ladder.stalled(now).count()
    shapes = []
    for stage in (*JOINED, Stage.FORMER):
        count = counts.get(stage, 0)
        since = _median_since(stage, count)
        days = max((now - since).days, 0) if since else None
        stuck = stalled if stage == Stage.ONBOARDING else 0
        shapes.append(Shape(stage, count, came[stage], went[stage], since, days, tuple(flows[stage]), stuck))
    returned, arrived = kinds[StageChange.Kind.RETURNED], kinds[StageChange.Kind.JOINED]
    return Funnel(tuple(shapes[:-1]), shapes[-1], returned, arrived)


def _moves(now: dt.datetime) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Moves into and out of each stage, and of each kind. Somebody placed at import did not move."""
    changes = StageChange.objects.filter(at__gt=now - PERIOD, at__lte=now).exclude(
        kind=StageChange.Kind.PLACED
    )
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


def _median_since(stage: Stage, count: int) -> dt.datetime | None:
    """Since when the middle one of this stage has been in it; one walk along the index of stage and date.

    Of very many the walk is long and its end moves slowly: it is taken again when the number of members changed by a
    hundredth, or after an hour.
    """
    if count <= WALKED_EACH_TIME:
        return _walk(stage, count)
    key = f"funnel:{stage}:{round(math.log(count) * 100)}"
    found: dt.datetime | None = cache.get_or_set(key, lambda: _walk(stage, count), timeout=3600)
    return found


def _walk(stage: Stage, count: int) -> dt.datetime | None:
    ordered = Member.objects.filter(stage=stage).order_by("stage_since").values_list("stage_since", flat=True)
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
