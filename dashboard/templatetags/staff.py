"""Words and small marks that the staff pages share."""

import datetime as dt
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dashboard.questions import arrivals, money, timeline
from dashboard.words import decisions, events, letters, lists, people, times, to_groups
from members.building import tree
from office import clock

register = template.Library()

register.filter("exactly", times.exact)
register.filter("written", times.written)
register.filter("initials", people.initials)
register.filter("came_by", people.came_by)
register.filter("in_words", tree.said)
register.filter("readable", lists.readable)
register.filter("letter_name", letters.name)
register.filter("letter_state", letters.state)
register.filter("letter_tone", letters.tone)
register.filter("letter_why", letters.why)
register.filter("group_letter_name", to_groups.name)
register.filter("group_letter_tone", to_groups.tone)
register.filter("arrival_state", arrivals.state)
register.filter("arrival_tone", arrivals.tone)
register.filter("arrival_why", arrivals.why)
register.filter("moved", timeline.moved)
register.filter("happening", events.sentence)
register.filter("verdict", decisions.verdict)
register.filter("event_name", events.name)
register.filter("money", money.amounts)
register.filter("verdict_why", decisions.why)


@register.simple_tag(takes_context=True)
def when(context: dict[str, Any], moment: dt.datetime | None) -> SafeString | str:
    """A moment as people say it, with day and time in full on hover."""
    return _time(moment, times.near(moment, _now(context))) if moment else ""


@register.simple_tag(takes_context=True)
def on(context: dict[str, Any], moment: dt.datetime | None) -> SafeString | str:
    """The day of a moment, with its time on hover."""
    return _time(moment, times.day(moment, _now(context))) if moment else ""


@register.simple_tag(takes_context=True)
def lasting(context: dict[str, Any], since: dt.datetime) -> SafeString:
    """How long something has lasted: "3 years 2 months", the beginning on hover."""
    return _time(since, times.length(since, _now(context)))


def _now(context: dict[str, Any]) -> dt.datetime:
    now = context.get("now")
    return now if isinstance(now, dt.datetime) else clock.now()


def _time(moment: dt.datetime, said: str) -> SafeString:
    stamp = moment.astimezone(dt.UTC).isoformat(timespec="seconds")
    return format_html('<time datetime="{}" title="{}">{}</time>', stamp, times.exact(moment), said)
