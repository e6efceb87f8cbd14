"""Dates and repetitions let people in: each moment once, however long the clock stood still."""

import datetime as dt
import random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flows import entering, moments, publishing, sweeping
from flows.models import Decision, Enrolment, Flow, Sweep
from lifecycle import clock
from mail.models import Message
from members import durations
from members.models import Member, Subscription
from members.models.member import Stage
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
DAY, HOUR, MINUTE = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(minutes=1)
STOP = [{"uid": "stop", "kind": "end"}]
REST = [{"uid": "rest", "kind": "wait", "for": "300d"}]
TERM = "subscription.current_period_end"
RENEWAL = {"date": TERM, "offset": "-14d", "at": "09:00"}
RHYTHMIC = [RENEWAL, {"date": TERM, "offset": "-1mo"}, {"every": "1mo", "at": "02:30"}]
YEARLY = {"every": "1y", "anchor": "joined_at", "at": "09:00"}


def member(name: str, joined: dt.datetime, zone: str = "Europe/Copenhagen") -> Member:
    return cast.join(name, joined, quiet=True, email=f"{name}@example.com", time_zone=zone).member


def contract(who: Member, ends: dt.datetime, **more: Any) -> Subscription:
    number = Subscription.objects.count()
    return Subscription.objects.create(
        member=who, source="test", external_id=f"s{number}", current_period_end=ends, **more
    )


def publish(trigger: dict[str, Any], now: dt.datetime, **over: Any) -> Flow:
    steps = over.pop("steps", STOP)
    return making.publish(steps, now, trigger=trigger, **{"reentry": "per subscription", **over})


def sweep(now: dt.datetime, limit: int = 500) -> None:
    while sweeping.sweep(now, limit):
        pass
    making.work(now)


def walk(start: dt.datetime, days: float, step: dt.timedelta) -> None:
    now = start
    while now <= start + days * DAY:
        sweep(now)
        now += step


def entered() -> list[tuple[str, str]]:
    runs = Enrolment.objects.order_by("entered_at", "pk").select_related("member")
    return [(run.member.email.partition("@")[0], f"{run.entered_at:%m-%d %H:%M}") for run in runs]


def refused() -> list[str]:
    return list(
        Decision.objects.filter(verdict="not_entered").order_by("pk").values_list("reason", flat=True)
    )


def test_a_renewal_sets_its_flow_going_at_nine_two_weeks_before(now: dt.datetime) -> None:
    contract(member("anne", now), now + 30 * DAY)  # 1 April 2026, 22:30 UTC: 2 April in Copenhagen
    publish(RENEWAL, now)
    walk(dt.datetime(2026, 3, 18, 18, tzinfo=dt.UTC), 1, HOUR / 4)
    assert entered() == [("anne", "03-19 08:00")]  # still winter time
    run = Enrolment.objects.get()
    assert (run.subscription, run.key) == (Subscription.objects.get(), str(run.subscription_id))
    assert Decision.objects.filter(verdict="entered").get().reason == (
        "14 days before the end of the paid period, 2026-04-01"
    )


def test_each_is_let_in_by_the_clock_on_their_own_wall(now: dt.datetime) -> None:
    noon = dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC)
    for name, zone in (("oslo", "Europe/Oslo"), ("york", "America/New_York"), ("nepal", "Asia/Kathmandu")):
        contract(member(name, now, zone), noon)
    contract(member("nowhere", now, ""), noon)
    publish(RENEWAL, now)
    walk(dt.datetime(2026, 3, 18, tzinfo=dt.UTC), 0.6, HOUR / 4)
    assert sorted(entered()) == [
        ("nepal", "03-18 03:15"),
        ("nowhere", "03-18 09:00"),  # by the clock of the house
        ("oslo", "03-18 08:00"),
        ("york", "03-18 13:00"),
    ]


def test_an_outage_over_the_date_is_made_good_within_three_days(now: dt.datetime) -> None:
    contract(member("anne", now), now + 30 * DAY)
    contract(member("bent", now), now + 27 * DAY)
    publish(RENEWAL, now)
    sweep(now + DAY)
    sweep(now + 19 * DAY)  # 21 March: Anne's moment was 19 March, Bent's 16 March
    assert entered() == [("anne", "03-19 08:00")]
    assert refused() == ["too old"]
    sweep(now + 20 * DAY)
    assert Decision.objects.exclude(verdict="completed").count() == 2


