"""What happened to a member, one plain sentence per kind of event."""

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from mail import wording
from members import answers, event_words
from members.models import Event
from value import ledger, words
from winback import reasons

SENTENCES = event_words.SENTENCES
name = event_words.name
DETAILS = ("reason", "cancel_reason", "joining_reason", "title", "name", "note", "segment")


def sentence(event: Event) -> str:
    """What happened, with its amount where it has one; unknown names are made readable."""
    said = name(event.name)
    amount = _got(event) if event.name.startswith(ledger.PREFIX) else _amount(event.data)
    return _("%(what)s: %(amount)s") % {"what": said, "amount": amount} if amount else said


def detail(event: Event) -> str:
    """What was said about it in the other system or by the member, empty when nothing was."""
    found = [text for name in DETAILS if isinstance(text := event.data.get(name), str) and text]
    if event.name == answers.NAME:
        return _answer(event.data)
    if event.name == "subscription.cancelled" and found:
        said = event.data.get("words", "")
        return ": ".join(dict.fromkeys(filter(None, [reasons.words(found[0]), said])))
    return found[0] if found else ""


def _answer(data: Mapping[str, Any]) -> str:
    """“Is it what you hoped for?”: Partly. “It is loud in there”."""
    answer = data.get("answer", data.get("score", ""))
    said = [f"“{data['question']}”" if data.get("question") else "", str(answer)]
    known = ": ".join(filter(None, said))
    return f"{known}. “{data['text']}”" if data.get("text") else known


def kind(event: Event) -> str:
    """Which of the timeline's sorts it is: money, use or life."""
    room = event.name.split(".")[0]
    return {"payment": "money", "subscription": "money", "usage": "use", "value": "use"}.get(room, "life")


def _got(event: Event) -> str:
    """What a line of the ledger tells: the money saved, else how many of what; empty of one thing without a unit."""
    gain, language = ledger.read(event.name, event.data, ""), translation.get_language() or "en"
    if gain.saved is not None:
        return wording.money(gain.saved, gain.currency, language)
    return (
        f"{words.number(gain.amount, language)} {gain.unit}" if event.data.get("unit") and gain.unit else ""
    )


def _amount(data: Mapping[str, Any]) -> str:
    amount, currency = data.get("amount"), data.get("currency")
    if type(amount) is not int or not isinstance(currency, str) or not currency:
        return ""
    return wording.money(amount, currency.upper(), translation.get_language() or "en")
