"""What would come of a yes to a letter that waits for one, in words, and what speaks for looking twice."""

import datetime as dt
from collections.abc import Sequence

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.words import lists, times
from mail.arbitration import Verdict
from mail.models import Message


def outlook(verdict: Verdict, message: Message, now: dt.datetime) -> str:
    """What becomes of the letter when somebody says yes now."""
    if verdict.until:
        return _("On your yes: %s") % why(verdict)
    if verdict.reason:
        return _("It would not leave: %s") % why(verdict)
    if message.due_at > now:
        return _("On your yes it leaves %s") % times.near(message.due_at, now)
    return _("On your yes it leaves at once")


def why(verdict: Verdict) -> str:
    """What stands in the way, as staff read it."""
    return Message(reason=verdict.reason).reason_in_words


def nearly_late(message: Message, now: dt.datetime) -> str:
    """It is worth sending only a little longer."""
    return _("Worth sending only until %s") % times.near(message.not_after, now)


def happened(what: Sequence[str]) -> str:
    """What happened to the member since the letter was written."""
    return _("Heard since it was written: %s") % lists.joined(what)


def newer_text() -> str:
    """The editors changed the text meanwhile; the letter keeps the one it was written with."""
    return _("Its text was changed since; this letter keeps the old one")


def numbers(at_once: int, later: int, never: int) -> str:
    """What a yes to many letters comes to; what is none is left out."""
    parts = (
        (at_once, ngettext("%s leaves at once", "%s leave at once", at_once)),
        (later, ngettext("%s leaves later", "%s leave later", later)),
        (never, ngettext("%s would not leave", "%s would not leave", never)),
    )
    return lists.joined([text % intcomma(number) for number, text in parts if number])