def test_what_an_outage_made_late_leaves_while_it_is_worth_sending(now: dt.datetime) -> None:
    contract(member("anne", now), now + 30 * DAY)
    publish(RENEWAL, now, steps=[{"uid": "price", "kind": "send", "letter": "price", "not_after": "2d"}])
    sweep(now + 18 * DAY)
    letter = Message.objects.get()
    assert letter.first_due_at == dt.datetime(2026, 3, 19, 8, tzinfo=dt.UTC)
    assert letter.not_after == dt.datetime(2026, 3, 21, 8, tzinfo=dt.UTC)


def test_a_date_that_moves_takes_its_moment_along(now: dt.datetime) -> None:
    moved = contract(member("anne", now), now + 30 * DAY)
    publish(RENEWAL, now)
    walk(now, 10, DAY)
    Subscription.objects.filter(pk=moved.pk).update(current_period_end=now + 60 * DAY)
    walk(now + 10 * DAY, 50, DAY)
    assert entered() == [("anne", "04-18 07:00")]


def test_a_renewal_moved_after_the_letter_was_planned_is_a_term_of_its_own(now: dt.datetime) -> None:
    """The run that began for the old date goes on; the new date sets the flow going once more when it comes."""
    one = contract(member("anne", now), now + 30 * DAY)
    publish(RENEWAL, now)
    walk(now, 20, DAY)
    Subscription.objects.filter(pk=one.pk).update(current_period_end=now + 60 * DAY)
    walk(now + 20 * DAY, 50, DAY)
    assert [moment for _name, moment in entered()] == ["03-19 08:00", "04-18 07:00"]


def test_a_date_that_moves_away_and_back_does_not_count_twice(now: dt.datetime) -> None:
    one = contract(member("anne", now), now + 30 * DAY)
    publish(RENEWAL, now, reentry="after 1d")
    walk(now, 18, DAY)
    Subscription.objects.filter(pk=one.pk).update(current_period_end=now + 34 * DAY)
    sweep(now + 19 * DAY)
    Subscription.objects.filter(pk=one.pk).update(current_period_end=now + 30 * DAY)
    Sweep.objects.update(swept_to=now + 15 * DAY)
    sweep(now + 19 * DAY)
    assert len(entered()) == 1


def test_two_subscriptions_are_two_runs_at_a_time(now: dt.datetime) -> None:
    anne = member("anne", now)
    contract(anne, now + 30 * DAY)
    contract(anne, now + 31 * DAY)
    publish(RENEWAL, now, steps=REST)
    walk(now, 30, DAY)
    assert Enrolment.objects.filter(status="active").values("key").distinct().count() == 2


def test_with_never_again_the_second_subscription_is_refused(now: dt.datetime) -> None:
    anne = member("anne", now)
    contract(anne, now + 30 * DAY)
    contract(anne, now + 31 * DAY)
    publish(RENEWAL, now, reentry=None)
    walk(now, 30, DAY)
    assert len(entered()) == 1
    assert refused() == ["has been in this flow before"]


@pytest.mark.parametrize("status", ["cancelled", "ended"])
def test_who_is_leaving_gets_no_word_about_a_renewal(now: dt.datetime, status: str) -> None:
    contract(member("anne", now), now + 30 * DAY, status=status)
    publish(RENEWAL, now)
    walk(now, 30, DAY)
    assert entered() == []
    assert refused() == [f"the subscription is {status}"]


def test_the_end_of_a_contract_counts_once_whether_it_lies_ahead_or_behind(now: dt.datetime) -> None:
    ends = now + 20 * DAY
    leaving = contract(member("anne", now), ends, status="cancelled", access_ends_at=ends)
    publish({"date": "subscription.ended_at", "offset": "-7d", "at": "09:00"}, now)
    walk(now, 15, DAY)
    assert len(entered()) == 1
    Subscription.objects.filter(pk=leaving.pk).update(status="ended", access_ends_at=None, ended_at=ends)
    Sweep.objects.update(swept_to=now)
    sweep(now + 15 * DAY)
    assert len(entered()) == 1


def test_nothing_fires_that_fell_due_before_the_flow_was_published(now: dt.datetime) -> None:
    contract(member("anne", now), now + 14 * DAY - HOUR)
    publish(RENEWAL, now)
    walk(now, 20, DAY)
    assert (entered(), refused()) == ([], [])


def test_a_new_trigger_begins_with_the_version_that_brings_it(now: dt.datetime) -> None:
    contract(member("anne", now), now + 30 * DAY)
    publish({"event": making.BEGAN}, now)
    definition = making.definition(STOP, trigger=RENEWAL, reentry="per subscription")
    publishing.publish(definition, now + 25 * DAY, without_face=True)
    walk(now + 25 * DAY, 5, DAY)
    assert (entered(), refused()) == ([], [])


