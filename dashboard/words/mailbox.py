"""Mailboxes and what waits for them, as sentences."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.questions.mailbox import Line, Stuck
from dashboard.words import times
from mail import trouble_words
from mail.mailbox_presets import Preset


def waiting(line: Line, now: dt.datetime) -> str:
    """How many letters wait for the mailbox, and when they are done."""
    letters = ngettext("%s letter", "%s letters", line.letters) % intcomma(line.letters)
    if line.rests_until:
        named = {"letters": letters, "when": times.near(line.rests_until, now), "why": why(line.trouble)}
        return _("%(letters)s wait: the mailbox rests, and is tried again %(when)s. %(why)s") % named
    named = {"letters": letters, "when": times.near(line.done_at or now, now)}
    return _("%(letters)s wait for the limit of the mailbox; done about %(when)s.") % named


def kept(stuck: Stuck) -> dict[str, Any]:
    """What an alarm keeps of it; `said` makes the sentence."""
    at = stuck.since or stuck.until
    return {
        "count": stuck.letters,
        "at": at.isoformat() if at else "",
        "why": stuck.trouble,
        "is_limit": stuck.until is not None,
        "needs_us": stuck.needs_us,
    }


def said(values: Mapping[str, Any], now: dt.datetime) -> str:
    """That letters do not leave, since when, and what is to be done."""
    number = values["count"]
    named = {
        "letters": ngettext("%s letter", "%s letters", number) % intcomma(number),
        "when": times.near(dt.datetime.fromisoformat(values["at"]), now),
        "why": why(values["why"]),
    }
    if values["is_limit"]:
        return (
            _("%(letters)s wait more than a day for the limit of the mailbox, the last until %(when)s")
            % named
        )
    if values["needs_us"]:
        return (
            _("No letter leaves since %(when)s (%(letters)s wait), and somebody has to act. %(why)s") % named
        )
    return _("No letter leaves since %(when)s (%(letters)s wait). %(why)s") % named


def why(trouble: str) -> str:
    """Why nothing leaves, in plain words."""
    return trouble_words.plain(trouble)


def limits(per_minute: int | None, per_day: int | None) -> str:
    """So many a minute and a day."""
    said = []
    if per_minute:
        words = ngettext("%(number)s letter a minute", "%(number)s letters a minute", per_minute)
        said.append(words % {"number": intcomma(per_minute)})
    if per_day:
        words = ngettext("%(number)s letter a day", "%(number)s letters a day", per_day)
        said.append(words % {"number": intcomma(per_day)})
    return _("at most %s") % _(" and ").join(said) if said else _("no limit")


def preset(one: Preset) -> str:
    """A line of the list."""
    return f"{one.label}: {limits(one.per_minute, one.per_day)}"
