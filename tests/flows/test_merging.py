"""Two rows of one person are merged while flows run for both, and taken apart again."""

import datetime as dt
from collections import Counter

import pytest

from flows.models import Decision
from mail import claiming, outbox
from mail.models import Message
from members import merging_members, payments, subscriptions
from members.models import Event, Member, MemberTag, Payment, StageChange, Subscription
from tests import cast
from tests.flows import making
from tests.mail import groups

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
EXIT = {"event": "subscription.cancelled"}
SERIES = [
    step
    for number in (1, 2, 3)
    for step in (
        {"uid": f"say{number}", "kind": "send", "letter": f"letter-{number}"},
        {"uid": f"rest{number}", "kind": "wait", "for": "2d"},
    )
]


@pytest.fixture
def kept(db: None, now: dt.datetime) -> Member:
    """As the shop knows the person."""
    return cast.join("shop", now, quiet=True, email="anna@example.com", first_name="Anna").member


@pytest.fixture
def gone(db: None, now: dt.datetime) -> Member:
    """As the old list knows the person."""
    return cast.join("list", now, quiet=True, email="a@example.org", first_name="Anna").member


def live(since: dt.datetime, until: dt.datetime) -> None:
    """Everything that is due, day by day."""
    while since <= until:
        making.work(since)
        while outbox.send_due(since):
            making.work(since)
        since += DAY


def got(*people: Member) -> list[tuple[str, str]]:
    """To which address which letter left, in that order."""
    letters = Message.objects.filter(member__in=people, status="sent").order_by("submitted_at", "pk")
    return [(one.address, one.letter_version.letter.slug) for one in letters]


def contract(member: Member, name: str, at: dt.datetime, **more: object) -> Subscription:
    change = subscriptions.Change(name, member, "house", "S-7", at, f"{name}@{at}", dict(more))
    return subscriptions.apply(change, at)


def test_every_letter_comes_once_and_the_run_that_had_more_goes_on(
    kept: Member, gone: Member, now: dt.datetime
) -> None:
    making.publish(SERIES, now)
    making.enter(gone, now)
    live(now, now + 3 * DAY)
    making.enter(kept, now + 3 * DAY)
    merging_members.merge(kept, gone, None, now + 3 * DAY)
    live(now + 3 * DAY, now + 20 * DAY)
    slugs = Counter(slug for _address, slug in got(kept, gone))
    assert slugs == {"letter-1": 1, "letter-2": 1, "letter-3": 1}
    assert got(kept)[-1] == ("anna@example.com", "letter-3")


@pytest.mark.parametrize("who", ["kept", "gone"])
def test_who_has_been_through_it_is_not_led_through_it_again(
    kept: Member, gone: Member, now: dt.datetime, who: str
) -> None:
    making.publish(SERIES, now)
    first, second = (kept, gone) if who == "kept" else (gone, kept)
    making.enter(first, now)
    live(now, now + 10 * DAY)
    assert making.run_of(first).status == "completed"
    run = making.enter(second, now + 10 * DAY)
    merging_members.merge(kept, gone, None, now + 10 * DAY)
    live(now + 10 * DAY, now + 20 * DAY)
    run.refresh_from_db()
    assert run.status == "ended"
    assert Decision.objects.filter(enrolment=run, verdict="ended").count() == 1
    assert len(got(kept, gone)) == 3


def test_taken_apart_each_gets_the_rest_of_their_own(kept: Member, gone: Member, now: dt.datetime) -> None:
    making.publish(SERIES, now)
    making.enter(kept, now)
    making.enter(gone, now)
    done = merging_members.merge(kept, gone, None, now)
    live(now, now + 4 * DAY)
    assert got(gone) == []
    merging_members.unmerge(done, None, now + 4 * DAY)
    live(now + 4 * DAY, now + 20 * DAY)
    assert [slug for _address, slug in got(kept)] == ["letter-1", "letter-2", "letter-3"]
    assert [slug for _address, slug in got(gone)] == ["letter-2", "letter-3"], "the first came too late"
    assert {address for address, _slug in got(gone)} == {"a@example.org"}


