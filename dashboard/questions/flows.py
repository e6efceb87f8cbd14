"""The flows: who is where in them."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Count

from dashboard.questions import versions
from dashboard.words import steps
from flows import numbers
from flows.models import Enrolment, Flow, Step

Status = Enrolment.Status


@dataclass(frozen=True)
class Summary:
    """One flow in the list: how many are in it, went through, left it, and of all these reached the goal."""

    flow: Flow
    inside: int
    through: int
    goal: int
    left: int


@dataclass(frozen=True)
class Stop:
    """One step of a flow: what it does, where its event leads, and its numbers."""

    step: Step
    text: str
    leads_to: int | None
    numbers: numbers.Numbers


def summaries() -> list[Summary]:
    """All flows with their numbers, in three queries."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    runs = Enrolment.objects.order_by()
    for flow, status, number in runs.values_list("flow", "status").annotate(number=Count("*")):
        found[flow][status] = number
    goals = dict(runs.filter(numbers.GOAL).values_list("flow").annotate(number=Count("*")))
    flows = Flow.objects.select_related("current")
    return [summary(flow, found[flow.pk], goals.get(flow.pk, 0)) for flow in flows]


def summary(flow: Flow, found: Counter[str], goal: int) -> Summary:
    """One flow's numbers."""
    left = found[Status.EXITED] + found[Status.ENDED]
    return Summary(flow, found[Status.ACTIVE], found[Status.COMPLETED], goal, left)


def of(flow: Flow) -> Summary:
    """The numbers of this flow alone."""
    rows = flow.enrolments.order_by().values_list("status").annotate(number=Count("*"))
    return summary(flow, Counter(dict(rows)), flow.enrolments.filter(numbers.GOAL).count())


def stops(flow: Flow) -> list[Stop]:
    """The steps of the live version in order, with the members of all versions, in six queries."""
    rows = versions.attach(Step.objects.filter(version=flow.current_id))
    counted = numbers.of(flow)
    places = {step.uid: place for place, step in enumerate(rows, start=1)}
    return [
        Stop(
            step,
            steps.sentence(step),
            places.get(step.settings.get("then", "")),
            counted.get(step.uid, numbers.Numbers()),
        )
        for step in rows
    ]


def standing_still(flow: Flow) -> list[Enrolment]:
    """Runs set aside because a step failed."""
    rows = flow.enrolments.filter(parked_at__isnull=False, status=Status.ACTIVE)
    return list(rows.select_related("member").order_by("-parked_at")[:20])
