"""What would follow from sending rules: when letters of the coming days would leave."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.words import lists, times
from mail import reasons, sending_rules
from mail.calendar import DAY, Shut
from mail.models import Message
from mail.models.message import Purpose
from members import durations

FRIDAY, LOOKED_AT = 4, 2000


def sentences(said: Mapping[str, Any], now: dt.datetime) -> list[str]:
    """When letters due at telling moments would leave, for a member in the house's own zone."""
    rules, zone = sending_rules.of(said), durations.house_zone()
    today = now.astimezone(zone).date()
    friday = today + ((FRIDAY - today.weekday()) % 7 or 7) * DAY
    found = []
    for purpose, day, time in (
        (Purpose.VALUE, friday, dt.time(22, 10)),
        (Purpose.ASK, friday, dt.time(10)),
        (Purpose.VALUE, dt.date(today.year, 12, 24), dt.time(10)),
    ):
        due = durations.resolve(dt.datetime.combine(day, time), zone)
        try:
            leaves = rules.calendar.next_open(due, zone, purpose)
        except Shut:
            continue
        words = {"what": Purpose(purpose).label, "due": _moment(due, now), "leaves": _moment(leaves, now)}
        found.append(_("A letter of the kind “%(what)s” due %(due)s leaves %(leaves)s.") % words)
    return found


def missing(said: Mapping[str, Any]) -> str:
    """What a house has not set, in a sentence; empty when it has set something of each."""
    parts = [
        (said.get("quiet_hours"), _("quiet hours")),
        (said.get("windows"), _("hours and days for letters")),
        (said.get("blackout"), _("days kept free")),
        (said.get("caps"), _("limit of letters")),
    ]
    unset = [name for value, name in parts if not value]
    if not unset:
        return ""
    return _("Not set: %s. What is not set holds no letter back.") % lists.joined(unset)


def changed(said: Mapping[str, Any], now: dt.datetime) -> str:
    """What would become of the letters that wait now."""
    calendar = sending_rules.of(said).calendar
    rows = Message.objects.filter(status__in=(Message.Status.QUEUED, Message.Status.HELD), at_once=False)
    rows = rows.exclude(purpose=Purpose.TRANSACTIONAL).select_related("member").defer("values")
    number = postponed = moved = 0
    for message in rows.order_by("due_at", "pk")[:LOOKED_AT]:
        number += 1
        postponed += message.reason.startswith(reasons.POSTPONED)
        due, zone = max(message.due_at, now), durations.zone_of(message.member)
        moved += bool(calendar.hindrance(due, zone, message.purpose))
    if not number:
        return _("No letter waits now.")
    return " ".join(
        [
            ngettext("%d letter waits now.", "%d letters wait now.", number) % number,
            ngettext(
                "By the hours and days here %d of them would leave later than it is due.",
                "By the hours and days here %d of them would leave later than they are due.",
                moved,
            )
            % moved,
            ngettext(
                "%d was postponed before, and is asked about again when you save.",
                "%d were postponed before, and are asked about again when you save.",
                postponed,
            )
            % postponed
            if postponed
            else "",
        ]
    ).strip()


def _moment(moment: dt.datetime, now: dt.datetime) -> str:
    if abs(moment - now) < 8 * DAY:
        weekday = dateformat.format(timezone.localtime(moment), "l")
        return _("%(weekday)s %(time)s") % {"weekday": weekday, "time": times.clock_time(moment)}
    return f"{times.day(moment, now)} {times.clock_time(moment)}"
