"""Whole segments that are let into a flow: how far the clock is with each."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from dashboard.words import lists
from flows.models import Admission, Flow
from members.models import Segment

REMEMBERED = dt.timedelta(days=7)
SHOWN = 5


@dataclass(frozen=True)
class Progress:
    """One segment: its name, of how many so many were decided about. `of` is as the segment was last counted."""

    admission: Admission
    name: str
    of: int

    @property
    def decided(self) -> int:
        """Those who came in, and those who did not."""
        return self.admission.entered + self.admission.not_entered

    @property
    def is_over(self) -> bool:
        """Whether everybody was decided about."""
        return self.admission.done_at is not None


def of(flow: Flow, now: dt.datetime) -> list[Progress]:
    """The segments that are being let in, and the last ones that were; two queries, one where there are none."""
    lately = Q(done_at=None) | Q(done_at__gt=now - REMEMBERED)
    rows = list(flow.admissions.filter(lately).select_related("by").order_by("-pk")[:SHOWN])
    named = {row.segment for row in rows}
    known = {segment.slug: segment for segment in Segment.objects.filter(slug__in=named)}
    return [_progress(row, known.get(row.segment)) for row in rows]


def _progress(row: Admission, segment: Segment | None) -> Progress:
    decided = row.entered + row.not_entered
    name, size = (segment.name, segment.size) if segment else (lists.readable(row.segment), 0)
    return Progress(row, name, decided if row.done_at else max(size, decided))
