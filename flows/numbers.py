"""Who stands where in a flow, step by step: one query per kind of number, over all versions."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Concat, Length, Substr

from flows.models import Enrolment, Flow, Step, StepRun
from mail.models import Message
from members.models import Member

Status = Enrolment.Status
LEFT = (Status.EXITED, Status.ENDED, Status.GOAL)
KINDS = ("waiting", "done", "skipped", "left")
# Whether or not it ended the run; who is held out reaches it without the flow.
GOAL = ~Q(status=Status.HELD_OUT) & Q(goal_at__isnull=False)
OF_ALL = {  # the numbers of a whole flow
    "waiting": Q(status=Status.ACTIVE),
    "through": Q(status=Status.COMPLETED),
    "goal": GOAL,
    "left": Q(status__in=(Status.EXITED, Status.ENDED)),
}


@dataclass(frozen=True)
class Numbers:
    """The members of one step: who stands there, who has passed it, whose letter was not sent, who left there."""

    waiting: int = 0
    done: int = 0
    skipped: int = 0
    left: int = 0


def of(flow: Flow) -> dict[str, Numbers]:
    """The numbers by the uid of the step; four queries."""
    waiting = _counted(flow.enrolments.filter(status=Status.ACTIVE), "step")
    left = _counted(flow.enrolments.filter(status__in=LEFT), "step")
    done = _counted(StepRun.objects.filter(enrolment__flow=flow, finished_at__isnull=False), "uid")
    skipped: Counter[str] = Counter()
    places = _skipped(flow).values_list("at")  # type: ignore[misc]  # annotated
    for at, number in places.annotate(number=Count("*")):
        skipped[at.rpartition(":")[0]] += number
    uids = {*waiting, *left, *done, *skipped}
    return {uid: Numbers(waiting[uid], done[uid], skipped[uid], left[uid]) for uid in uids}


def had(flow: Flow, uids: Collection[str]) -> dict[str, tuple[int, int]]:
    """Of each of these letters: how many members came to it, how many in the flow have not yet; three queries."""
    came = _counted(
        StepRun.objects.filter(enrolment__flow=flow, uid__in=uids, finished_at__isnull=False), "uid"
    )
    inside = flow.enrolments.filter(status=Status.ACTIVE)
    here = StepRun.objects.filter(enrolment__in=inside, uid__in=uids, finished_at__isnull=False)
    passed = Counter(dict(here.order_by().values_list("uid").annotate(Count("enrolment", distinct=True))))
    number = inside.count() if uids else 0
    return {uid: (came[uid], number - passed[uid]) for uid in uids}


def people(flow: Flow, uid: str, kind: str) -> QuerySet[Member]:
    """The members behind one number, newest first."""
    found = {"skipped": _without_letter, "done": _passed}.get(kind)
    if found:
        known = Member.objects.filter(pk__in=found(flow, uid))
    else:
        wanted = (Status.ACTIVE,) if kind == "waiting" else LEFT
        known = Member.objects.filter(
            pk__in=flow.enrolments.filter(step=uid, status__in=wanted).values("member")
        )
    return known.select_related("plan").order_by("-joined_at", "-pk")


def people_of_all(flow: Flow, kind: str) -> QuerySet[Member]:
    """The members behind one number of the whole flow, newest first."""
    runs = flow.enrolments.filter(OF_ALL[kind])
    return (
        Member.objects.filter(pk__in=runs.values("member"))
        .select_related("plan")
        .order_by("-joined_at", "-pk")
    )


def _without_letter(flow: Flow, uid: str) -> QuerySet[Any, Any]:
    return _skipped(flow).filter(at__startswith=f"{uid}:").values("member")  # type: ignore[misc]  # annotated


def _passed(flow: Flow, uid: str) -> QuerySet[Any, Any]:
    runs = StepRun.objects.filter(enrolment__flow=flow, uid=uid, finished_at__isnull=False)
    return runs.values("enrolment__member")


def _counted(rows: QuerySet[Enrolment] | QuerySet[StepRun], field: str) -> Counter[str]:
    return Counter(dict(rows.order_by().values_list(field).annotate(number=Count("*"))))


def _skipped(flow: Flow) -> QuerySet[Message]:
    """Letters of this flow that stayed; `at` is the step and the visit, as in `hello:1`, out of their keys."""
    letters = Step.objects.filter(version__flow=flow, letter_version__isnull=False).values("letter_version")
    rows = Message.objects.filter(status=Message.Status.SKIPPED, letter_version__in=letters)
    inside = rows.filter(key__startswith="flow:").annotate(
        at=Substr("key", Length(Concat("group", Value(":"))) + 1)
    )
    return inside.order_by()
