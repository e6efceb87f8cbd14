"""Who was in a flow before, and may or may not come in again."""

import datetime as dt

import pytest

from flows import checking, entering
from flows.models import Decision, Enrolment
from flows.steps import wait
from lifecycle import journey
from members import answering, events
from members.models import Member, Subscription
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
REST = [{"uid": "rest", "kind": "wait", "for": "30d"}]
STOP = [{"uid": "stop", "kind": "end"}]


@pytest.fixture
def member(db: None, now: dt.datetime) -> Member:
    return cast.join("lone", now, quiet=True, email="lone@example.com", time_zone="Europe/Copenhagen").member


def contract(member: Member, name: str) -> Subscription:
    return Subscription.objects.create(member=member, source="test", external_id=name)


def happens(member: Member, subscription: Subscription | None, at: dt.datetime) -> None:
    key = f"test:{subscription}:{at}"
    events.record(events.Draft(making.BEGAN, member, at, key, subscription=subscription), at)
    making.work(at)


def refused() -> list[str]:
    return list(
        Decision.objects.filter(verdict="not_entered").order_by("pk").values_list("reason", flat=True)
    )


@pytest.mark.parametrize("rule", ["never", "after 90d", "after 1mo", "per subscription"])
def test_the_rules_that_there_are(db: None, rule: str) -> None:
    assert checking.errors(making.definition(REST, reentry=rule)) == []


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ("always", "reentry: “always” is none of “never”, “after 90d” and “per subscription”"),
        ("after lunch", "reentry: “lunch” is no duration: write 30m, 12h, 2d, 3w, 1mo or 1y"),
    ],
)
def test_another_rule_is_refused_with_what_there_is(db: None, rule: str, error: str) -> None:
    assert checking.errors(making.definition(REST, reentry=rule)) == [error]


def test_after_a_month_counts_by_the_calendar_from_the_end_of_the_last_run(
    member: Member, now: dt.datetime
) -> None:
    """The run begins on 2 March and ends 30 days later, on 1 April, 23:30 summer time: 1 May, 23:30."""
    making.publish(REST, now, reentry="after 1mo")
    making.enter(member, now)
    end = now + 30 * DAY - dt.timedelta(hours=1)
    making.work(end)
    assert Enrolment.objects.get().finished_at == end
    again = dt.datetime(2026, 5, 1, 21, 30, tzinfo=dt.UTC)
    making.enter(member, again - SECOND)
    assert refused() == ["has been in this flow before; may come again from 2026-05-01 21:30 UTC"]
    making.enter(member, again)
    assert Enrolment.objects.count() == 2


def test_back_to_back_runs_do_not_overlap(member: Member, now: dt.datetime) -> None:
    making.publish(STOP, now, reentry="after 1d")
    for day in range(4):
        making.enter(member, now + day * DAY)
    assert Enrolment.objects.count() == 4
    making.enter(member, now + 4 * DAY - SECOND)
    assert Enrolment.objects.count() == 4


def test_somebody_inside_is_not_let_in_again_however_long_it_takes(member: Member, now: dt.datetime) -> None:
    making.publish(REST, now, reentry="after 1d")
    making.enter(member, now)
    making.enter(member, now + 5 * DAY)
    assert Enrolment.objects.count() == 1
    assert refused() == ["is in this flow already"]


def test_two_triggers_answered_together_are_one_run(member: Member, now: dt.datetime) -> None:
    making.publish(REST, now, reentry="after 1d")
    for hours in (0, 30):
        making.happens(member, making.BEGAN, now + hours * DAY / 24)
    making.work(now + 30 * DAY / 24)
    assert Enrolment.objects.count() == 1
    assert refused() == ["is in this flow already"]


def test_each_subscription_has_a_run_of_its_own_at_the_same_time(member: Member, now: dt.datetime) -> None:
    first, second = contract(member, "first"), contract(member, "second")
    making.publish(REST, now, reentry="per subscription")
    happens(member, first, now)
    happens(member, second, now)
    happens(member, first, now + DAY)
    assert set(Enrolment.objects.filter(status="active").values_list("key", "subscription")) == {
        (str(first.pk), first.pk),
        (str(second.pk), second.pk),
    }
    assert refused() == ["is in this flow already"]
    happens(member, first, now + 60 * DAY)  # the clock stood still: the first run was over a month ago
    assert refused()[1:] == ["has been in this flow before"]


def test_what_names_no_subscription_is_for_the_only_one(member: Member, now: dt.datetime) -> None:
    only = contract(member, "only")
    contract(member, "old")
    Subscription.objects.filter(external_id="old").update(status="ended")
    making.publish(REST, now, reentry="per subscription")
    happens(member, None, now)
    assert Enrolment.objects.get().subscription == only
    happens(member, only, now + DAY)
    assert refused() == ["is in this flow already"]


def test_a_rule_changed_to_per_subscription_remembers_the_runs_before(
    member: Member, now: dt.datetime
) -> None:
    only = contract(member, "only")
    making.publish(STOP, now)
    happens(member, only, now)
    making.publish(REST, now, reentry="per subscription")
    happens(member, only, now + DAY)
    assert refused() == ["has been in this flow before"]


def test_whoever_is_kept_out_is_kept_out_again_after_the_time(now: dt.datetime) -> None:
    making.publish(STOP, now, reentry="after 10d", holdout=0.5)
    people = [cast.join(f"p{number}", now, quiet=True).member for number in range(20)]
    out = next(person for person in people if entering.is_held_out("trial", person, 0.5))
    making.enter(out, now)
    making.enter(out, now + 5 * DAY)
    making.enter(out, now + 11 * DAY)
    assert list(Enrolment.objects.values_list("status", flat=True)) == ["held_out"] * 2


def test_a_run_that_would_be_over_by_then_is_over_although_the_clock_stood_still(
    member: Member, now: dt.datetime
) -> None:
    making.publish(REST, now, reentry="after 20d")
    making.enter(member, now)
    making.happens(member, making.BEGAN, now + 45 * DAY)
    making.happens(member, making.BEGAN, now + 55 * DAY)
    making.work(now + 55 * DAY + 3 * DAY)
    assert list(Enrolment.objects.order_by("pk").values_list("status", flat=True)) == ["completed", "active"]
    assert Enrolment.objects.latest("pk").entered_at == now + 55 * DAY
    assert refused() == ["too old"]


def test_a_run_that_cannot_go_on_early_stays_as_it_was_and_keeps_its_member_inside(
    member: Member, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    making.publish(REST, now, reentry="after 1d")
    making.enter(member, now)
    making.happens(member, making.BEGAN, now + 45 * DAY)

    def fails(*_visits: object) -> None:
        raise ValueError("broken")

    with monkeypatch.context() as broken:
        broken.setattr(wait, "run", fails)
        answering.answer(journey.answers, now + 45 * DAY)
    assert refused() == ["is in this flow already"]
    assert Enrolment.objects.get().parked_at is None
