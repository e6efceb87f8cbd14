"""Who enters a flow, who does not, and that both are written down."""

import datetime as dt

import pytest

from flows import checking, entering
from flows.models import Decision, Enrolment, Flow
from mail.models import Message
from members.models import Member
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
REST = [{"uid": "rest", "kind": "wait", "for": "30d"}]
STOP = [{"uid": "stop", "kind": "end"}]


@pytest.fixture
def member(db: None, now: dt.datetime) -> Member:
    return cast.join("lone", now, quiet=True, email="lone@example.com").member


def reasons() -> list[tuple[str, str]]:
    return list(Decision.objects.order_by("pk").values_list("verdict", "reason"))


def test_somebody_in_the_flow_does_not_enter_it_again(member: Member, now: dt.datetime) -> None:
    making.publish(REST, now)
    making.enter(member, now)
    making.enter(member, now + DAY)
    assert Enrolment.objects.count() == 1
    assert reasons()[-1] == ("not_entered", "is in this flow already")


def test_never_again_means_never_and_says_so(member: Member, now: dt.datetime) -> None:
    making.publish(STOP, now)
    assert making.enter(member, now).status == "completed"
    making.enter(member, now + 400 * DAY)
    assert Enrolment.objects.count() == 1
    assert reasons()[-1] == ("not_entered", "has been in this flow before")


def test_two_triggers_at_once_make_one_run(member: Member, now: dt.datetime) -> None:
    making.publish(REST, now)
    making.happens(member, making.BEGAN, now)
    making.enter(member, now)
    assert [verdict for verdict, _ in reasons()] == ["entered", "not_entered"]


def test_what_happened_before_the_flow_was_first_published_lets_nobody_in(
    member: Member, now: dt.datetime
) -> None:
    making.happens(member, making.BEGAN, now - DAY)
    making.publish(REST, now)
    making.work(now)
    assert reasons() == [("not_entered", "happened before the flow was first published")]


def test_an_event_answered_after_three_days_starts_nothing(member: Member, now: dt.datetime) -> None:
    making.publish(REST, now)
    making.happens(member, making.BEGAN, now)
    making.work(now + 3 * DAY + dt.timedelta(seconds=1))
    assert reasons() == [("not_entered", "too old")]


def test_an_event_answered_after_just_three_days_still_does(member: Member, now: dt.datetime) -> None:
    making.publish(REST, now)
    making.happens(member, making.BEGAN, now)
    making.work(now + 3 * DAY)
    assert reasons() == [("entered", "")]


def test_a_paused_flow_lets_nobody_in_and_moves_nobody(member: Member, now: dt.datetime) -> None:
    flow = making.publish([{"uid": "hello", "kind": "send", "letter": "hello"}], now)
    Flow.objects.filter(pk=flow.pk).update(paused_at=now)
    making.happens(member, making.BEGAN, now)
    making.work(now)
    assert not Enrolment.objects.exists()
    assert not Message.objects.exists()


def test_the_condition_of_entry_is_explained_with_the_values(member: Member, now: dt.datetime) -> None:
    making.publish(REST, now, entry={"fact": "stage", "op": "=", "value": "value"})
    making.happens(member, making.BEGAN, now)
    making.work(now)
    assert reasons() == [("not_entered", "stage is onboarding, must be = value")]


def test_who_is_kept_out_is_kept_out_for_good(db: None, now: dt.datetime) -> None:
    making.publish(REST, now, holdout=0.5)
    people = [cast.join(f"p{number}", now, quiet=True).member for number in range(40)]
    for person in people:
        making.happens(person, making.BEGAN, now)
    making.work(now)
    out = set(Enrolment.objects.filter(status="held_out").values_list("member_id", flat=True))
    assert 5 < len(out) < 35
    assert out == {one.pk for one in people if entering.is_held_out("trial", one, 0.5)}
    assert not Enrolment.objects.filter(status="held_out", due_at__isnull=False).exists()
    for person in people:
        making.happens(person, making.BEGAN, now + DAY)
    making.work(now + DAY)
    assert Enrolment.objects.count() == 40


def test_a_larger_share_keeps_out_the_same_people_and_more(db: None, now: dt.datetime) -> None:
    people = [cast.join(f"p{number}", now, quiet=True).member for number in range(60)]
    few, many = (
        {one.pk for one in people if entering.is_held_out("trial", one, share)} for share in (0.2, 0.6)
    )
    assert few < many
    assert not any(entering.is_held_out("trial", one, 0.0) for one in people)


@pytest.mark.parametrize(
    "over",
    [
        {"purpose": "transactional", "topic": None},
        {"purpose": "dunning"},
        {"purpose": "leaving"},
        {"purpose": "onboarding", "trigger": {"event": "member.signed_up"}},
    ],
)
def test_nobody_is_kept_out_of_letters_that_everybody_needs(
    db: None, now: dt.datetime, over: dict[str, object]
) -> None:
    with pytest.raises(checking.FlowErrors, match="nobody is kept out of these letters"):
        making.publish(REST, now, holdout=0.1, **over)


def test_a_share_kept_out_of_other_onboarding_is_allowed(db: None, now: dt.datetime) -> None:
    assert making.publish(REST, now, holdout=0.1, purpose="onboarding").is_live
