"""Which deeds an event sets going in the one flow that is tried, and whom it can concern at all."""

import datetime as dt
from collections.abc import Callable, Sequence

from flows import reacting
from flows.models import Flow, FlowVersion
from members.models import Event

Answer = Callable[[list[Event], dt.datetime], None]


class Hearing:
    """What the versions of a flow listen for. Runs of older ones leave and reach goals too, as they always did."""

    def __init__(self, flow: Flow) -> None:
        assert flow.current is not None
        versions = list(FlowVersion.objects.filter(flow=flow))
        self.trigger = flow.current.trigger_event
        exits = {name for one in versions for name in one.exit_events}
        goals = {one.goal["event"] for one in versions if one.goal}
        waits = {step.get("event") for one in versions for step in one.definition["steps"]}
        self._deeds = ((reacting.leave, exits), (reacting.wake, waits), (reacting.reach_goals, goals))

    def deeds(self, name: str) -> Sequence[Answer]:
        """What an event of this name may do to those who are, or were, in the flow; in the journey's order."""
        return [deed for deed, names in self._deeds if name in names]