def test_a_new_version_with_the_same_trigger_forgets_nothing(now: dt.datetime) -> None:
    contract(member("anne", now), now + 30 * DAY)
    publish(RENEWAL, now)
    sweep(now + 16 * DAY)
    definition = making.definition(REST, trigger=RENEWAL, reentry="per subscription")
    publishing.publish(definition, now + 17 * DAY, without_face=True)
    sweep(now + 17 * DAY)
    assert len(entered()) == 1


def test_what_came_before_a_member_was_known_here_is_history(now: dt.datetime) -> None:
    publish(RENEWAL, now)
    sweep(now + 16 * DAY)
    contract(member("imported", now + 17 * DAY), now + 30 * DAY)
    sweep(now + 17 * DAY)
    assert (entered(), refused()) == ([], [])


def test_a_paused_flow_lets_nobody_in_and_says_so(now: dt.datetime) -> None:
    contract(member("anne", now), now + 30 * DAY)
    flow = publish(RENEWAL, now)
    Flow.objects.filter(pk=flow.pk).update(paused_at=now)
    walk(now, 17, DAY)
    Flow.objects.filter(pk=flow.pk).update(paused_at=None)
    walk(now + 17 * DAY, 5, DAY)
    assert entered() == []
    assert refused() == ["the flow stood still"]


def test_an_anniversary_comes_every_year_and_once(now: dt.datetime) -> None:
    joined = dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC)
    member("leap", joined)
    publish(YEARLY, now, reentry="after 1d")
    walk(now + 350 * DAY, 25, DAY)
    walk(now + 720 * DAY, 12, DAY)
    walk(now + 1085 * DAY, 12, DAY)
    assert [f"{run.entered_at:%Y-%m-%d %H:%M}" for run in Enrolment.objects.order_by("entered_at")] == [
        "2027-02-28 08:00",
        "2028-02-29 08:00",
        "2029-02-28 08:00",
    ]
    assert refused() == []
    assert [one.reason for one in Decision.objects.filter(verdict="entered").order_by("pk")][:2] == [
        "3 × 1 year after the day of joining, 2024-02-29",
        "4 × 1 year after the day of joining, 2024-02-29",
    ]


def test_a_jump_of_months_decides_about_each_moment_and_lets_in_by_the_last(now: dt.datetime) -> None:
    member("monthly", dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC))
    publish({"every": "1mo", "at": "09:00"}, now, reentry="after 1d")
    sweep(dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC))
    assert entered() == [("monthly", "06-30 07:00")]
    assert refused() == ["too old"] * 3
    sweep(dt.datetime(2026, 7, 1, 13, tzinfo=dt.UTC))
    assert Decision.objects.exclude(verdict="completed").count() == 4


def test_somebody_in_the_flow_is_told_of_the_next_moment_in_a_decision(now: dt.datetime) -> None:
    member("monthly", now)
    publish({"every": "1mo", "at": "09:00"}, now, reentry="after 1d", steps=REST)
    walk(now, 70, DAY)
    assert len(entered()) == 1
    assert refused() == ["is in this flow already"]


def test_who_looks_once_a_month_sees_each_month(now: dt.datetime) -> None:
    """The run of the month before is over by its own calendar, although nobody has looked at it since."""
    member("monthly", now)
    steps = [
        {"uid": "hello", "kind": "send", "letter": "hello"},
        {"uid": "rest", "kind": "wait", "for": "5d"},
        {"uid": "more", "kind": "send", "letter": "more"},
    ]
    publish({"every": "1mo", "at": "09:00"}, now, reentry="after 1d", steps=steps)
    for month in (4, 5, 6):
        clock.tick(dt.datetime(2026, month, 2, 23, tzinfo=dt.UTC))
        clock.tick(dt.datetime(2026, month, 3, 9, tzinfo=dt.UTC))
    assert [at for _name, at in entered()] == ["04-02 07:00", "05-02 07:00", "06-02 07:00"]
    assert refused() == []


def test_somebody_who_left_has_no_anniversary(now: dt.datetime) -> None:
    member("gone", now - 360 * DAY)
    Member.objects.update(stage=Stage.FORMER)
    publish(YEARLY, now)
    walk(now, 20, DAY)
    assert (entered(), refused()) == ([], [])


