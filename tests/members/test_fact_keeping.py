"""Facts: what tables say of a member, kept right during the day and by night."""

import datetime as dt
import random
from typing import Any

import pytest

from members import events, fact_keeping, freshness, payments, subscriptions, usage
from members.models import Member, MemberFacts, Plan
from office.models import Beat
from tests import cast

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
YEAR = 365 * DAY


@pytest.fixture
def member(db: None, now: dt.datetime) -> Member:
    return cast.join("lone", now - 2 * YEAR, quiet=True).member


def happens(member: Member, name: str, at: dt.datetime, **data: Any) -> None:
    events.record(events.Draft(name, member, at, f"{name}:{at}", data), at, quiet=True)


def uses(member: Member, at: dt.datetime, *days_ago: int, name: str = "usage.walk") -> None:
    told = [
        usage.Use(member.pk, "door", f"{name}:{ago}:{turn}", name, at - ago * DAY)
        for turn, ago in enumerate(days_ago)
    ]
    usage.record_many(told, at)


def says(member: Member, name: str, at: dt.datetime, **more: Any) -> None:
    change = subscriptions.Change(f"subscription.{name}", member, "house", "s-1", at, f"{name}{at}", more)
    subscriptions.apply(change, at, quiet=True)


def pays(member: Member, name: str, at: dt.datetime, of: str, amount: int = 90000) -> None:
    receipt = payments.Receipt(f"payment.{name}", member, "house", of, amount, "DKK", at, f"{name}{at}")
    payments.apply(receipt, at, quiet=True)


def facts(member: Member, now: dt.datetime) -> MemberFacts:
    fact_keeping.recompute([member.pk], now)
    return MemberFacts.objects.get(pk=member.pk)


def test_who_is_in_doubt_is_put_right_and_no_more_in_doubt(member: Member, now: dt.datetime) -> None:
    while fact_keeping.refresh(now):
        pass
    happens(member, "member.activated", now)
    assert MemberFacts.objects.get().dirty_at == now
    assert fact_keeping.refresh(now + HOUR) == 1
    row = MemberFacts.objects.get()
    assert (row.dirty_at, row.activated_at, row.computed_at) == (None, now, now + HOUR)
    assert row.stages_due
    assert fact_keeping.refresh(now + HOUR) == 0


def test_letters_that_leave_put_nobody_in_doubt(member: Member, now: dt.datetime) -> None:
    fact_keeping.refresh(now)
    happens(member, "mail.sent", now)
    assert fact_keeping.refresh(now) == 0


def test_unknown_use_is_not_zero(member: Member, now: dt.datetime) -> None:
    row = facts(member, now)
    assert (row.usage_known, row.consumption_28d, row.pulse) == (False, None, "unknown")


def test_use_by_one_makes_use_known_for_everybody_on_the_plan(
    member: Member, now: dt.datetime, django_capture_on_commit_callbacks: Any
) -> None:
    other = cast.join("other", now - 30 * DAY, quiet=True).member
    fact_keeping.refresh(now)
    uses(member, now, 3)
    with django_capture_on_commit_callbacks(execute=True):
        fact_keeping.recompute([member.pk], now)
    assert fact_keeping.refresh(now) == 1
    row = MemberFacts.objects.get(pk=other.pk)
    assert (row.usage_known, row.consumption_28d, row.pulse) == (True, 0, "awake")


def test_nobody_is_asleep_before_use_could_be_seen_for_that_long(member: Member, now: dt.datetime) -> None:
    other = cast.join("other", now - 2 * YEAR, quiet=True).member
    uses(member, now, 0)
    fact_keeping.recompute([member.pk, other.pk], now)
    for days, seen in ((0, "awake"), (59, "awake"), (60, "quiet"), (120, "sleeping")):
        fact_keeping.roll(now + days * DAY)
        assert MemberFacts.objects.get(pk=other.pk).pulse == seen, days
    uses(member, now, 300)  # an old list of the door: use could be seen then already
    fact_keeping.recompute([member.pk], now + DAY)
    fact_keeping.roll(now + DAY)
    assert Plan.objects.get(pk=member.plan_id).first_use_on == (now - 300 * DAY).date()
    assert MemberFacts.objects.get(pk=other.pk).pulse == "sleeping"


