"""The ready flows of the trades, carried through: who comes gets other letters than who does not."""

import datetime as dt
from collections.abc import Collection

import pytest

from flows import publishing
from flows.models import Flow
from lifecycle import journey, trades
from mail.models import Message
from members import fact_keeping, subscriptions, usage, usage_answering
from members.models import Account, Member, Payment, Segment
from relationship.models import Task
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def ready(trade: str, slug: str, now: dt.datetime) -> None:
    """Chooses the trade and publishes one of its drafts; that somebody enters once is enough here."""
    trades.choose(trade, now)
    publishing.publish({**Flow.objects.get(slug=slug).draft, "reentry": "never"}, now)


def seen(now: dt.datetime, use: str, plan: str = "standard") -> None:
    """Somebody else has used the plan already: here it can be seen who comes and who does not."""
    other = cast.join(f"regular-{plan}", now - 90 * DAY, quiet=True, plan=plan, first_name="Regular").member
    usage.record_many([usage.Use(other.pk, "door", f"before-{plan}", use, now - 80 * DAY)], now)
    fact_keeping.recompute([other.pk], now)


def live(
    member: Member, now: dt.datetime, days: int, used_on: Collection[int] = (), use: str = "usage.visit"
) -> None:
    """Lets days go by, noon after noon; on some the member uses what they pay for. Every letter leaves at once."""
    fact_keeping.recompute([member.pk], now)
    for day in range(days):
        moment = now + day * DAY + dt.timedelta(hours=14)
        if day in used_on:
            usage.record_many([usage.Use(member.pk, "door", str(day), use, moment)], moment)
            usage_answering.answer(journey.uses, moment)
        making.work(moment)
        while leave(moment):
            making.work(moment)


def leave(moment: dt.datetime) -> int:
    """Every letter that is due leaves; how many did."""
    due = Message.objects.filter(status="queued", due_at__lte=moment)
    return due.update(status="sent", finished_at=moment)


def letters(member: Member) -> list[str]:
    """The letters that left, in their order."""
    sent = Message.objects.filter(member=member, status="sent").order_by("pk")
    return [message.letter_version.letter.slug for message in sent]


def tasks(member: Member) -> list[str]:
    """What somebody was asked to do about this member."""
    return list(Task.objects.filter(member=member).order_by("pk").values_list("title", flat=True))


def test_a_gym_meets_whoever_has_not_come_yet(now: dt.datetime) -> None:
    ready("gym", "gym-welcome", now)
    per = cast.per(now).member
    seen(now, "usage.visit")
    live(per, now, 63)
    assert letters(per) == [
        f"gym-welcome-{slug}"
        for slug in ("hello", "first-visit", "quiet-hours", "two-weeks", "other-ways", "how-is-it")
    ]
    assert [title.split(":")[0] for title in tasks(per)] == [
        "Send Per a short message",
        "The trainer calls Per",
    ]


def test_a_gym_leaves_whoever_comes_to_their_training(now: dt.datetime) -> None:
    ready("gym", "gym-welcome", now)
    per = cast.per(now).member
    live(per, now, 63, used_on={2, 5, 9, 12, 20, 40})
    assert letters(per) == [
        f"gym-welcome-{slug}"
        for slug in ("hello", "first-visit", "good", "two-weeks", "four-visits", "how-is-it")
    ]
    assert tasks(per) == []


def test_a_newspaper_asks_a_reader_who_seldom_reads_when_they_would(now: dt.datetime) -> None:
    ready("newspaper", "newspaper-welcome", now)
    ingrid = cast.ingrid(now).member
    seen(now, "usage.read")
    live(ingrid, now, 33, used_on={20}, use="usage.read")
    assert letters(ingrid) == [
        f"newspaper-welcome-{slug}" for slug in ("hello", "morning", "three", "two-weeks", "when")
    ]


