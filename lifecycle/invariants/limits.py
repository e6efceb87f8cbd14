"""Rules about how many letters a member gets: counted again from what was handed over since the rules were decided."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from lifecycle.invariants.lines import Moment
from mail import limits, sending_rules
from mail.models import Message
from mail.models.message import Purpose
from members import durations

EVER = dt.datetime.min.replace(tzinfo=dt.UTC)
LEEWAY = dt.timedelta(hours=26)  # a member may have moved to another zone since, as far as there is one


def passed(_moment: Moment) -> Iterator[str]:
    """Letters that were handed over although a limit that bound them was reached."""
    decided, rules = sending_rules.newest(), sending_rules.current()
    since = decided.decided_at if decided else EVER
    rows = Message.objects.filter(status__in=limits.LEFT, purpose__in=sending_rules.COUNTED)
    rows = rows.filter(submitted_at__isnull=False).select_related("member").defer("values")
    if not rules.caps:
        rows = rows.filter(purpose=Purpose.ASK)
    in_order = rows.order_by("member_id", "submitted_at", "pk").iterator()
    for _member, had in groupby(in_order, key=attrgetter("member_id")):
        yield from _of_member(list(had), rules, since)


def _of_member(had: Sequence[Message], rules: sending_rules.Rules, since: dt.datetime) -> Iterator[str]:
    asks = [message for message in had if message.purpose == Purpose.ASK]
    for message in had:
        if message.submitted_at is None or message.submitted_at < since or not limits.bind(message, rules):
            continue
        for cap in () if message.at_once else rules.caps_on(message.purpose):
            if len(_before(message, had, cap.within, rules)) >= cap.letters:
                yield f"letter {message.key}: more than {cap.letters} in {cap.within}"
        budget = rules.asks if message.purpose == Purpose.ASK else None
        if budget and budget.asks and len(_before(message, asks, budget.within, rules)) >= budget.asks:
            yield f"letter {message.key}: more than {budget.asks} asks in {budget.within}"
        if budget and budget.apart and _before(message, asks, budget.apart, rules):
            yield f"letter {message.key}: less than {budget.apart} after another ask"


def _before(
    message: Message, had: Sequence[Message], within: str, rules: sending_rules.Rules
) -> list[Message]:
    """Those that surely counted when the letter left; of the same moment only those that could be held back too."""
    zone, left = durations.zone_of(message.member), message.submitted_at
    leeway = dt.timedelta() if within.endswith(("h", "m")) else LEEWAY
    return [
        one
        for one in had
        if one.submitted_at and left
        if one.submitted_at < left
        or (one.submitted_at == left and one.pk < message.pk and limits.bind(one, rules))
        if durations.add(one.submitted_at, within, zone) > left + leeway
    ]
