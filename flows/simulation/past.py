"""Members as they were at a moment in the past: stage, contracts, use and first value; the rest is as it is today."""

import bisect
import datetime as dt
from collections.abc import Collection

from members import contracts_then, facts_then
from members.models import Member, StageChange, Subscription


class Past:
    """Members loaded once, and set to how they stood at `now` each time somebody asks for them.

    `asked` are the facts that matter: the others stay as they are today.
    """

    def __init__(self, now: dt.datetime, asked: Collection[str] = ()) -> None:
        self.now, self.asked = now, set(asked)
        self._members: dict[int, Member] = {}
        self._moves: dict[int, list[StageChange]] = {}
        self._contracts = contracts_then.Contracts()
        self._facts = facts_then.Facts(asked, self._contracts)

    def reach(self, now: dt.datetime) -> None:
        """From here on members are as they stood at `now`."""
        self.now = now

    def load(self, member_ids: Collection[int]) -> dict[int, Member]:
        """These members as they stood; a constant number of queries, fewer for those who were loaded before."""
        self._read(set(member_ids) - self._members.keys())
        found = {pk: self._members[pk] for pk in member_ids if pk in self._members}
        for member in found.values():
            self._move(member)
        self._facts.set(found, self.now)
        return found

    def standing(self, contract: Subscription, at: dt.datetime) -> str:
        """The status of this contract at that moment; empty before it began."""
        self._contracts.read([contract.member_id])
        return self._contracts.status(contract, at)

    def _read(self, fresh: set[int]) -> None:
        if not fresh:
            return
        rows = Member.everybody.filter(pk__in=fresh).select_related("plan", "account", "facts")
        self._members |= {member.pk: member for member in rows.prefetch_related("tag_rows")}
        for change in StageChange.objects.filter(member__in=fresh).order_by("at", "pk").defer("values", "note"):
            self._moves.setdefault(change.member_id, []).append(change)
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
