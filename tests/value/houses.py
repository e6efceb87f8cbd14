"""What a statement is counted from: payments, uses, and lines of the ledger, told as any door tells them."""

import datetime as dt
import itertools
from typing import Any

from members import events, payments, usage
from members.models import Member, Plan, UsageDay
from value.models import Benefit, Upcoming

_numbers = itertools.count(1)


def got(member: Member, name: str, at: dt.datetime, **data: Any) -> None:
    """A line of the ledger."""
    events.record(events.Draft(name, member, at, f"ledger-{next(_numbers)}", data), at, quiet=True)


def used(member: Member, name: str, at: dt.datetime, times: int = 1) -> None:
    """So many uses, a day apart, the last at `at`."""
    moments = [at - dt.timedelta(days=back) for back in range(times)]
    uses = [usage.Use(member.pk, "test", f"use-{next(_numbers)}", name, moment) for moment in moments]
    usage.record_many(uses, at)
    assert UsageDay.objects.filter(member=member, name=name).exists()


def paid(
    member: Member,
    amount: int,
    at: dt.datetime,
    *,
    currency: str = "DKK",
    name: str = "payment.succeeded",
    **more: Any,
) -> str:
    """A payment, or with the id of one (`again`) what became of it; returns its id."""
    ident = more.get("again") or f"p{next(_numbers)}"
    told = f"told-{next(_numbers)}"
    payments.apply(payments.Receipt(name, member, "house", ident, amount, currency, at, told), at, quiet=True)
    return str(ident)


def plan(slug: str, amount: int | None = 90000, **more: Any) -> Plan:
    """A plan, paid by the year."""
    said = {"name": slug.title(), "amount": amount, "currency": "DKK", "interval": "year", **more}
    return Plan.objects.update_or_create(slug=slug, defaults=said)[0]


def benefit(name: str, shown_by: str = "", worth: int | None = None, **more: Any) -> Benefit:
    """A benefit that members hear of."""
    said = {"offered_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "currency": "DKK" if worth else "", **more}
    return Benefit.objects.create(name=name, shown_by=shown_by, worth=worth, **said)


def coming(title: str, at: dt.datetime, **more: Any) -> Upcoming:
    """Something that is coming."""
    return Upcoming.objects.create(title=title, starts_at=at, **more)
