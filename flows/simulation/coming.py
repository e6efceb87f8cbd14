"""When dates and repetitions come that set a flow going: told beforehand, so that they are looked for then only."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flows import moments as occurring
from flows import spans, sweeping, triggers
from members import durations

BATCH = 1000


def moments(trigger: Mapping[str, Any], since: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """The moments of (since, until] at which something falls due for anybody, in order; none where nothing is timed."""
    if triggers.kind(trigger) not in triggers.TIMED:
        return []
    source = sweeping.source(trigger)
    ranges = spans.of(trigger, since, until, source.earliest() if "every" in trigger else None)
    found: set[dt.datetime] = set()
    for start in range(0, len(ranges), sweeping.RANGES):
        after: tuple[dt.datetime, int] | None = None
        while rows := source.rows(ranges[start : start + sweeping.RANGES], after, BATCH):
            for row in rows:
                zone = durations.zone_of(row.member)
                found |= {at for _number, at in occurring.due(trigger, row.value, zone, since, until)}
            after = (rows[-1].value, rows[-1].pk)
    return sorted(found)
