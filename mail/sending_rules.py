"""When letters may leave this house: quiet hours, windows, days kept free, limits, the budget of asks, who goes first.

Read from TOML or a form, checked, and kept as rows that are never changed: the newest holds. Every part that a file
names takes the place of the one before; `{}` or `[]` takes it away. Dates and times are those of each member.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from mail import rule_checks
from mail.calendar import WEEKDAYS, Blackout, Calendar, Hours, Shut, Window
from mail.models import Message, SendingRules
from mail.models.message import Purpose
from mail.reasons import POSTPONED, SPREAD
from office import audit, nudges
from office.models import User

PARTS = ("quiet_hours", "windows", "blackout", "caps", "ask_budget", "surveys_apart", "priorities")
SURVEYS_APART = "90d"  # between two questions to one member, where the house says nothing else
# Of a house that decided nothing yet.
FRESH = {"ask_budget": {"asks": 4, "within": "365d"}, "surveys_apart": SURVEYS_APART}
FREE_OF_CAPS = (Purpose.TRANSACTIONAL, Purpose.DUNNING, Purpose.LEAVING)  # neither held back nor counted
COUNTED = (Purpose.ONBOARDING, Purpose.VALUE, Purpose.ASK)
Definition = Mapping[str, Any]


class RuleErrors(Exception):
    """Why rules cannot be kept: every reason, in plain words, each naming its place."""

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = list(dict.fromkeys(errors))


@dataclass(frozen=True)
class Cap:
    """At most `letters` in any `within`; `spares` names purposes that count but are not held back."""

    letters: int
    within: str
    spares: tuple[str, ...] = ()


@dataclass(frozen=True)
class AskBudget:
    """At most `asks` in any `within`, and `apart` between two; each may be left out."""

    asks: int = 0
    within: str = ""
    apart: str = ""


@dataclass(frozen=True)
class Rules:
    """What holds."""

    calendar: Calendar
    caps: tuple[Cap, ...]
    asks: AskBudget | None
    priorities: tuple[str, ...]
    surveys_apart: str = SURVEYS_APART

    def caps_on(self, purpose: str) -> tuple[Cap, ...]:
        """The limits that hold letters of this purpose back."""
        if purpose in FREE_OF_CAPS:
            return ()
        return tuple(cap for cap in self.caps if purpose not in cap.spares)


def current() -> Rules:
    """What holds now; one query."""
    return of(definition())


def newest() -> SendingRules | None:
    """The row that holds; None in a house that decided nothing yet."""
    return SendingRules.objects.select_related("decided_by").order_by("-pk").first()


def definition() -> dict[str, Any]:
    """What holds, as a file says it."""
    row = newest()
    return {"surveys_apart": SURVEYS_APART, **row.definition} if row else dict(FRESH)


def of(said: Definition) -> Rules:
    """A definition that was checked, ready for use."""
    return Rules(
        Calendar(_hours(said.get("quiet_hours")), _windows(said), _blackouts(said)),
        tuple(
            Cap(cap["letters"], cap["within"], tuple(cap.get("spares", ()))) for cap in said.get("caps", ())
        ),
        AskBudget(**said["ask_budget"]) if said.get("ask_budget") else None,
        tuple(said.get("priorities") or Purpose.values),
        str(said.get("surveys_apart") or SURVEYS_APART),
    )


def problems(said: Definition) -> list[str]:
    """Everything wrong with these parts, each with its place; an empty list means they may be saved."""
    return rule_checks.problems(said)


def save(parts: Definition, now: dt.datetime, user: User | None = None, note: str = "") -> list[str]:
    """Keeps these parts in the place of those before, and returns the names of those that changed.

    All or none. A change is a new row, written into the log of changes (`user` None: a command). RuleErrors names
    all that is wrong. Letters that were postponed by other rules are asked about again at once.
    """
    parts = rule_checks.plain(parts)
    if found := problems(parts):
        raise RuleErrors(found)
    with transaction.atomic():
        before = definition()
        after = {**before, **parts}
        after = {part: after[part] for part in PARTS if after.get(part)}
        if found := _never(after, now):
            raise RuleErrors(found)
        changed = [part for part in PARTS if before.get(part) != after.get(part)]
        if changed:
            _save(before, after, now, user, note)
        return changed


def _save(before: Definition, after: Definition, now: dt.datetime, user: User | None, note: str) -> None:
    SendingRules.objects.create(definition=after, note=note[:300], decided_at=now, decided_by=user)
    waiting = Message.objects.filter(
        status=Message.Status.QUEUED, due_at__gt=now, reason__startswith=POSTPONED
    )
    if waiting.exclude(reason__startswith=SPREAD).update(due_at=now):
        nudges.after_commit("send")
    audit.record(user, "sendingrules.changed", "", now, before=before, after=after, note=note)


def _never(said: Definition, now: dt.datetime) -> list[str]:
    """Hours and days that leave no moment for some letters: those would all be lost, one by one."""
    calendar, zone, shut = of(said).calendar, ZoneInfo("UTC"), []
    for purpose in (Purpose.VALUE, *Purpose.values[1:]):
        try:
            calendar.next_open(now, zone, purpose)
        except Shut:
            shut.append(str(Purpose(purpose).label))
    if not shut:
        return []
    what = ", ".join(dict.fromkeys(shut))
    return [_("quiet_hours, windows and blackout together leave no moment for letters of these: %s") % what]


def _windows(said: Definition) -> tuple[Window, ...]:
    return tuple(
        Window(_hours(one), tuple(one.get("days", WEEKDAYS)), tuple(one.get("purposes", ())))
        for one in said.get("windows", ())
    )


def _blackouts(said: Definition) -> tuple[Blackout, ...]:
    return tuple(
        Blackout(
            one.get("from", ""), one.get("to", one.get("from", "")), one.get("easter"), one.get("name", "")
        )
        for one in said.get("blackout", ())
    )


def _hours(said: Definition | None) -> Hours | None:
    if not said or "from" not in said:
        return None
    return Hours(rule_checks.clock_time(said["from"]), rule_checks.clock_time(said["to"]))