def test_a_newspaper_calls_whoever_a_reader_told_or_who_paid_for_a_year_and_has_not_got_going(
    now: dt.datetime,
) -> None:
    ready("newspaper", "newspaper-welcome", now)
    seen(now, "usage.read")
    seen(now, "usage.read", "annual")
    told = cast.join("told", now, email="told@example.com", first_name="Tove", told_by="Ole").member
    yearly = cast.join("year", now, email="year@example.com", first_name="Aage", plan="annual").member
    other = cast.join("other", now, email="other@example.com", first_name="Olga").member
    for member in (told, yearly):
        fact_keeping.recompute([member.pk], now)
    live(other, now, 13)
    assert Task.objects.count() == 0
    live(other, now + 13 * DAY, 3)
    assert {title.split(":")[0] for title in Task.objects.values_list("title", flat=True)} == {
        "Call Tove",
        "Call Aage",
    }
    assert all("newspaper-welcome-two-weeks" in letters(member) for member in (told, yearly, other))


def test_a_newspaper_calls_nobody_who_reads_or_of_whom_it_cannot_see_it(now: dt.datetime) -> None:
    ready("newspaper", "newspaper-welcome", now)
    unseen = cast.join("unseen", now, email="unseen@example.com", first_name="Ulla", told_by="Ole").member
    live(unseen, now, 16)
    seen(now, "usage.read")
    reads = cast.join("reads", now, email="reads@example.com", first_name="Rita", told_by="Ole").member
    live(reads, now, 16, used_on={1, 3}, use="usage.read")
    assert "newspaper-welcome-reporter" in letters(reads)
    assert Task.objects.count() == 0


def test_a_trial_goes_on_from_where_somebody_is(now: dt.datetime) -> None:
    ready("saas", "saas-trial", now)
    per = cast.per(now).member
    seen(now, "usage.report")
    live(per, now, 9, used_on={0}, use="usage.report")
    line = cast.join("line", now, email="line@example.com", first_name="Line").member
    live(line, now, 9)
    assert letters(per) == [f"saas-trial-{slug}" for slug in ("hello", "next-job", "in-the-way", "half-time")]
    assert letters(line) == [f"saas-trial-{slug}" for slug in ("hello", "stuck", "in-the-way", "half-time")]


def test_a_company_on_trial_that_has_not_begun_is_called_on_the_second_day(now: dt.datetime) -> None:
    ready("saas", "saas-trial", now)
    seen(now, "usage.report")
    nord = cast.join("nord", now, email="nord@example.com", first_name="Nora").member
    nord.account = Account.objects.create(external_id="nord", name="Nord")
    nord.save()
    live(nord, now, 1)
    assert tasks(nord) == []
    live(nord, now + DAY, 1)
    assert [title.split(":")[0] for title in tasks(nord)] == ["Call Nora"]


@pytest.mark.parametrize(
    ("price", "heard", "asked"), [(10000, [], ["Call Nora"]), (9900, ["saas-trial-half-time"], [])]
)
def test_a_dear_plan_that_has_not_got_going_by_half_time_is_called_and_a_smaller_one_written_to(
    now: dt.datetime, price: int, heard: list[str], asked: list[str]
) -> None:
    ready("saas", "saas-trial", now)
    seen(now, "usage.report", "pro")
    nora = cast.join("nora", now, plan="pro", email="nora@example.com", first_name="Nora").member
    terms = {"status": "trialing", "amount": price, "currency": "DKK", "interval": "month"}
    change = subscriptions.Change("subscription.started", nora, "house", "s-1", now, "s-1", terms)
    subscriptions.apply(change, now)
    live(nora, now, 9)
    assert letters(nora)[3:] == heard
    assert [title.split(":")[0] for title in tasks(nora)] == asked


def test_a_company_that_is_felt_when_it_leaves_is_called_by_the_owner_and_another_is_written_to(
    now: dt.datetime,
) -> None:
    ready("saas", "saas-come-back", now)
    left = {}
    for name, paid in (("large", 1_000_000), ("small", 5_000)):
        member = cast.join(name, now - 400 * DAY, quiet=True, first_name="Ida").member
        member.account = Account.objects.create(external_id=name, name=name)
        member.save()
        receipt = {"amount": paid, "currency": "DKK", "status": "succeeded"}
        Payment.objects.create(member=member, source="house", external_id=name, paid_at=now - DAY, **receipt)
        leaves(member, now, "too_expensive")
        left[name] = member
    live(member, now, 20)
    assert {name: letters(member) for name, member in left.items()} == {
        "large": [],
        "small": ["saas-come-back-price"],
    }
    assert [title.split(":")[0] for title in tasks(left["large"])] == ["The owner calls Ida"]
    assert tasks(left["small"]) == []


