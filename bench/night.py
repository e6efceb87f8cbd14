"""A night for very many members: every fact anew, and then an ordinary night that follows what moved."""

import datetime as dt
import resource
import time
from collections.abc import Callable

from bench.figures import Report
from bench.segment import SEGMENTS
from lifecycle import clock as hall
from lifecycle import trades
from lifecycle.generating import filling
from members import fact_keeping, segment_keeping
from members.models import Member, Segment, StageRule
from office import clock
from office.models import Beat

MILLION = 1_000_000
LONGEST, MOST = 600, 500  # seconds for a million members, megabytes
FOR_FACTS = ("facts", "stages", "circles", "segments", "roll-ups")


def run(members: int, usage: int) -> Report:
    """Measured on what lies in the database (filled first when it is empty), told for a million members."""
    now = clock.now()
    if not Member.objects.exists():
        filling.fill(members, usage, 1, now, lambda _line: None)
    _as_a_club(now)
    have = Member.objects.count()
    report = Report("night", notes=[f"measured on {have} members, told for {MILLION}"])
    Beat.objects.filter(name=fact_keeping.ROLLED).delete()
    whole = sum(_night(report, "first night", now, have))
    report.at_most("first night, everything anew", whole, "s", LONGEST)
    ordinary = sum(_night(report, "ordinary night", now + dt.timedelta(days=1), have))
    report.at_most("ordinary night", ordinary, "s", LONGEST)
    report.at_most("memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB", MOST)
    return report


def _as_a_club(now: dt.datetime) -> None:
    """The rules of stages and two segments, as a house has them; what they find at first is no night's work."""
    if not StageRule.objects.exists():
        trades.choose("club", now)
    for name, condition in SEGMENTS.items():
        slug = name.replace(" ", "-")
        Segment.objects.get_or_create(
            slug=slug, defaults={"name": name, "condition": condition, "created_at": now}
        )
    segment_keeping.refresh_all(now)


def _night(report: Report, when: str, now: dt.datetime, have: int) -> list[float]:
    found = []
    for name, verb in hall.NIGHTLY.items():
        if name.startswith(FOR_FACTS):
            found.append(_seconds(verb, now) * MILLION / have)
            report.add(f"{when}: {name}", found[-1], "s")
    return found


def _seconds(verb: Callable[[dt.datetime], int], now: dt.datetime) -> float:
    began = time.perf_counter()
    verb(now)
    return time.perf_counter() - began
