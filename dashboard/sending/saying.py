"""The sending rules in plain sentences, for those who read them."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils import dateformat, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.sending import names
from mail import sending_rules, wording
from mail.models.message import Purpose
from members import durations

LEAP = 2024


def lines(said: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Each part with its sentences; a part that is not set says so."""
    quiet = said.get("quiet_hours")
    return [
        (_("Quiet hours"), [_("From %(from)s until %(to)s") % quiet] if quiet else [_("None")]),
        (_("Hours and days"), [window(one) for one in said.get("windows", ())] or [_("Any")]),
        (_("Days kept free"), [blackout(one) for one in said.get("blackout", ())] or [_("None")]),
        (_("At most"), [cap(one) for one in said.get("caps", ())] or [_("No limit")]),
        (_("Asks"), asks(said.get("ask_budget") or {}) or [_("No limit")]),
        (_("Questions"), [_("%s between two to one member") % durations.said(_surveys_apart(said))]),
        (_("Who goes first"), [names.purposes(said.get("priorities") or Purpose.values)]),
    ]


def window(one: Mapping[str, Any]) -> str:
    """When letters, or some of them, may leave."""
    parts = [names.days(one["days"])] if "days" in one else []
    parts += [_("from %(from)s until %(to)s") % one] if "from" in one else []
    when = ", ".join(parts)
    if one.get("purposes"):
        return _("%(which)s: %(when)s") % {"which": names.purposes(one["purposes"]), "when": when}
    return when


def blackout(one: Mapping[str, Any]) -> str:
    """Days that are kept free, with their name."""
    if "easter" in one:
        return (
            dict(names.feasts()).get(str(one["easter"]))
            or one.get("name")
            or _("a day that moves with Easter")
        )
    start, until = _day(one["from"]), _day(one.get("to", one["from"]))
    days = start if start == until else _("%(first)s to %(last)s") % {"first": start, "last": until}
    return f"{one['name']}: {days}" if one.get("name") else days


def cap(one: Mapping[str, Any]) -> str:
    """How many letters in a while, and which are not held back by it."""
    said = {"number": one["letters"], "span": durations.said(one["within"])}
    text = ngettext("%(number)d letter in %(span)s", "%(number)d letters in %(span)s", one["letters"]) % said
    if spared := one.get("spares"):
        return _("%(limit)s; not held back, but counted: %(which)s") % {
            "limit": text,
            "which": names.purposes(spared),
        }
    return text


def asks(one: Mapping[str, Any]) -> list[str]:
    """How often somebody may be asked for something."""
    found = []
    if "asks" in one:
        said = {"number": one["asks"], "span": durations.said(one["within"])}
        found.append(
            ngettext("%(number)d ask in %(span)s", "%(number)d asks in %(span)s", one["asks"]) % said
        )
    if "apart" in one:
        found.append(_("%s between two asks") % durations.said(one["apart"]))
    return found


def _surveys_apart(said: Mapping[str, Any]) -> str:
    return str(said.get("surveys_apart") or sending_rules.SURVEYS_APART)


def _day(text: str) -> str:
    pattern = wording.DATES.get(wording.base(translation.get_language() or "en"), "j F Y")
    if len(text) > len("MM-DD"):
        return str(dateformat.format(dt.date.fromisoformat(text), pattern))
    return str(dateformat.format(dt.date.fromisoformat(f"{LEAP}-{text}"), pattern.removesuffix(" Y")))
