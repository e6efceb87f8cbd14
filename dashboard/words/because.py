"""Why a flow decided as it did: the short codes that decisions keep, as people say them."""

import re
from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.words import events, lists
from members import durations, fact_words, facts

PLAIN = {
    "is in this flow already": gettext_lazy("was in it at that time"),
    "has been in this flow before": gettext_lazy("had been in it before, and it takes nobody twice"),
    "the flow stood still": gettext_lazy("the flow stood still"),
    "too old": gettext_lazy("it was more than three days ago when it was heard of"),
    "happened before the flow was first published": gettext_lazy("it happened before the flow began"),
    "ended by staff when the flow went on after a pause": gettext_lazy(
        "it was ended for those who would have moved on during a pause"
    ),
    "ended by staff before the flow was deleted": gettext_lazy("it was ended for everybody in it"),
    "merged with somebody who is in this flow already": gettext_lazy(
        "the same person was in it under another number already"
    ),
    "merged with somebody who has been in this flow before": gettext_lazy(
        "the same person had been in it under another number"
    ),
    "the merge was taken apart": gettext_lazy("they turned out to be two people"),
    "let in by staff": gettext_lazy("let in by somebody here"),
    "let in by a key": gettext_lazy("let in by another system"),
}


def said(reason: str) -> str:
    """The whole reason; a piece that nobody foresaw stays as it is."""
    return "; ".join(_piece(piece) for piece in reason.split("; "))


def _piece(piece: str) -> str:
    if piece in events.SENTENCES:
        return events.name(piece)
    if piece in PLAIN:
        return str(PLAIN[piece])
    for shape, words in SHAPES:
        if found := shape.fullmatch(piece):
            return words(found)
    return piece


def _fact(found: re.Match[str]) -> str:
    fact = facts.FACTS.get(found[1])
    if fact is None:
        return found[0]
    meaning = str(fact.meaning)
    now = {"true": _("yes"), "false": _("no"), "unknown": _("not known")}.get(found[2])
    return f"{meaning[:1].lower()}{meaning[1:]}: {now or fact_words.value(fact, found[2])}"


def _happened(found: re.Match[str]) -> str:
    text = _("%(event)s happened %(often)s times") % {"event": events.name(found[1]), "often": found[2]}
    return f"{text} {_('in the last %(span)s') % {'span': durations.said(found[3])}}" if found[3] else text


def _inside(found: re.Match[str]) -> str:
    return f"{_('is not in') if found[1] else _('is in')} “{lists.readable(found[2])}”"


SHAPES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"let in by the key “(.+)”"), lambda found: _("let in by %s") % found[1]),
    (re.compile(r"let in by (.+)"), lambda found: _("let in by %s") % found[1]),
    (
        re.compile(r"not yet let in: the flow takes (\d+) % so far"),
        lambda found: _("the flow takes only %s %% of those who could come in so far") % found[1],
    ),
    (
        re.compile(r"moved by staff from version (\d+) to (\d+)"),
        lambda found: _("from version %(old)s to version %(new)s") % {"old": found[1], "new": found[2]},
    ),
    (
        re.compile(r"ended by staff when version (\d+) was published"),
        lambda found: _("it was ended for them when version %s was published") % found[1],
    ),
    (re.compile(r"may come again from (.+)"), lambda found: _("may come again from %s") % found[1]),
    (
        re.compile(r"(\S+) came at or after it"),
        lambda found: _("after it happened: %s") % events.name(found[1]),
    ),
    (re.compile(r"(?:is( not)?) in (?:segment|flow) (\S+)(?: as \w+)?"), _inside),
    (re.compile(r"(\S+) happened (\d+) times(?: within (\w+))?, must be .+"), _happened),
    (re.compile(r"(\w+) is (.+?)(?:, must be .+)?"), _fact),
)
