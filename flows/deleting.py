"""Taking a flow away for good: never while somebody is inside, and never while something else asks for it."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from flows import moving_runs
from flows.models import Decision, Enrolment, Flow, FlowVersion
from members import conditions
from members.models import Segment, StageRule
from office import audit
from office.models import User


class StillNeeded(Exception):
    """Why the flow cannot be deleted yet, in plain words."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def obstacles(flow: Flow) -> list[str]:
    """What asks for this flow, in words. Members inside are no part of it: `moving_runs.inside` counts them."""
    found = [
        _("segment “%s”") % segment.name
        for segment in Segment.objects.all()
        if _asks(segment.condition, flow)
    ]
    rules = [rule for rule in StageRule.objects.all() if _asks(rule.enter, flow) or _asks(rule.fall, flow)]
    found += [_("the rule for the stage %s") % rule for rule in rules]
    for other in Flow.objects.exclude(pk=flow.pk).select_related("current"):
        said = [other.draft, other.current.definition if other.current else {}]
        if any(_mentions(one, flow.slug) for one in said):
            found.append(_("flow “%s”") % other.name)
    return found


def delete(flow: Flow, by: User, now: dt.datetime) -> None:
    """Takes the flow away, with its versions and with why members were in it; what they got stays on their pages.

    Raises StillNeeded while somebody is inside or something asks for it.
    """
    with transaction.atomic():
        kept = Flow.objects.select_for_update(of=("self",)).get(pk=flow.pk)
        reasons = obstacles(kept)
        if number := moving_runs.inside(kept).count():
            reasons.append(_("%d members are in it") % number)
        if reasons:
            raise StillNeeded(reasons)
        Decision.objects.filter(flow=kept).delete()
        Enrolment.objects.filter(flow=kept).delete()
        Flow.objects.filter(pk=kept.pk).update(current=None)
        FlowVersion.objects.filter(flow=kept).delete()
        audit.record(by, "flow.deleted", kept.slug, now)
        kept.delete()


def _asks(condition: Any, flow: Flow) -> bool:
    return flow.slug in conditions.mentioned(condition, "flow")


def _mentions(said: Any, slug: str) -> bool:
    """Whether a definition asks for a flow anywhere in its conditions."""
    if isinstance(said, dict):
        return said.get("flow") == slug or any(_mentions(one, slug) for one in said.values())
    return isinstance(said, list) and any(_mentions(one, slug) for one in said)