def test_a_time_that_the_clocks_jump_over_comes_once(now: dt.datetime) -> None:
    contract(member("anne", now), dt.datetime(2026, 3, 30, 12, tzinfo=dt.UTC))
    publish({"date": TERM, "offset": "-1d", "at": "02:30"}, now)
    walk(dt.datetime(2026, 3, 28, 23, tzinfo=dt.UTC), 0.2, 5 * MINUTE)
    assert entered() == [("anne", "03-29 01:00")]


@pytest.mark.parametrize("rhythm", [11, 71, "any"])
@pytest.mark.parametrize("trigger", RHYTHMIC, ids=["days", "months", "repeated"])
def test_the_rhythm_of_looking_changes_nothing(
    now: dt.datetime, trigger: dict[str, Any], rhythm: int | str
) -> None:
    """Hours between looks, within the three days: everybody enters as of the moments of their own calendar."""
    chance = random.Random(7)
    zones = ("Europe/Copenhagen", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "")
    expected, end = set(), now + 40 * DAY
    for number in range(10):
        who = member(f"m{number}", now - chance.randrange(400) * DAY, zones[number % 5])
        Member.objects.filter(pk=who.pk).update(created_at=now)
        one = contract(who, now + chance.randrange(15 * 24 * 60, 70 * 24 * 60) * MINUTE)
        value = one.current_period_end if "date" in trigger else who.joined_at
        assert value is not None
        zone = durations.zone_of(who)
        expected |= {(who.pk, moment) for _n, moment in moments.due(trigger, value, zone, now, end)}
    publish(trigger, now, reentry="after 1m")
    at = now
    while at < end:
        at = min(end, at + (chance.randrange(1, 71) if rhythm == "any" else int(rhythm)) * HOUR)
        sweep(at)
    assert set(Enrolment.objects.values_list("member_id", "entered_at")) == expected
    assert len(expected) >= 4
    assert Enrolment.objects.count() == len(expected)


def test_many_dates_are_worked_off_in_batches_and_none_twice(now: dt.datetime) -> None:
    for number in range(12):
        contract(member(f"m{number}", now), now + 30 * DAY + number % 3 * MINUTE)
    publish(RENEWAL, now)
    sweep(now + 17 * DAY, limit=5)
    assert len(entered()) == 12
    assert Sweep.objects.get().working_to is None
    assert Sweep.objects.get().swept_to == now + 17 * DAY


def test_a_batch_cut_off_half_way_goes_on_where_it_stood(now: dt.datetime) -> None:
    for number in range(6):
        contract(member(f"m{number}", now), now + 30 * DAY)
    publish(RENEWAL, now)
    assert sweeping.sweep(now + 17 * DAY, 4) == 4
    making.work(now + 17 * DAY)
    assert len(entered()) == 4
    sweep(now + 18 * DAY, 4)
    assert len(entered()) == 6
    assert Sweep.objects.get().swept_to == now + 18 * DAY


def test_the_number_of_queries_does_not_depend_on_how_many_are_due_or_stored(now: dt.datetime) -> None:
    publish(RENEWAL, now, entry={"fact": "stage", "op": "=", "value": "onboarding"})
    counts = []
    for size, day in ((3, 17), (40, 18)):
        for number in range(size):
            contract(member(f"m{day}-{number}", now), now + (13 + day) * DAY)
        with CaptureQueriesContext(connection) as queries:
            assert sweeping.sweep(now + day * DAY) >= size
        counts.append(len(queries))
    assert len(entered()) == 43
    assert counts[0] == counts[1] <= 20
    with CaptureQueriesContext(connection) as queries:
        assert sweeping.sweep(now + 18 * DAY + 5 * MINUTE) == 0
    assert len(queries) == 1


def test_one_member_who_cannot_be_decided_about_blocks_nobody(
    now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("anne", "poison", "bent"):
        contract(member(name, now), now + 30 * DAY)
    publish(RENEWAL, now)
    real = entering._refusal

    def refusal(flow: Flow, occasion: Any, *rest: Any) -> str:
        if occasion.member.email.startswith("poison"):
            raise ValueError("broken")
        return real(flow, occasion, *rest)

    monkeypatch.setattr(entering, "_refusal", refusal)
    sweep(now + 17 * DAY)
    assert sorted(name for name, _at in entered()) == ["anne", "bent"]
    assert refused() == ["could not be decided: ValueError: broken"]


def test_the_clock_does_it(now: dt.datetime) -> None:
    contract(member("anne", now), now + 30 * DAY)
    publish(RENEWAL, now)
    clock.tick(now + 17 * DAY)
    assert Enrolment.objects.get().status == "completed"