def test_a_letter_that_a_worker_had_in_hand_is_not_lost(kept: Member, gone: Member, now: dt.datetime) -> None:
    making.publish(SERIES, now)
    making.enter(kept, now)
    making.enter(gone, now)
    claiming.claim(now, 10)
    done = merging_members.merge(kept, gone, None, now)
    merging_members.unmerge(done, None, now + HOUR)
    assert Message.objects.get(member=gone).status == "queued"


def test_a_letter_of_a_run_that_moved_goes_back_with_its_run(
    kept: Member, gone: Member, now: dt.datetime
) -> None:
    making.publish(SERIES, now)
    run = making.enter(gone, now)
    live(now, now)
    done = merging_members.merge(kept, gone, None, now + DAY)
    making.work(now + 2 * DAY)
    assert Message.objects.get(status="queued").member == kept
    merging_members.unmerge(done, None, now + 2 * DAY)
    live(now + 2 * DAY, now + 2 * DAY)
    run.refresh_from_db()
    assert run.member == gone
    assert got(gone) == [("a@example.org", "letter-1"), ("a@example.org", "letter-2")]
    assert not Decision.objects.filter(enrolment=run).exclude(member=gone).exists()


def test_who_left_meanwhile_is_not_written_to_when_taken_apart(
    kept: Member, gone: Member, now: dt.datetime
) -> None:
    contract(gone, "subscription.started", now)
    making.publish(SERIES, now, exit=EXIT)
    making.enter(kept, now)
    run = making.enter(gone, now)
    done = merging_members.merge(kept, gone, None, now)
    contract(Member.objects.get(pk=kept.pk), "subscription.cancelled", now + DAY)
    making.work(now + DAY)
    merging_members.unmerge(done, None, now + 2 * DAY)
    run.refresh_from_db()
    assert (run.member, run.status) == (gone, "exited")
    assert Event.objects.get(name="subscription.cancelled").member == gone


def test_what_came_of_a_contract_goes_back_with_it(kept: Member, gone: Member, now: dt.datetime) -> None:
    row = contract(gone, "subscription.started", now, amount=9000, currency="EUR", interval="year")
    done = merging_members.merge(kept, gone, None, now)
    both = Member.objects.get(pk=kept.pk)
    assert both.status == "active"
    paid = payments.Receipt(
        "payment.succeeded", both, "house", "P-1", 9000, "EUR", now + DAY, "p1", names=row.external_id
    )
    payments.apply(paid, now + DAY)
    contract(both, "subscription.ended", now + 2 * DAY)
    assert Member.objects.get(pk=kept.pk).stage == "former"
    merging_members.unmerge(done, None, now + 3 * DAY)
    stays, back = Member.objects.get(pk=kept.pk), Member.objects.get(pk=gone.pk)
    assert (Payment.objects.get().member, Subscription.objects.get().member) == (back, back)
    assert (stays.stage, stays.status) == ("onboarding", "")
    assert (back.stage, back.status) == ("former", "ended")
    assert not StageChange.objects.filter(member=stays, to_stage="former").exists()


def test_a_letter_to_a_group_reaches_one_person_once(kept: Member, gone: Member, now: dt.datetime) -> None:
    for member in (kept, gone):
        MemberTag.objects.create(member=member, tag=groups.TAG)
    mailing = groups.sent(now)
    groups.write(now)
    assert Message.objects.filter(mailing=mailing, status="queued").count() == 2
    done = merging_members.merge(kept, gone, None, now)
    assert Counter(mailing.messages.values_list("status", flat=True)) == {"queued": 1, "skipped": 1}
    merging_members.unmerge(done, None, now + HOUR)
    assert Counter(mailing.messages.values_list("status", flat=True)) == {"queued": 2}
