"""Members as they were at a moment in the past: stage, contracts, use and first value; the rest is as it is today."""

import bisect
import datetime as dt
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from members import facts_then
from members.models import Member, StageChange, Subscription

AHEAD = 200  # members read at once, as long as it is known who comes next


class Move(NamedTuple):
    """A move from one stage to another, and when (aware)."""

    at: dt.datetime
    from_stage: str
    to_stage: str


class Past:
    """Members loaded once, and set to how they stood at `now` each time somebody asks for them.

    What conditions ask about them is set when it is asked (`bring`).
    """

    def __init__(self, now: dt.datetime) -> None:
        self.now = now
        self._members: dict[int, Member] = {}
        self._moves: dict[int, list[Move]] = {}
        self._facts = facts_then.Facts()
        self._coming: deque[int] = deque()

    def reach(self, now: dt.datetime) -> None:
        """From here on members are as they stood at `now`."""
        self.now = now

    def expect(self, member_ids: Iterable[int]) -> None:
        """Says who will be asked for, in order: they are read together."""
        self._coming.extend(member_ids)

    def load(self, member_ids: Collection[int]) -> dict[int, Member]:
        """These members as they stood; three queries where somebody was not read yet."""
        if fresh := set(member_ids) - self._members.keys():
            self._read(fresh | self._next())
        found = {pk: self._members[pk] for pk in member_ids if pk in self._members}
        for member in found.values():
            self._move(member)
        return found

    def bring(self, members: Sequence[Member], names: Collection[str], now: dt.datetime) -> None:
        """Sets these facts of members as they stood at `now`."""
        self._facts.bring(members, names, now)

    def standing(self, contract: Subscription, at: dt.datetime) -> str:
        """The status of this contract at that moment; empty before it began."""
        self._facts.contracts.read([contract.member_id])
        return self._facts.contracts.status(contract, at)

    def _next(self) -> set[int]:
        found: set[int] = set()
        while self._coming and len(found) < AHEAD:
            pk = self._coming.popleft()
            if pk not in self._members:
                found.add(pk)
        return found

    def _read(self, fresh: set[int]) -> None:
        rows = Member.everybody.filter(pk__in=fresh).select_related("facts")
        there = rows.prefetch_related("plan", "account", "tag_rows")  # plans and companies once each
        self._members |= {member.pk: member for member in there}
        self._facts.contracts.expect(fresh)
        moves = StageChange.objects.filter(member__in=fresh).order_by("at", "pk")
        for pk, *move in moves.values_list("member_id", *Move._fields):
            self._moves.setdefault(pk, []).append(Move(*move))
        for pk in fresh & self._members.keys():
            # Who was read in from a list later was there all the same.
            member = self._members[pk]
            member.created_at = min(member.created_at, member.joined_at)

    def _move(self, member: Member) -> None:
        moves = self._moves.get(member.pk, [])
        place = bisect.bisect_right(moves, self.now, key=lambda move: move.at)
        if place:
            member.stage, member.stage_since = moves[place - 1].to_stage, moves[place - 1].at
        elif moves and moves[0].from_stage:
            member.stage, member.stage_since = moves[0].from_stage, member.joined_at
