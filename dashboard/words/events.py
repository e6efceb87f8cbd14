"""What happened to a member, one plain sentence per kind of event."""

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from mail import wording
from members import event_words
from members.models import Event

SENTENCES = event_words.SENTENCES
name = event_words.name
DETAILS = ("reason", "cancel_reason", "joining_reason", "title", "name", "note", "segment")


def sentence(event: Event) -> str:
    """What happened, with its amount where it has one; unknown names are made readable."""
    said = name(event.name)
    amount = _amount(event.data)
    return _("%(what)s: %(amount)s") % {"what": said, "amount": amount} if amount else said


def detail(event: Event) -> str:
    """What was said about it in the other system or by the member, empty when nothing was."""
    texts = (event.data.get(name) for name in DETAILS)
    return next((text for text in texts if isinstance(text, str) and text), "")


def kind(event: Event) -> str:
    """Which of the timeline's sorts it is: money, use or life."""
    room = event.name.split(".")[0]
    return {"payment": "money", "usage": "use", "value": "use"}.get(room, "life")


def _amount(data: Mapping[str, Any]) -> str:
    amount, currency = data.get("amount"), data.get("currency")
    if type(amount) is not int or not isinstance(currency, str) or not currency:
        return ""
    return wording.money(amount, currency.upper(), translation.get_language() or "en")
