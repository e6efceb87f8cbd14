"""Members who asked for a rest: no letters until a day of their choice, without giving up any kind of them."""

import datetime as dt
from collections.abc import Iterable

from members import durations
from members.models import LetterPause, Member

MONTHS = (1, 3)


def pause(member: Member, months: int, now: dt.datetime, *, source: str) -> dt.datetime:
    """No letters for so many months, counted in the member's zone; until when (UTC)."""
    until = durations.add(now, f"{months}mo", durations.zone_of(member))
    LetterPause.objects.create(member=member, at=now, until=until, source=source)
    return until


def end(member: Member, now: dt.datetime, *, source: str) -> None:
    """Letters come again."""
    LetterPause.objects.create(member=member, at=now, until=now, source=source)


def running(member_ids: Iterable[int], now: dt.datetime) -> dict[int, dt.datetime]:
    """Until when each of these members wants no letters, for those who do; one query."""
    rows = LetterPause.objects.filter(member_id__in=list(member_ids)).order_by("at", "id")
    latest = {row.member_id: row.until for row in rows}
    return {member: until for member, until in latest.items() if until > now}