def test_a_member_who_falls_quiet_is_written_to_and_one_in_the_first_weeks_is_not(now: dt.datetime) -> None:
    ready("gym", "gym-quiet", now)
    known, new = (
        cast.join(name, now - 90 * DAY, quiet=True, email=f"{name}@example.com", first_name="Ida").member
        for name in ("known", "new")
    )
    Member.objects.filter(pk=known.pk).update(stage="value")
    for member in (known, new):
        making.happens(member, "member.went_quiet", now)
    live(known, now, 2)
    assert letters(known) == ["gym-quiet-line"]
    assert letters(new) == []


def test_where_no_door_tells_of_visits_nobody_is_told_that_they_have_not_come(now: dt.datetime) -> None:
    ready("gym", "gym-welcome", now)
    per = cast.per(now).member
    live(per, now, 63)
    assert letters(per) == [
        f"gym-welcome-{slug}" for slug in ("hello", "first-visit", "two-weeks", "how-is-it")
    ]
    assert tasks(per) == []


def leaves(member: Member, at: dt.datetime, reason: str) -> None:
    """Billing says that a membership has ended, and why."""
    began = {"plan": member.plan, "started_at": at - 400 * DAY}
    ended = {"ended_at": at, "cancel_reason": reason}
    for name, moment, columns in (("started", at - 400 * DAY, began), ("ended", at, ended)):
        change = subscriptions.Change(
            f"subscription.{name}", member, "house", str(member.pk), moment, f"{member.pk}:{name}", columns
        )
        subscriptions.apply(change, at, quiet=name == "started")
    fact_keeping.recompute([member.pk], at)


def test_each_who_leaves_a_club_hears_of_what_they_named_and_of_nothing_else(now: dt.datetime) -> None:
    ready("club", "club-open-door", now)
    heard = {}
    for reason in ("too_expensive", "no_time", "unused", "something else", "moved", "conflict"):
        member = cast.join(reason.replace(" ", "-"), now - 400 * DAY, quiet=True, first_name="Ida").member
        leaves(member, now, reason)
        heard[reason] = member
    live(member, now, 95)
    assert {reason: letters(member) for reason, member in heard.items()} == {
        "too_expensive": ["club-open-door-price"],
        "no_time": ["club-open-door-time"],
        "unused": ["club-open-door-evening"],
        "something else": ["club-open-door-question"],
        "moved": [],
        "conflict": [],
    }
    assert tasks(heard["moved"]) == []
    assert tasks(heard["conflict"]) == ["The chair calls Ida, who left in disagreement: listen, sell nothing"]
    assert [len(tasks(heard[reason])) for reason in ("too_expensive", "something else")] == [1, 1]


def test_a_payment_that_comes_ends_the_letters_about_it(now: dt.datetime) -> None:
    ready("gym", "gym-payment-failed", now)
    late, never = (cast.join(name, now - 90 * DAY, quiet=True, first_name="Ida").member for name in "ab")
    making.happens(late, "payment.failed", now)
    making.happens(never, "payment.failed", now)
    live(late, now, 5)
    making.happens(late, "payment.succeeded", now + 5 * DAY)
    live(late, now + 5 * DAY, 12)
    assert letters(late) == ["gym-payment-failed-1", "gym-payment-failed-2"]
    assert letters(never) == [f"gym-payment-failed-{number}" for number in (1, 2, 3, 4)]
    assert [len(tasks(late)), len(tasks(never))] == [0, 1]


def test_the_groups_that_ready_flows_wait_for_are_kept_by_the_clock(now: dt.datetime) -> None:
    for trade in trades.names():
        trades.choose(trade, now)
    asked = {flow.draft["trigger"].get("segment") for flow in Flow.objects.all()} - {None}
    kept = set(Segment.objects.exclude(condition=None).values_list("slug", flat=True))
    assert asked
    assert asked <= kept
