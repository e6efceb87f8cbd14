"""A flow whose letters are unwanted, or go to addresses that do not exist, pauses itself and says why."""

import datetime as dt
import uuid

import pytest

from flows import drafting, limits, standing_still
from flows.models import Enrolment, Flow
from lifecycle import clock
from mail import suppressions
from mail.models import LetterVersion, Message, Suppression
from members import events
from members.models import Member
from office.models import AuditEntry, User
from tests import cast, sinks
from tests.flows import making

pytestmark = pytest.mark.django_db
DAY, LATER = dt.timedelta(days=1), dt.timedelta(minutes=6)
LETTER = [{"uid": "hello", "kind": "send", "letter": "hello"}]


@pytest.fixture
def flow(db: None, now: dt.datetime) -> Flow:
    return making.publish(LETTER, now)


@pytest.fixture
def run(flow: Flow, now: dt.datetime) -> Enrolment:
    member = cast.join("lone", now, quiet=True, email="lone@example.com").member
    return Enrolment.objects.create(
        flow=flow, version=flow.current, member=member, status="completed", entered_at=now, planned_at=now
    )


def letters(run: Enrolment, number: int, at: dt.datetime, **over: object) -> list[Message]:
    made = [
        Message(
            key=f"flow:{run.pk}:hello:{uuid.uuid4()}", group=run.group, member=run.member,
            letter_version=LetterVersion.objects.get(), purpose="value", due_at=at, first_due_at=at,
            not_after=at + DAY, created_at=at, status="sent", finished_at=at, address="lone@example.com",
        )
        for _number in range(number)
    ]  # fmt: skip
    for letter in made:
        for name, value in over.items():
            setattr(letter, name, value)
    return Message.objects.bulk_create(made)


def bounces(run: Enrolment, number: int, at: dt.datetime) -> None:
    """Refused at the door of the mail server, because there is no such address."""
    for place in range(number):
        address = f"gone{place}@example.com"
        suppressions.suppress(address, Suppression.Reason.BOUNCED, at)
        letters(run, 1, at, status="failed", reason="refused: 550 no such user", address=address)


def told(name: str, member: Member, letter: Message, at: dt.datetime, **data: str) -> None:
    said = {"letter": str(letter.uuid), **data}
    events.record(events.Draft(name, member, at, f"{name}:{letter.uuid}", said), at)


def test_five_bounces_in_a_hundred_pause_it_with_the_reason(
    flow: Flow, run: Enrolment, now: dt.datetime
) -> None:
    letters(run, 95, now)
    bounces(run, 5, now)
    assert limits.watch(now + LATER) == 1
    flow.refresh_from_db()
    assert (flow.paused_at, flow.paused_by, flow.paused_reason) == (now + LATER, None, "bounced: 5/100")
    assert limits.in_words(flow.paused_reason) == (
        "5 of the last 100 letters went to addresses that do not exist."
    )
    entry = AuditEntry.objects.get(deed="flow.paused")
    assert (entry.user, entry.details) == (None, {"reason": "bounced: 5/100"})


@pytest.mark.parametrize(("sent", "bounced"), [(9, 1), (20, 4), (101, 5)])
def test_few_bounces_say_nothing(
    flow: Flow, run: Enrolment, now: dt.datetime, sent: int, bounced: int
) -> None:
    letters(run, sent, now)
    bounces(run, bounced, now)
    assert limits.watch(now + LATER) == 0
    assert limits.tally(flow) == limits.Tally(sent + bounced, 0, bounced)


def test_a_refusal_that_is_no_dead_address_is_no_bounce(flow: Flow, run: Enrolment, now: dt.datetime) -> None:
    letters(run, 10, now, status="failed", reason="refused: 550 blocked by policy")
    letters(run, 10, now, status="failed", reason="unreadable: no such field")
    assert limits.watch(now + LATER) == 0
    assert limits.tally(flow) == limits.Tally(10, 0, 0)


