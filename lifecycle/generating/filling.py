"""Fills an empty database: people and what belongs to them, their days of use, and the single uses behind these."""

import datetime as dt
from collections.abc import Callable
from random import Random

from django.db import connection, transaction

from lifecycle.generating import hurrying, people, rows
from members import fact_keeping, partitions
from members.models import (
    Consent,
    Event,
    ExternalId,
    Member,
    MemberFacts,
    Payment,
    Plan,
    Span,
    StageChange,
    Subscription,
    Usage,
    UsageDay,
)
from office import pouring

AT_ONCE = 5_000  # people
USES_AT_ONCE = 250_000  # days of use
MOST_A_DAY = 12  # uses of one name by one member
TABLES = (Plan, Member, ExternalId, Subscription, Span, Payment, Event, StageChange, Consent, UsageDay, Usage)
Say = Callable[[str], None]


def fill(members: int, usage: int, seed: int, now: dt.datetime, say: Say) -> None:
    """Writes `members` people with about `usage` uses up to `now`; `say` is told how far it is."""
    rng = Random(seed)  # noqa: S311 (a story, no secret)
    _plans(now)
    for start in range(1, members + 1, AT_ONCE):
        crowd = [
            people.invent(rng, number, now) for number in range(start, min(start + AT_ONCE, members + 1))
        ]
        with transaction.atomic():
            hurrying.hurry()
            _write(rng, crowd, usage / members, now)
        say(f"{crowd[-1].number} members")
    _uses(now, say)
    hurrying.finish(TABLES)
    say("facts")
    fact_keeping.roll(now)
    hurrying.finish(())  # the planner shall see the facts too


def _plans(now: dt.datetime) -> None:
    for place, (slug, amount, _share) in enumerate(people.PLANS, 1):
        Plan.objects.create(
            pk=place,
            slug=slug,
            name=slug.capitalize(),
            amount=amount,
            currency="EUR",
            interval="year",
            consumption="none" if slug == "passive" else "expected",
            quiet_months=[7] if slug == "family" else [],
            completed_at=now,
        )


def _write(rng: Random, crowd: list[people.Person], each: float, now: dt.datetime) -> None:
    pouring.pour(Member, rows.MEMBER, rows.members(crowd, now))
    pouring.pour(ExternalId, rows.EXTERNAL_ID, rows.external_ids(crowd))
    pouring.pour(MemberFacts, rows.FACTS, rows.facts(crowd))
    pouring.pour(Subscription, rows.CONTRACT, rows.contracts(crowd))
    pouring.pour(Span, rows.SPAN, rows.spans(crowd))
    pouring.pour(Payment, rows.PAYMENT, rows.payments(crowd, now))
    pouring.pour(Event, rows.EVENT, rows.events(rng, crowd, now))
    pouring.pour(StageChange, rows.MOVE, rows.moves(crowd))
    pouring.pour(Consent, rows.CONSENT, rows.consents(crowd, now))
    pouring.pour(UsageDay, rows.DAYS, rows.days(rng, crowd, each, now))


def _uses(now: dt.datetime, say: Say) -> None:
    """The single uses of each day, made by the database from its own rows."""
    partitions.prepare(now - dt.timedelta(days=366 * people.YEARS), now)
    last = UsageDay.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for start in range(0, last, USES_AT_ONCE):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_SINGLE[connection.vendor], [start, start + USES_AT_ONCE])
        say(f"{min(start + USES_AT_ONCE, last)} days of use")


_NUMBERS = " UNION ALL ".join(f"SELECT {number} AS turn" for number in range(MOST_A_DAY))
_SINGLE = {
    vendor: f"""
    INSERT INTO {Usage._meta.db_table} (member_id, source, external_id, name, occurred_at, quantity)
    SELECT member_id, '{rows.SOURCE}', 'g-' || days.id || '-' || turn, name, {moment}, 1
    FROM {UsageDay._meta.db_table} days JOIN ({_NUMBERS}) numbers ON turn < days.count
    WHERE days.id > %s AND days.id <= %s
    """  # noqa: S608 (own names)
    for vendor, moment in {
        "postgresql": "(day + interval '6 hours' + (days.id %% 700 + turn) * interval '1 minute') AT TIME ZONE 'UTC'",
        "sqlite": "datetime(day, '+' || (360 + days.id %% 700 + turn) || ' minutes')",
    }.items()
}
