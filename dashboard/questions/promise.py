"""A member's promise and value: what the last twelve months gave, what is unused, and what is coming for them."""

import datetime as dt
from dataclasses import dataclass

from django.utils import translation

from api import links
from members import durations
from members.models import Member
from value import benefits, statements, upcoming, words


@dataclass(frozen=True)
class Promise:
    """What the page shows; money as people read it, empty where it is not known."""

    period: str
    lines: list[dict[str, str]]
    paid: str
    net: str
    is_negative: bool
    unused: list[str]
    coming: list[dict[str, str]]
    page: str

    @property
    def is_known(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.lines or self.unused or self.coming)


def of(member: Member, now: dt.datetime) -> Promise | None:
    """The member's promise and value as of `now` (aware), in a constant number of queries; None of somebody erased."""
    if member.erased_at:
        return None
    language, found = translation.get_language() or "en", statements.of([member], now)[member.pk]
    is_here, zone = member.stage != Member.Stage.FORMER, durations.zone_of(member)
    unused = benefits.unused([member])[member.pk] if is_here else []
    coming = upcoming.coming([member], now)[member.pk] if is_here else []
    return Promise(
        period=words.period(found, language),
        lines=words.lines(found, language),
        paid=words.money(found.paid, language) if found.is_known else "",
        net=words.net(found, language),
        is_negative=found.is_negative,
        unused=[words.benefit(row, language)["name"] for row in unused],
        coming=[words.coming(row, zone, language) for row in coming],
        page=links.url("statement", member.uuid) if found.is_known else "",
    )
