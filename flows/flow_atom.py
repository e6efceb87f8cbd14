"""`{"flow": "welcome", "state": "completed"}`: is, or was, in a flow. No state means any."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from flows.models import Enrolment, Flow
from members.atoms import Condition, Scene, Verdict

KEYS = frozenset({"flow", "state"})


def problems(condition: Condition, place: str, *, in_flow: bool) -> list[str]:  # noqa: ARG001 (every atom is asked so)
    """The flow must exist, and the state be one that runs have."""
    found = []
    if not Flow.objects.filter(slug=str(condition["flow"])).exists():
        found.append(f"{place}: there is no flow “{condition['flow']}”")
    if condition.get("state", "active") not in Enrolment.Status.values:
        found.append(f"{place}: state is one of {', '.join(Enrolment.Status.values)}")
    return found


def q(condition: Condition, now: dt.datetime) -> Q:  # noqa: ARG001 (every atom is asked so)
    """Runs in SQL."""
    return Q(Exists(_runs(condition).filter(member=OuterRef("pk"))))


def evaluate(condition: Condition, scene: Scene) -> dict[int, Verdict]:
    """Runs in Python: one query, however many members there are."""
    runs = _runs(condition).filter(member__in=[member.pk for member in scene.members])
    inside = set(runs.values_list("member_id", flat=True))
    words = f"in flow {condition['flow']}" + (f" as {condition['state']}" if "state" in condition else "")
    return {
        member.pk: Verdict(member.pk in inside, (f"{'is' if member.pk in inside else 'is not'} {words}",))
        for member in scene.members
    }


def read_aloud(condition: Condition) -> str:
    """The flow as staff read it."""
    flow = Flow.objects.filter(slug=condition["flow"]).first()
    name = flow.name if flow else condition["flow"]
    if "state" in condition:
        state = Enrolment.Status(condition["state"]).label
        return _("“%(name)s”: %(state)s") % {"name": name, "state": state}
    return _("is or was in “%(name)s”") % {"name": name}


def known() -> list[tuple[str, str]]:
    """The flows that somebody can choose, by name."""
    return list(Flow.objects.values_list("slug", "name"))


def states() -> list[tuple[str, str]]:
    """How somebody can stand in a flow."""
    return [(word, str(text)) for word, text in Enrolment.Status.choices]


def _runs(condition: Condition) -> QuerySet[Enrolment]:
    runs = Enrolment.objects.filter(flow__slug=condition["flow"])
    return runs.filter(status=condition["state"]) if "state" in condition else runs
