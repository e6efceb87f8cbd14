"""Members as they were: their stage and first value at a moment in the past; what has no history is as it is today."""

import bisect
import datetime as dt
from collections.abc import Collection

from members.models import Member, StageChange


class Past:
    """Members loaded once, and set to how they stood at `now` each time somebody asks for them."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self._members: dict[int, Member] = {}
        self._moves: dict[int, list[StageChange]] = {}
        self._activated: dict[int, dt.datetime | None] = {}

    def load(self, member_ids: Collection[int]) -> dict[int, Member]:
        """These members as they stood at `self.now`; a constant number of queries for those not loaded yet."""
        self._read(set(member_ids) - self._members.keys())
        return {pk: self._as_then(self._members[pk]) for pk in member_ids if pk in self._members}

    def _read(self, fresh: set[int]) -> None:
        if not fresh:
            return
        rows = Member.everybody.filter(pk__in=fresh).select_related("plan", "account", "facts")
        self._members |= {member.pk: member for member in rows.prefetch_related("tag_rows")}
        for change in StageChange.objects.filter(member__in=fresh).order_by("at", "pk"):
            self._moves.setdefault(change.member_id, []).append(change)
        for pk in fresh & self._members.keys():
            known = getattr(self._members[pk], "facts", None)
            self._activated[pk] = known.activated_at if known else None
            # Who was read in from a list later was there all the same.
            member = self._members[pk]
            member.created_at = min(member.created_at, member.joined_at)

    def _as_then(self, member: Member) -> Member:
        moves = self._moves.get(member.pk, [])
        place = bisect.bisect_right(moves, self.now, key=lambda move: move.at)
        if place:
            member.stage, member.stage_since = moves[place - 1].to_stage, moves[place - 1].at
        elif moves and moves[0].from_stage:
            member.stage, member.stage_since = moves[0].from_stage, member.joined_at
        activated = self._activated[member.pk]
        if activated:
            member.facts.activated_at = activated if activated <= self.now else None
        return member
