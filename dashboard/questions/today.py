"""Today: the people who need a person, each once, in the order in which they need one."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.text import Truncator

from dashboard.questions import today_sources
from dashboard.questions.today_sources import Found
from members.models import Member
from relationship import outcomes
from relationship.models import Task

FIRST = 7  # lines on the first page
MOST = 100  # of each source; a list of more is no list for a day
WORDS = 12  # of a reason
LATELY = dt.timedelta(
    days=3
)  # whoever was dealt with by hand is not named again for a reason of the house's own


@dataclass(frozen=True)
class Line:
    """One member, the first reason to get in touch, and what else is to be done for them."""

    member: Member
    reason: Found
    others: tuple[Found, ...] = ()

    @property
    def why(self) -> str:
        """The reason in at most twelve words."""
        return Truncator(self.reason.why).words(WORDS)

    @property
    def may_talk(self) -> bool:
        """Whether it is done by talking; what is about payments is done at the desk."""
        return not (self.reason.task and self.reason.is_money)

    @property
    def may_be_done(self) -> bool:
        """Whether it may simply be done: at the desk, or with whoever has neither phone nor address."""
        return not self.may_talk or not (self.member.phone or self.member.email)

    @property
    def tries(self) -> int:
        """How often nobody answered."""
        return self.reason.task.tries if self.reason.task else 0


@dataclass(frozen=True)
class Today:
    """The first lines, how many more there are, and how many are called again tomorrow."""

    lines: list[Line]
    more: int
    tomorrow: int


def read(now: dt.datetime, size: int = FIRST) -> Today:
    """Who needs a person at `now`; a fixed number of queries, each of a narrow range of an index."""
    found = [one for source in today_sources.SOURCES for one in source.find(now, MOST, None)]
    resting = dict(_resting(now))
    by_member = _together(_wanted(found, resting, now))
    order = sorted(by_member.values(), key=lambda reasons: reasons[0].order)
    known = Member.objects.select_related("plan").in_bulk([reasons[0].member_id for reasons in order[:size]])
    lines = [
        Line(known[reasons[0].member_id], reasons[0], tuple(reasons[1:]))
        for reasons in order[:size]
        if reasons[0].member_id in known
    ]
    return Today(lines, max(0, len(order) - size), len(resting))


def of_source(name: str, member: Member, now: dt.datetime) -> Found | None:
    """Why a source names this member at `now`; None where it does not, or not any more."""
    source = next((one for one in today_sources.SOURCES if one.name == name), None)
    return next(iter(source.find(now, 1, member.pk)), None) if source else None


def _resting(now: dt.datetime) -> Sequence[tuple[int, dt.datetime]]:
    """Members whom nobody reached today: they come again tomorrow."""
    tried = Task.objects.filter(done_at=None, tries__gt=0, due_at__gte=outcomes.tomorrow(now))
    return list(tried.values_list("member_id", "due_at")[:MOST])


def _wanted(found: Sequence[Found], resting: dict[int, dt.datetime], now: dt.datetime) -> list[Found]:
    """Leaves out who is called again tomorrow, and what the house itself noticed of people just dealt with."""
    noticed = [one for one in found if not one.task and not one.reply]
    keys, members = {one.key for one in noticed}, {one.member_id for one in noticed}
    dealt = Q(key__in=keys) | Q(member__in=members, done_at__gt=now - LATELY)
    known = list(Task.objects.filter(dealt).values_list("key", "member_id", "done_at")) if noticed else []
    keys_known = {key for key, _member, _at in known}
    lately = {member for _key, member, at in known if at and at > now - LATELY}
    spared = {one for one in noticed if one.key in keys_known or one.member_id in lately}
    return [one for one in found if one.reply or (one.member_id not in resting and one not in spared)]


def _together(found: Sequence[Found]) -> dict[int, list[Found]]:
    by_member: dict[int, list[Found]] = {}
    for one in sorted(found, key=lambda one: one.order):
        by_member.setdefault(one.member_id, []).append(one)
    return by_member
