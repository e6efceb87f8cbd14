"""Members who wait for a word from us: nobody is asked for anything while a complaint or a reply is open.

Told by events: what opens a conversation stands here beside what closes it. Rooms that know more (a case, a thread,
a task) bind a question of their own in the hall.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import Final

from members.models import Event

COMPLAINT, REPLY = "complaint", "reply"
OPENS: Final = {"mail.complained": COMPLAINT, "complaint.made": COMPLAINT, "letter.replied": REPLY}
CLOSES: Final = {"complaint.closed": COMPLAINT, "letter.answered": REPLY}
AHEAD = dt.timedelta(minutes=5)  # other systems' clocks may go before ours by this much
Question = Callable[[Collection[int]], dict[int, str]]
_questions: list[Question] = []


def bind(questions: Sequence[Question]) -> None:
    """Says which rooms are asked as well; each answers with `complaint` or `reply` by member, for a batch."""
    _questions[:] = questions


def open_with(member_ids: Collection[int], now: dt.datetime) -> dict[int, str]:
    """`complaint` or `reply` by member, for those with whom a conversation is open at `now`; one query, and the rooms'.

    A complaint weighs more than a reply. None is closed by time alone: somebody has to have answered.
    """
    found = _by_events(member_ids, now)
    for question in _questions:
        for member, what in question(member_ids).items():
            found[member] = COMPLAINT if COMPLAINT in (what, found.get(member)) else what
    return found


def _by_events(member_ids: Collection[int], now: dt.datetime) -> dict[int, str]:
    told = Event.objects.filter(
        member__in=member_ids, name__in=[*OPENS, *CLOSES], occurred_at__lte=now + AHEAD
    )
    standing: dict[int, set[str]] = defaultdict(set)
    for member, name in told.order_by("occurred_at", "pk").values_list("member_id", "name"):
        if name in OPENS:
            standing[member].add(OPENS[name])
        else:
            standing[member].discard(CLOSES[name])
    return {member: min(kinds) for member, kinds in standing.items() if kinds}
