"""What is forgotten with a member: what somebody was to do for them, and what came of it."""

import datetime as dt

from members.traces import Traces
from relationship.models import Task

STAYS = {"relationship.Task": frozenset({"key"})}


def erase(traces: Traces, now: dt.datetime) -> None:
    """Takes open tasks off the list."""
    Task.objects.filter(member__in=traces.keys, done_at=None).update(done_at=now)
