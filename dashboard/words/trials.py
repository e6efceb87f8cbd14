"""A trial of a flow in plain words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboard.words import because, lists
from flows.simulation import telling
from mail import reasons, rendering
from mail.models import Message
from members import facts

BECAUSE = {
    "quiet_hours": gettext_lazy("quiet hours"),
    "window": gettext_lazy("the hours and days for letters"),
    "blackout": gettext_lazy("days that are kept free"),
    "cap": gettext_lazy("how many letters somebody may get"),
    "ask_budget": gettext_lazy("how often somebody may be asked"),
    "asks_apart": gettext_lazy("how often somebody may be asked"),
    "surveys_apart": gettext_lazy("how often somebody may be asked"),
    "complaint": gettext_lazy("an open complaint"),
    "reply": gettext_lazy("a reply that is not answered yet"),
}
DATES = {
    "subscription.current_period_end": gettext_lazy("when memberships are renewed"),
    "subscription.trial_ends_at": gettext_lazy("when trials end"),
    "subscription.card_expires_at": gettext_lazy("until when cards are valid"),
}


def sentence(told: telling.Told, days: int) -> str:
    """The whole answer: "In the last 30 days 84 members would have got 212 letters; …"."""
    letters = sum(one.sent for one in told.letters)
    if not told.entered:
        what = _("nobody would have come into it")
    elif not letters:
        text = ngettext(
            "%(members)d member would have come into it and got no letter",
            "%(members)d members would have come into it and got no letter",
            told.entered,
        )
        what = text % {"members": told.entered}
    else:
        members = ngettext("%d member", "%d members", told.got_letters) % told.got_letters
        sent = ngettext("%d letter", "%d letters", letters) % letters
        what = _("%(who)s would have got %(what)s") % {"who": members, "what": sent} + _later(told)
    return _span(told, days) % {"what": what}


def _span(told: telling.Told, days: int) -> str:
    """In which days: all that were asked for, or those that it came to."""
    if told.is_whole:
        return ngettext("In the last %d day %%(what)s.", "In the last %d days %%(what)s.", days) % days
    played = (told.until - told.since).days
    if not played:
        return _("On the first of these days %(what)s.")
    return _("In the first %(played)d of these %(days)d days %%(what)s.") % {"played": played, "days": days}


def _later(told: telling.Told) -> str:
    number = sum(one.postponed for one in told.letters)
    if not number:
        return ""
    kinds: Counter[str] = Counter()
    for one in told.letters:
        for code, times_ in one.waited_for.items():
            kinds[str(BECAUSE.get(code.partition(" ")[0], code))] += times_
    text = ngettext(
        "; %(number)d of them would have left later because of %(why)s",
        "; %(number)d of them would have left later because of %(why)s",
        number,
    )
    return text % {"number": number, "why": lists.joined([kind for kind, _n in kinds.most_common()])}


def hindrance(code: str) -> str:
    """What a letter waited for."""
    return reasons.hindrance(code)


def stayed(code: str) -> str:
    """Why a letter would not have been sent."""
    kind, _colon, detail = code.partition(": ")
    plain = Message(reason=kind).reason_in_words
    if not detail:
        return str(plain)
    return f"{plain}: {lists.joined([reasons.hindrance(one) for one in detail.split(' | ')])}"


def refusal(reason: str) -> str:
    """Why somebody would not have come in."""
    return because.said(reason)


def letter_names(definition: Mapping[str, Any]) -> dict[str, str]:
    """What the letters are called, by slug: their subjects as they are written for everybody."""
    return {letter.get("slug", ""): _subject(letter) for letter in definition.get("letters", [])}


def _subject(letter: Mapping[str, Any]) -> str:
    known = {"member": {"first_name": _("[first name]"), "name": _("[name]")}}
    try:
        subject = rendering.line(str(letter.get("subject", "")), known)
    except rendering.RenderError:
        subject = ""
    return subject or lists.readable(str(letter.get("slug", "")))


def taken(names: Sequence[str]) -> list[str]:
    """What was taken as it is today."""
    return [_taken(name) for name in names]


def _taken(name: str) -> str:
    if name in DATES:
        return str(DATES[name])
    if name in facts.FACTS:
        meaning = str(facts.FACTS[name].meaning)
        return meaning[:1].lower() + meaning[1:]
    kind, _space, slug = name.partition(" ")
    if kind == "segment":
        return _("who is on the list “%s”") % lists.readable(slug)
    if kind == "flow":
        return _("who is in the flow “%s”") % lists.readable(slug)
    return lists.readable(name)
