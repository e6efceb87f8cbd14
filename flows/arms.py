"""How the arms of a split do beside one another: how many members went each way, and how many reached the goal."""

from dataclasses import dataclass

from django.db.models import Count, Q

from flows.models import Flow, StepRun


@dataclass(frozen=True)
class Arm:
    """One way of one split: its name, how many members went there, and how many of those reached the flow's goal."""

    split: str
    name: str
    went: int
    reached: int


def of(flow: Flow) -> list[Arm]:
    """Every arm that anybody went down, in all versions; a member who came twice counts once. One query."""
    gone = StepRun.objects.filter(enrolment__flow=flow, kind="split", finished_at__isnull=False)
    people, reached = Count("enrolment", distinct=True), Q(enrolment__goal_at__isnull=False)
    counted = (
        gone.values("uid", "outcome")
        .annotate(went=people, reached=Count("enrolment", distinct=True, filter=reached))
        .order_by("uid", "outcome")
    )
    return [Arm(row["uid"], row["outcome"], row["went"], row["reached"]) for row in counted]
