"""Members as they were: what a trial knows of a moment is what the register knew at that moment."""

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import pytest

from flows.simulation import meanwhile, past, sandbox
from mail import transports
from members import conditions, fact_keeping, facts, facts_then, subscriptions
from members.models import Member, Plan, UsageDay
from tests import cast
from tests.members import test_fact_keeping as told

pytestmark = pytest.mark.django_db
START = dt.datetime(2024, 3, 2, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
TERMS = {"amount": 4900, "currency": "DKK", "interval": "month", "interval_count": 1}
# Billing tells a contract in this order; each once.
LIFE = (
    ("started", {**TERMS, "status": "trialing"}),
    ("changed", {"status": "active"}),
    ("past_due", {}),
    ("renewed", {"amount": 5900}),
    ("paused", {}),
    ("resumed", {}),
    ("cancelled", {"cancel_reason": "price"}),
)
SIGNS = ("letter.replied", "advocacy.guest", "referral.confirmed", "member.activated", "value.event_attended")


@pytest.mark.parametrize("seed", range(4))
def test_facts_of_then_are_what_they_were_then(seed: int) -> None:
    member = cast.join("lone", START, quiet=True).member
    Plan.objects.update(quiet_after=7, sleeping_after=20, first_use_on=START.date())
    known = {now: read(member.pk, now) for now in lived(member, random.Random(seed))}
    for now, then in known.items():
        assert differing(recalled(member.pk, now), then) == {}, now


def lived(member: Member, chance: random.Random) -> Iterator[dt.datetime]:
    """Two years, about one thing each week; yields each evening on which something had happened."""
    contract, now, life = chance.randrange(3), START, list(LIFE)
    for _ in range(100):
        now += DAY * chance.randrange(1, 14)
        what = chance.randrange(6)
        if what == contract and life:
            name, columns = life.pop(0)
            says(member, name, now, columns)
        elif what == 3:
            told.happens(member, chance.choice(SIGNS), now)
        elif what == 4:
            told.pays(member, "succeeded", now, f"p-{now:%Y%m%d}", 4900)
        else:
            told.uses(member, now, 0)
        evening = now + dt.timedelta(hours=9)
        subscriptions.end_lapsed(evening)
        yield evening


def says(member: Member, name: str, now: dt.datetime, columns: dict[str, Any]) -> None:
    """Billing tells something of the contract; who leaves has paid for forty days more."""
    said, data = dict(columns), {"reason": columns["cancel_reason"]} if "cancel_reason" in columns else {}
    if name == "cancelled":
        said["cancel_effective_at"] = now + 40 * DAY
    key = f"{name}{now}"
    subscriptions.apply(
        subscriptions.Change(f"subscription.{name}", member, "house", "s-1", now, key, said, data),
        now,
        quiet=True,
    )


def read(pk: int, now: dt.datetime) -> dict[str, Any]:
    """What the register says now, after the facts were put right."""
    fact_keeping.recompute([pk], now)
    member = Member.objects.select_related("plan", "facts").get(pk=pk)
    return {name: facts.FACTS[name].read(member, now) for name in facts_then.KNOWN}


def recalled(pk: int, now: dt.datetime) -> dict[str, Any]:
    """What a trial says of that moment, today."""
    then = past.Past(now)
    members = then.load([pk])
    then.bring(list(members.values()), facts_then.KNOWN, now)
    return {name: facts.FACTS[name].read(members[pk], now) for name in facts_then.KNOWN}


def differing(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {name: (one[name], other[name]) for name in one if one[name] != other[name]}


def test_of_a_day_of_use_counts_what_had_happened_by_then() -> None:
    member = cast.join("lone", START, quiet=True).member
    told.uses(member, START + 3 * DAY, 0, 1)
    told.uses(member, START + 3 * DAY + dt.timedelta(hours=8), 0)
    asked = {"event": "usage.*", "count": ">=3"}
    with sandbox.nothing_stays(transports.Kept()):
        meanwhile.lay_out(START)
        seen = meanwhile.Meanwhile(START, START, ())
        for hours, count in ((-1, 1), (1, 2), (9, 3)):
            now = START + 3 * DAY + dt.timedelta(hours=hours)
            seen.pass_to(now)
            assert sum(UsageDay.objects.values_list("count", flat=True)) == count
            assert conditions.evaluate(asked, [member], now)[member.pk].holds == (count == 3)
    assert sum(UsageDay.objects.values_list("count", flat=True)) == 3
