"""Why a member is, or is not, in a flow."""

from django.utils.translation import gettext_lazy

from dashboard.words import because, lists
from flows.models import Decision

VERDICTS = {
    "entered": gettext_lazy("Came into the flow"),
    "not_entered": gettext_lazy("Did not come into the flow"),
    "held_out": gettext_lazy("Kept out for comparison"),
    "completed": gettext_lazy("Went through the flow"),
    "exited": gettext_lazy("Left the flow"),
    "goal": gettext_lazy("Reached the goal"),
    "ended": gettext_lazy("Taken out by staff"),
    "moved": gettext_lazy("Moved to a newer version by staff"),
}


def verdict(decision: Decision) -> str:
    """What was decided."""
    return str(VERDICTS.get(decision.verdict) or lists.readable(decision.verdict))


def why(decision: Decision) -> str:
    """For which reason; empty when none was needed."""
    return because.said(decision.reason)
