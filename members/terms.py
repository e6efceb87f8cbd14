"""Billing terms: a contract anchored on the 31st is due on the last day of shorter months, and on the 31st again.

Stripe's rule for billing cycles: https://docs.stripe.com/billing/subscriptions/billing-cycle
"""

import datetime as dt

from dateutil.relativedelta import relativedelta

UNITS = {
    "day": relativedelta(days=1),
    "week": relativedelta(weeks=1),
    "month": relativedelta(months=1),
    "year": relativedelta(years=1),
}
EARLY = {
    "day": dt.timedelta(0),
    "week": dt.timedelta(days=1),
}  # a renewal may be told this long before it is due
EARLY_AT_MOST = dt.timedelta(days=3)


def due(anchor: dt.datetime, interval: str, count: int, number: int) -> dt.datetime:
    """When term `number` ends: that many times `count` × `interval` (day, week, month, year) from the anchor on."""
    return anchor + UNITS[interval] * (count * number)


def end_after(anchor: dt.datetime, interval: str, count: int, moment: dt.datetime) -> dt.datetime:
    """The end of the term that holds `moment`: the first due time after it, never before the anchor."""
    number = max(0, _about(anchor, interval, count, moment) - 1)
    while (end := due(anchor, interval, count, number)) <= moment:
        number += 1
    return end


def elapsed(anchor: dt.datetime, interval: str, count: int, moment: dt.datetime) -> int:
    """How many whole terms from the anchor on are over at `moment`; 0 before the first one is."""
    number = max(0, _about(anchor, interval, count, moment) - 1)
    while due(anchor, interval, count, number + 1) <= moment:
        number += 1
    return number


def early(interval: str) -> dt.timedelta:
    """How long before its due time a renewal may be told and still be the one of that time."""
    return EARLY.get(interval, EARLY_AT_MOST)


def _about(anchor: dt.datetime, interval: str, count: int, moment: dt.datetime) -> int:
    longest = {"day": 1, "week": 7, "month": 31, "year": 366}[interval] * count
    return (moment - anchor).days // longest
