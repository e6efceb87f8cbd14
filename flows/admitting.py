"""Letting members into a flow by hand: one, some, or a whole segment; and what would come of it, before it is done."""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction

from flows import entering
from flows.models import Admission, Decision, Flow
from members import segments
from members.models import Member, Segment
from office import audit, nudges
from office.models import User

BATCH = 500
LOOKED_AT = 2000  # members of a large segment who are asked about before it is let in

log = logging.getLogger(__name__)


@dataclass
class Outlook:
    """What would come of letting members in: how many of those `asked` would enter, who would not, and why.

    `of` is how many there are; of more than two thousand only the first are asked.
    """

    of: int
    asked: int = 0
    entering: int = 0
    kept_out: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def refused(self) -> int:
        """How many of those asked would not get in."""
        return sum(self.reasons.values())

    def count(self, decisions: Sequence[Decision]) -> None:
        """Adds what these decisions say."""
        self.asked += len(decisions)
        for decision in decisions:
            if decision.verdict == entering.NOT_ENTERED:
                self.reasons[decision.reason] += 1
            elif decision.verdict == "held_out":
                self.kept_out += 1
            else:
                self.entering += 1


def outlook(flow: Flow, members: Sequence[Member], now: dt.datetime) -> Outlook:
    """What `let_in` would come to for these members at `now`; nothing is written. Raises entering.NotLive."""
    found = Outlook(len(members))
    for start in range(0, len(members[:LOOKED_AT]), BATCH):
        found.count(entering.foresee(flow, members[start : start + BATCH], now))
    return found


def outlook_of_segment(flow: Flow, segment: Segment, now: dt.datetime) -> Outlook:
    """The same for a whole segment. Raises entering.NotLive."""
    inside = Member.objects.filter(segments.inside(segment.slug, now)).order_by("pk")
    found = outlook(flow, list(inside[:LOOKED_AT]), now)
    found.of = found.of if found.of < LOOKED_AT else inside.count()
    return found


def let_in(flow: Flow, members: Sequence[Member], by: User, now: dt.datetime) -> list[Decision]:
    """Lets these members in now, as far as the flow's conditions and its re-entry allow; a decision for each.

    Raises entering.NotLive.
    """
    with transaction.atomic():
        decisions = entering.let_in(flow, members, now, note=_note(by))
        if len(members) == 1:
            audit.record(by, "flow.let_in", flow.slug, now, member=members[0].uuid)
        else:
            audit.record_many(by, "flow.let_in", flow.slug, now, [member.uuid for member in members])
        nudges.after_commit("engine")
    return decisions


def let_in_segment(flow: Flow, segment: Segment, by: User, now: dt.datetime) -> Admission:
    """Lets everybody of a segment in, batch by batch, by the clock; whoever is in it when their turn comes.

    One that is still being worked off is not begun again. Raises entering.NotLive.
    """
    if not flow.is_live:
        raise entering.NotLive(flow.slug)
    with transaction.atomic():
        Flow.objects.select_for_update(no_key=True).get(pk=flow.pk)
        begun = Admission.objects.filter(flow=flow, segment=segment.slug, done_at=None).first()
        if begun:
            return begun
        audit.record(by, "flow.let_in", flow.slug, now, segment=segment.slug)
        nudges.after_commit("engine")
        return Admission.objects.create(flow=flow, segment=segment.slug, by=by, at=now)


def work(now: dt.datetime, limit: int = BATCH) -> int:
    """Lets up to `limit` members of each segment in that is to be let in; how many were decided about.

    While its flow stands still an admission waits. One member who cannot be decided about blocks nobody.
    """
    waiting = Admission.objects.filter(done_at=None, flow__paused_at=None).order_by("pk")
    return sum(_work(pk, now, limit) for pk in list(waiting.values_list("pk", flat=True)))


def _work(pk: int, now: dt.datetime, limit: int) -> int:
    try:
        with transaction.atomic():
            return _let_next_in(pk, now, limit)
    except Exception:
        log.exception("admission %s failed; trying its next member alone", pk)
    try:
        with transaction.atomic():
            return _let_next_in(pk, now, 1)
    except Exception:
        log.exception("a member of admission %s was passed over", pk)
    with transaction.atomic():
        return _let_next_in(pk, now, 1, passed_over=True)


def _let_next_in(pk: int, now: dt.datetime, limit: int, *, passed_over: bool = False) -> int:
    rows = Admission.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    one = rows.filter(pk=pk, done_at=None).select_related("flow__current", "by").first()
    if one is None:
        return 0  # another worker is at it
    inside = Member.objects.filter(segments.inside(one.segment, now), pk__gt=one.after_pk).order_by("pk")
    members = list(inside[:limit])
    let = [] if passed_over else entering.let_in(one.flow, members, now, note=_note(one.by))
    entered = sum(decision.verdict != entering.NOT_ENTERED for decision in let)
    one.entered += entered
    one.not_entered += len(members) - entered
    one.after_pk = members[-1].pk if members else one.after_pk
    one.done_at = None if len(members) == limit else now
    one.save(update_fields=["entered", "not_entered", "after_pk", "done_at"])
    return len(members)


def _note(by: User | None) -> str:
    return f"let in by {by.get_full_name() or by.get_username()}" if by else "let in by staff"
