"""Tells the journey when somebody falls quiet, and when somebody who was quiet or asleep uses it again.

Only what was seen to turn is told: a pulse that was unknown before, as after an import or a pause, turns in silence.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from members import events
from members.fact_rows import Known
from members.models import Member
from members.models.member_facts import Pulse

WENT_QUIET, CAME_BACK = "member.went_quiet", "member.came_back"
STILL = (Pulse.QUIET, Pulse.SLEEPING)


def tell(known: Iterable[Known], rows: Sequence[Mapping[str, Any]], now: dt.datetime) -> None:
    """Records the turns between what was known and the computed rows, in the caller's transaction.

    Falling quiet occurred on the day from which the plan counts it (00:00 UTC); coming back when it was noticed.
    """
    before = {one.member_id: one.pulse for one in known}
    turned = {row["member_id"]: row for row in rows if _turn(before[row["member_id"]], row["pulse"])}
    members = Member.objects.in_bulk(turned) if turned else {}
    drafts = [_draft(member, before[pk], turned[pk], now) for pk, member in members.items()]
    if drafts:
        events.record_many(drafts, now)


def _turn(before: str, after: str) -> str:
    if before == Pulse.AWAKE and after in STILL:
        return WENT_QUIET
    return CAME_BACK if before in STILL and after == Pulse.AWAKE else ""


def _draft(member: Member, before: str, row: Mapping[str, Any], now: dt.datetime) -> events.Draft:
    name = _turn(before, row["pulse"])
    at = row["pulse_since"] if name == WENT_QUIET else now
    return events.Draft(name, member, at, f"{name}:{member.uuid}:{at:%Y-%m-%d}", {"pulse": row["pulse"]})