def test_a_plan_with_nothing_to_use_raises_no_alarm(member: Member, now: dt.datetime) -> None:
    Plan.objects.update(consumption="none", first_use_on=now.date())
    assert facts(member, now).pulse == "unknown"
    Plan.objects.update(consumption="optional")
    row = facts(member, now)
    assert (row.usage_known, row.pulse, row.consumption_28d) == (True, "unknown", 0)


def test_the_last_28_days_include_today_and_the_ratio_is_against_168_before(
    member: Member, now: dt.datetime
) -> None:
    uses(member, now, 0, 27, 28, 195, 196, *range(30, 40))
    row = facts(member, now)
    assert (row.consumption_28d, row.last_use_on) == (2, now.date())
    assert row.consumption_ratio == pytest.approx(2 / (12 / 6))


def test_a_rhythm_of_ones_own_needs_56_days(now: dt.datetime) -> None:
    young = cast.join("young", now - 55 * DAY, quiet=True).member
    uses(young, now, 1, 2, 40)
    assert facts(young, now).consumption_ratio is None
    assert facts(young, now + DAY).consumption_ratio == pytest.approx(2 / 1)


def test_pulse_follows_the_plan_and_says_since_when(member: Member, now: dt.datetime) -> None:
    uses(member, now, 0)
    seen = {days: facts(member, now + days * DAY) for days in (0, 59, 60, 119, 120)}
    pulses = [seen[days].pulse for days in sorted(seen)]
    assert pulses == ["awake", "awake", "quiet", "quiet", "sleeping"]
    assert seen[119].pulse_since == dt.datetime.combine((now + 60 * DAY).date(), dt.time(), dt.UTC)


def test_a_pause_asks_nobody_to_come_and_the_clock_begins_anew_after_it(
    member: Member, now: dt.datetime
) -> None:
    says(member, "started", now - YEAR)
    uses(member, now, 200)
    assert facts(member, now).pulse == "sleeping"
    says(member, "paused", now)
    assert facts(member, now).pulse == "unknown"
    says(member, "resumed", now + 90 * DAY)
    assert facts(member, now + 100 * DAY).pulse == "awake"


def test_signs_of_two_ways_and_acts_count_for_a_year(member: Member, now: dt.datetime) -> None:
    happens(member, "letter.replied", now - 366 * DAY)
    happens(member, "survey.answered", now - 10 * DAY)
    happens(member, "task.done", now - 9 * DAY, talked=True)
    happens(member, "task.done", now - 1 * DAY, talked=False)
    happens(member, "mail.clicked", now)
    happens(member, "referral.confirmed", now - 8 * DAY)
    happens(member, "advocacy.podcast", now - 7 * DAY)
    uses(member, now, 5, name="usage.attended")
    uses(member, now, 4, name="usage.visit")
    row = facts(member, now)
    assert (row.dialogue_365d, row.advocacy_365d, row.referrals_confirmed) == (3, 2, 1)
    assert row.last_conversation_at == dt.datetime.combine((now - 5 * DAY).date(), dt.time(), dt.UTC)
    assert row.events_attended == 2


def test_a_contract_says_price_worth_and_tenure(member: Member, now: dt.datetime) -> None:
    paid = {"amount": 90000, "currency": "DKK", "interval": "year"}
    says(member, "started", now - 400 * DAY, **paid)
    says(member, "renewed", now - 35 * DAY)
    pays(member, "succeeded", now - 400 * DAY, "p-1")
    pays(member, "succeeded", now - 35 * DAY, "p-2")
    pays(member, "refunded", now - 30 * DAY, "p-2")
    row = facts(member, now)
    assert (row.price, row.currency, row.mrr) == (90000, "DKK", 7500)
    assert (row.tenure_since, row.renewals) == (now - 400 * DAY, 1)
    assert (row.paid_total, row.lifetime_value) == (90000, 90000)
    says(member, "ended", now, cancel_reason="too far")
    row = facts(member, now)
    assert (row.former_since, row.cancel_reason, row.mrr, row.price) == (now, "too far", 0, None)
    assert row.tenure_since is None