def test_bounces_that_are_told_later_count_unless_they_are_soft(
    flow: Flow, run: Enrolment, now: dt.datetime
) -> None:
    sent = letters(run, 60, now)
    for letter in sent[:5]:
        told("mail.bounced", run.member, letter, now)
    told("mail.bounced", run.member, sent[6], now, kind="soft")
    assert limits.tally(flow) == limits.Tally(60, 0, 5)
    assert limits.watch(now + LATER) == 1


def test_one_complaint_counts_in_a_thousand_letters_and_two_before(
    flow: Flow, run: Enrolment, now: dt.datetime
) -> None:
    sent = letters(run, 500, now)
    told("mail.complained", run.member, sent[0], now)
    assert limits.watch(now + LATER) == 0
    told("mail.complained", run.member, sent[1], now)
    assert limits.watch(now + 2 * LATER) == 1
    assert Flow.objects.get().paused_reason == "complained: 2/500"
    assert limits.Tally(1000, 1, 0).reason == "complained: 1/1000"
    assert limits.Tally(999, 1, 0).reason == ""


def test_only_the_last_thousand_letters_count(flow: Flow, run: Enrolment, now: dt.datetime) -> None:
    bounces(run, 60, now)
    letters(run, 1000, now + DAY)
    assert limits.tally(flow) == limits.Tally(1000, 0, 0)


def test_a_complaint_about_another_flow_is_not_held_against_this_one(
    flow: Flow, run: Enrolment, now: dt.datetime
) -> None:
    other = making.publish(LETTER, now, slug="other")
    theirs = Enrolment.objects.create(
        flow=other,
        version=other.current,
        member=run.member,
        status="completed",
        entered_at=now,
        planned_at=now,
    )
    letters(run, 50, now)
    for letter in letters(theirs, 2, now):
        told("mail.complained", run.member, letter, now)
    assert limits.watch(now + LATER) == 1
    assert set(Flow.objects.filter(paused_at=None).values_list("slug", flat=True)) == {"trial"}


def test_what_a_person_has_seen_does_not_pause_it_again(flow: Flow, run: Enrolment, now: dt.datetime) -> None:
    letters(run, 50, now)
    bounces(run, 5, now)
    limits.watch(now + LATER)
    standing_still.resume(flow, User.objects.create(username="bo"), now + 2 * LATER)
    bounces(run, 4, now + 3 * LATER)
    assert limits.watch(now + 4 * LATER) == 0
    flow.refresh_from_db()
    assert (flow.paused_at, flow.paused_reason) == (None, "")


def test_a_draft_saved_meanwhile_does_not_let_it_run_again(
    flow: Flow, run: Enrolment, now: dt.datetime
) -> None:
    opened = Flow.objects.get()
    bounces(run, 5, now)
    limits.watch(now + LATER)
    drafting.save(opened, {**opened.draft, "name": "Other"}, User.objects.create(username="bo"), now + LATER)
    flow.refresh_from_db()
    assert (flow.paused_reason, flow.draft["name"]) == ("bounced: 5/5", "Other")


def test_it_looks_every_five_minutes_and_does_not_look_at_what_is_well(
    flow: Flow, run: Enrolment, now: dt.datetime, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    letters(run, 50, now)
    limits.watch(now)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert limits.watch(now + DAY / 1000) == 0


def test_the_clock_pauses_a_flow_whose_addresses_are_dead(now: dt.datetime, sink: sinks.Sink) -> None:
    making.publish(LETTER, now, trigger={"event": "member.signed_up"}, purpose="transactional", topic=None)
    sink.on_rcpt = "550 5.1.1 no such user"
    for number in range(5):
        cast.join(f"p{number}", now, email=f"p{number}@example.com")
    clock.tick(now + LATER)
    clock.tick(now + 2 * LATER)
    assert Flow.objects.get().paused_reason == "bounced: 5/5"
