"""The rows that tell of invented members, table by table."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from lifecycle.generating.people import DAY, PLANS, Person
from members import contract_terms

SOURCE = "house"
USES = ("usage.visit", "usage.lesson", "usage.attended")
SAID = ("letter.replied", "survey.answered", "referral.confirmed", "shop.visited")
Row = tuple[Any, ...]

MEMBER = (
    "id uuid email email_key name_key first_name last_name phone locale time_zone country plan_id source joined_at "
    "joining_reason told_by referral_code stage stage_since circle status household preferred_channel own_fields "
    "flag created_at updated_at"
).split()
EXTERNAL_ID = ("member_id", "source", "value")
FACTS = (
    "member_id renewals usage_known pulse events_attended dialogue_365d advocacy_365d referrals_confirmed stages_due"
).split()
CONTRACT = (
    "id uuid member_id source external_id plan_id status started_at anchor_at ended_at cancelled_at cancel_reason "
    "amount currency interval interval_count versions"
).split()
SPAN = "member_id subscription_id plan_id kind starts_at ends_at mrr currency amount interval interval_count".split()
PAYMENT = "member_id subscription_id source external_id amount currency status paid_at versions".split()
EVENT = "member_id name occurred_at recorded_at key data handled_at error".split()
MOVE = "member_id kind from_stage to_stage at rule values note".split()
CONSENT = "member_id topic granted at recorded_at proof source".split()
DAYS = ("member_id", "name", "day", "count", "quantity")


def members(people: Sequence[Person], now: dt.datetime) -> Iterator[Row]:
    """Rows of MEMBER."""
    for one in people:
        country, locale, zone = one.place
        yield (
            one.number, one.uuid, one.email, one.email, f"{one.first_name} {one.last_name}".casefold(),
            one.first_name, one.last_name, "", locale, zone, country,
            one.plan, one.source, one.joined_at, "", "", "", one.stage, one.stage_since, "not_yet",
            "ended" if one.left_at else "active", "", "", {}, "", now, now,
        )  # fmt: skip


def external_ids(people: Sequence[Person]) -> Iterator[Row]:
    """Rows of EXTERNAL_ID."""
    return ((one.number, SOURCE, f"g-{one.number}") for one in people)


def facts(people: Sequence[Person]) -> Iterator[Row]:
    """Rows of FACTS, to be computed."""
    return ((one.number, 0, False, "unknown", 0, 0, 0, 0, False) for one in people)


def contracts(people: Sequence[Person]) -> Iterator[Row]:
    """Rows of CONTRACT: one a member, paid by the year."""
    for one in people:
        yield (
            one.number, one.uuid, one.number, SOURCE, f"s-{one.number}", one.plan,
            "ended" if one.left_at else "active", one.joined_at, one.joined_at, one.left_at,
            one.left_at and one.left_at - 20 * DAY, one.reason, PLANS[one.plan - 1][1], "EUR", "year", 1, {},
        )  # fmt: skip


def spans(people: Sequence[Person]) -> Iterator[Row]:
    """Rows of SPAN: one a contract."""
    for one in people:
        amount = PLANS[one.plan - 1][1]
        worth = contract_terms.per_month(amount, "year", 1)
        since, until = one.joined_at, one.left_at
        yield one.number, one.number, one.plan, "paid", since, until, worth, "EUR", amount, "year", 1


def payments(people: Sequence[Person], now: dt.datetime) -> Iterator[Row]:
    """Rows of PAYMENT: one a year."""
    for one in people:
        paid_at, number = one.joined_at, 1
        while paid_at < (one.left_at or now):
            ident = f"p-{one.number}-{number}"
            amount = PLANS[one.plan - 1][1]
            yield one.number, one.number, SOURCE, ident, amount, "EUR", "succeeded", paid_at, {}
            paid_at, number = paid_at + 365 * DAY, number + 1


def events(rng: Random, people: Sequence[Person], now: dt.datetime) -> Iterator[Row]:
    """Rows of EVENT: joining, first value, and a few signs; all answered already."""
    for one in people:
        yield _event(one, "member.signed_up", one.joined_at, now)
        if one.stage not in ("onboarding",):
            yield _event(one, "member.activated", one.joined_at + 9 * DAY, now)
        end = one.left_at or now
        for number in range(min(12, int(rng.expovariate(1 / 3)))):
            name = rng.choice(SAID)
            yield _event(one, name, one.joined_at + (end - one.joined_at) * rng.random(), now, number)


def moves(people: Sequence[Person]) -> Iterator[Row]:
    """Rows of MOVE: joined, and the last move."""
    for one in people:
        yield one.number, "joined", "", "onboarding", one.joined_at, "joined", {}, ""
        if one.stage != "onboarding":
            kind = "left" if one.left_at else "moved"
            yield one.number, kind, "onboarding", one.stage, one.stage_since, kind, {}, ""


def consents(people: Sequence[Person], now: dt.datetime) -> Iterator[Row]:
    """Rows of CONSENT: membership, by joining."""
    return ((one.number, "membership", True, one.joined_at, now, "joined", "generated") for one in people)


def days(rng: Random, people: Sequence[Person], each: float, now: dt.datetime) -> Iterator[Row]:
    """Rows of DAYS: about `each` uses a member, more of the keen; none of those with nothing to use."""
    for one in people:
        first, last = one.joined_at.date(), (one.left_at or now).date()
        span = max(1, (last - first).days)
        used = Counter(
            (USES[0] if rng.random() < 0.8 else rng.choice(USES), rng.randrange(span))
            for _ in range(round(each * one.keen))
        )
        for (name, day), count in sorted(used.items()):
            yield one.number, name, first + dt.timedelta(days=day), count, count


def _event(one: Person, name: str, at: dt.datetime, now: dt.datetime, number: int = 0) -> Row:
    return one.number, name, at, at, f"generated:{one.number}:{name}:{number}", {}, now, ""