def test_a_return_begins_a_new_tenure_and_counts_its_own_renewals(member: Member, now: dt.datetime) -> None:
    says(member, "started", now - 2 * YEAR)
    says(member, "renewed", now - YEAR)
    says(member, "ended", now - 300 * DAY)
    says(member, "started", now - 100 * DAY)
    says(member, "renewed", now - 10 * DAY)
    row = facts(member, now)
    assert (row.tenure_since, row.renewals, row.cancel_reason) == (now - 100 * DAY, 1, None)


def test_a_night_that_follows_what_moved_ends_as_one_that_looks_at_everybody(now: dt.datetime) -> None:
    rng = random.Random(7)
    people = [
        cast.join(f"p{n}", now - rng.randint(0, 500) * DAY, quiet=True, plan=f"plan-{n % 2}").member
        for n in range(25)
    ]
    Plan.objects.filter(slug="plan-1").update(quiet_after=10, sleeping_after=40, quiet_months=[4])
    for person in people:
        days = [rng.randint(0, 420) for _ in range(rng.choice((0, 1, 12)))]
        uses(person, now, *days, name=rng.choice(("usage.walk", "usage.attended")))
        for name in ("letter.replied", "referral.confirmed"):
            happens(person, name, now - rng.randint(300, 400) * DAY)
    fact_keeping.roll(now)
    fact_keeping.refresh(now)
    for days in (1, 2, 30, 31, 75, 160):
        tonight = now + days * DAY
        looked_at = fact_keeping.roll(tonight)
        rolled = _told()
        fact_keeping.recompute([person.pk for person in people], tonight)
        assert rolled == _told(), days
        assert days > 2 or looked_at < len(people)


def _told() -> list[dict[str, Any]]:
    left_out = {"computed_at", "dirty_at", "stages_due"}
    return [
        {name: value for name, value in row.items() if name not in left_out}
        for row in MemberFacts.objects.order_by("pk").values()
    ]


def test_the_first_night_looks_at_everybody(member: Member, now: dt.datetime) -> None:
    assert fact_keeping.roll(now) == 1
    assert Beat.objects.get(name=fact_keeping.ROLLED).at == now
    assert fact_keeping.roll(now + HOUR) == 0


def test_the_number_of_queries_does_not_depend_on_the_number_of_members(
    now: dt.datetime, django_assert_max_num_queries: Any
) -> None:
    people = [cast.join(f"p{n}", now, quiet=True).member.pk for n in range(30)]
    freshness.doubt(people, now)
    with django_assert_max_num_queries(16):
        assert fact_keeping.refresh(now) == 30


def test_time_on_a_pause_is_no_time_with_us(member: Member, now: dt.datetime) -> None:
    says(member, "started", now - 100 * DAY)
    says(member, "paused", now - 60 * DAY)
    assert facts(member, now - 20 * DAY).tenure_since == now - 60 * DAY
    assert facts(member, now).tenure_since == now - 40 * DAY
    assert fact_keeping.roll(now) == 1
    assert fact_keeping.roll(now + 30 * DAY) == 1
    assert MemberFacts.objects.get(pk=member.pk).tenure_since == now - 10 * DAY
    says(member, "resumed", now + 30 * DAY)
    assert facts(member, now + 80 * DAY).tenure_since == now - 10 * DAY


def test_a_pause_of_one_contract_counts_while_another_runs(member: Member, now: dt.datetime) -> None:
    says(member, "started", now - 100 * DAY)
    change = subscriptions.Change("subscription.started", member, "house", "s-2", now - 50 * DAY, "two", {})
    subscriptions.apply(change, now - 50 * DAY, quiet=True)
    says(member, "paused", now - 60 * DAY)
    assert facts(member, now).tenure_since == now - 90 * DAY
