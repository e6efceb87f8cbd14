"""How a flow begins, whom it is for and when it ends, told in sentences."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from members import conditions, durations, event_words
from members.models import Segment
from members.models.member import Stage
from office import phrases

Definition = Mapping[str, Any]


def table(definition: Definition, name: str) -> Definition:
    """A table of the definition; an imported draft may have anything in its place."""
    found = definition.get(name)
    return found if isinstance(found, Mapping) else {}


def begins(definition: Definition) -> str:
    """What sets the flow going."""
    trigger = table(definition, "trigger")
    if "stage" in trigger:
        return _("Comes into the stage: %s") % _stage(str(trigger["stage"]))
    if "segment" in trigger:
        segment = Segment.objects.filter(slug=trigger["segment"]).first()
        return _("Comes into the segment: %s") % (segment.name if segment else trigger["segment"])
    if "date" in trigger:
        return _date(trigger)
    if "every" in trigger:
        return _("Every %(span)s, counted from %(anchor)s") % {
            "span": _span(trigger["every"]),
            "anchor": _named(trigger.get("anchor", "joined_at")),
        }
    if "manual" in trigger:
        return _("Somebody here puts members into it")
    return event_words.name(str(trigger["event"])) if trigger.get("event") else _("Nothing sets it going yet")


def whom(definition: Definition) -> str:
    """Who gets in."""
    try:
        return conditions.read_aloud(definition.get("entry")) or _("everybody")
    except (KeyError, ValueError, TypeError, AssertionError):
        return _("something that this house does not know any more")


def again(definition: Definition) -> str:
    """Whether somebody may come into it a second time."""
    rule = str(definition.get("reentry") or "never")
    if rule == "never":
        return _("never a second time")
    if rule.startswith("after"):
        return _("again %s after it was over") % _span(rule.removeprefix("after").strip())
    return _("once for each membership")


def leaves(definition: Definition) -> str:
    """On what members leave it; empty where nothing makes them leave."""
    event = table(definition, "exit").get("event")
    return event_words.name(str(event)) if event else ""


def goal(definition: Definition) -> str:
    """What it is meant to lead to; empty where nothing is measured."""
    said = table(definition, "goal")
    if not said.get("event"):
        return ""
    what = event_words.name(str(said["event"]))
    if said.get("within"):
        return _("%(what)s, within %(span)s") % {"what": what, "span": _span(said["within"])}
    return what


def _stage(word: str) -> str:
    return str(dict(Stage.choices).get(word, word))


def _date(trigger: Definition) -> str:
    offset = str(trigger.get("offset") or "")
    what = _named(str(trigger["date"]))
    if not offset.strip("+-"):
        return what
    before, after = _("%(span)s before: %(what)s"), _("%(span)s after: %(what)s")
    said = {"span": _span(offset.lstrip("+-")), "what": what}
    return (before if offset.startswith("-") else after) % said


def _named(date: str) -> str:
    names = {
        "subscription.current_period_end": _("the membership renews"),
        "subscription.trial_ends_at": _("the trial ends"),
        "subscription.started_at": _("the membership began"),
        "subscription.card_expires_at": _("the card they pay with expires"),
        "subscription.cancelled_at": _("they said goodbye"),
        "subscription.access_ends_at": _("a cancelled membership ends"),
        "subscription.ended_at": _("the membership was over"),
        "member.joined_at": _("they joined"),
        "joined_at": _("the day they joined"),
    }
    return names.get(date) or phrases.readable(date)


def _span(text: Any) -> str:
    try:
        return durations.said(str(text))
    except durations.BadDuration:
        return str(text)
