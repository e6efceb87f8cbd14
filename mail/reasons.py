"""Why a letter has to wait, or stayed: short codes that rows keep, and what staff read.

`postponed: cap 2/7d | quiet_hours until 2026-03-04T08:00+01:00` says what stood in the way, one after the other, and
the member's local time at which it is tried again; `no_room: … before …` that nothing was left before it was too late.
"""

import datetime as dt
import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mail import wording
from members import durations

POSTPONED, NO_ROOM = "postponed", "no_room"
SPREAD = f"{POSTPONED}: catching_up"  # by `mail.catching_up`; such a letter keeps its moment
LINKS = {POSTPONED: "until", NO_ROOM: "before"}
SHAPE = re.compile(r"(postponed|no_room): (.*) (?:until|before) (\S+)")
LONGEST = 300
PLAIN = {
    "quiet_hours": gettext_lazy("quiet hours"),
    "window": gettext_lazy("outside the hours and days for letters"),
    "pause": gettext_lazy("the member asked for a pause"),
    "complaint": gettext_lazy("a complaint is open"),
    "reply": gettext_lazy("a reply of the member is not answered yet"),
    "mailbox": gettext_lazy("the mailbox may send no more for now"),
    "catching_up": gettext_lazy("letters are spread out after a standstill"),
}


def postponed(hindrances: Sequence[str], until: dt.datetime, zone: ZoneInfo) -> str:
    """Why a letter waits, and until when."""
    return _code(POSTPONED, hindrances, until, zone)


def no_room(hindrances: Sequence[str], not_after: dt.datetime, zone: ZoneInfo) -> str:
    """Why a letter is given up before its time is over."""
    return _code(NO_ROOM, hindrances, not_after, zone)


def hindrances(reason: str) -> list[str]:
    """What stood in the way, by a reason that was kept; empty for a reason of another kind."""
    found = SHAPE.fullmatch(reason)
    return found[2].split(" | ") if found else []


def words(reason: str) -> str:
    """A reason of one of these two kinds as staff read it; empty for another kind."""
    found = SHAPE.fullmatch(reason)
    if not found:
        return ""
    when = _on_the_wall(dt.datetime.fromisoformat(found[3]))
    said = {"why": ", ".join(map(hindrance, found[2].split(" | "))), "when": when}
    if found[1] == POSTPONED:
        return _("%(why)s; leaves %(when)s") % said
    return _("%(why)s; no other time before %(when)s") % said


def hindrance(code: str) -> str:
    """One thing that stands in a letter's way, as staff read it."""
    kind, _space, detail = code.partition(" ")
    if kind == "blackout":
        return _("%s is kept free") % detail if detail else _("a day that is kept free")
    if kind == "sender":
        return _("%s does not write any more, and nobody is named who does instead") % detail
    number, _slash, span = detail.partition("/")
    if kind == "cap":
        text = ngettext(
            "%(number)s letter in %(span)s already", "%(number)s letters in %(span)s already", int(number)
        )
        return text % {"number": number, "span": durations.said(span)}
    if kind == "ask_budget":
        text = ngettext(
            "%(number)s ask in %(span)s already", "%(number)s asks in %(span)s already", int(number)
        )
        return text % {"number": number, "span": durations.said(span)}
    if kind == "asks_apart":
        return _("the last ask is less than %s ago") % durations.said(detail)
    if kind == "surveys_apart":
        return _("the last question came less than %s ago") % durations.said(detail)
    return str(PLAIN.get(kind, code))


def moment(when: dt.datetime) -> str:
    """A moment (aware) as staff read it, by the clock of the house."""
    return _on_the_wall(timezone.localtime(when))


def _on_the_wall(local: dt.datetime) -> str:
    return f"{wording.date(local, translation.get_language() or 'en')} {local:%H:%M}"


def _code(kind: str, found: Sequence[str], moment: dt.datetime, zone: ZoneInfo) -> str:
    said = " | ".join(dict.fromkeys(found))[:LONGEST]
    return f"{kind}: {said} {LINKS[kind]} {moment.astimezone(zone).isoformat(timespec='minutes')}"
