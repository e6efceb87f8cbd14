"""Letters of which nobody knows whether they arrived, in plain words."""

import datetime as dt

from django.utils.translation import gettext as _

from dashboard.words import times
from mail.models import Message


def what(message: Message, now: dt.datetime) -> str:
    """What happened while it was handed over."""
    code, _colon, detail = message.reason.partition(":")
    moment = message.unknown_at or message.due_at
    at = _("just now") if abs(now - moment) < dt.timedelta(minutes=1) else times.near(moment, now)
    said = {
        "died": _(
            "The program stopped %s, after the letter was given to the mail server and before its answer came."
        ),
        "restored": _("A backup was put back %s. The letter was due before, so it may have left already."),
        "lost": _("The connection to the mail server broke %s, before it had answered."),
    }.get(code, _("Something went wrong %s while it was handed over."))
    text = said % at
    return f"{text} {_said_there(detail)}" if detail.strip() else text


def left() -> str:
    """Its member is not in the flow any more."""
    return _("It is not sent again: its member left the flow")


def never(why: str) -> str:
    """It would be stopped here."""
    return _("It would not leave: %s") % why


def later(why: str) -> str:
    """It would leave, but not now."""
    return _("It waits first: %s") % why


def at_once() -> str:
    """Nothing stands in the way."""
    return _("It leaves at once")


def _said_there(detail: str) -> str:
    return _("What was heard: %s") % detail.strip()
