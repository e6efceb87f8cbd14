"""May this letter leave now: hours and days, limits, asks, open conversations, and what may not wait."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mail import arbitration, claiming, conversations, outbox
from mail.models import Message, Postponement
from members import consent, events
from members.models import Event, Member
from tests import cast
from tests.mail import letters

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sink")]
DAY = dt.timedelta(days=1)
QUIET = {"from": "21:00", "to": "08:00"}
MORNING = dt.datetime(2026, 3, 3, 7, tzinfo=dt.UTC)  # 08:00 in Copenhagen
NOON = dt.datetime(2026, 3, 3, 11, tzinfo=dt.UTC)
EVERYBODY = ("transactional", "dunning", "leaving", "onboarding", "value", "ask")


@pytest.fixture
def member(db: None, now: dt.datetime) -> Member:
    """Ingrid of Copenhagen, who joined long ago."""
    found = cast.ingrid(now - 400 * DAY).member
    Event.objects.update(handled_at=now)
    return found


def happens(member: Member, name: str, at: dt.datetime) -> None:
    events.record(events.Draft(name, member, at, f"{name}:{at}"), at, quiet=True)


def sent(member: Member) -> list[str]:
    rows = Message.objects.filter(member=member, status="sent").order_by("submitted_at", "pk")
    return list(rows.values_list("purpose", flat=True))


def test_a_fresh_house_has_no_quiet_hours(member: Member, now: dt.datetime) -> None:
    made = [letters.due(member, now, purpose) for purpose in EVERYBODY]
    letters.send(now)
    assert {letters.again(message).status for message in made} == {"sent"}


def test_quiet_hours_postpone_all_but_what_is_about_the_membership_itself(
    member: Member, now: dt.datetime
) -> None:
    letters.rule(now, quiet_hours=QUIET)
    made = {purpose: letters.due(member, now, purpose) for purpose in EVERYBODY}
    letters.send(now)
    assert sent(member) == ["transactional"]
    assert letters.told(made["dunning"]) == ("queued", "quiet hours; leaves 3 March 2026 08:00")
    assert letters.again(made["ask"]).due_at == MORNING
    assert letters.again(made["ask"]).first_due_at == now
    assert Postponement.objects.get(message=made["value"]).until == MORNING
    letters.send(MORNING)
    assert len(sent(member)) == len(EVERYBODY)


def test_the_hours_are_those_where_the_member_lives(member: Member, now: dt.datetime) -> None:
    letters.rule(now, quiet_hours=QUIET)
    message = letters.due(member, now)
    Member.objects.filter(pk=member.pk).update(time_zone="America/New_York")  # 17:30 there
    letters.send(now)
    assert letters.again(message).status == "sent"


def test_a_member_who_moves_while_a_letter_waits_is_not_woken(member: Member, now: dt.datetime) -> None:
    letters.rule(now, quiet_hours=QUIET)
    message = letters.due(member, now)
    letters.send(now)
    Member.objects.filter(pk=member.pk).update(time_zone="America/New_York")
    letters.send(MORNING)  # 02:00 there
    assert letters.again(message).due_at == dt.datetime(2026, 3, 3, 13, tzinfo=dt.UTC)
    assert message.postponements.count() == 2


def test_a_letter_without_a_fitting_moment_is_given_up_at_once_and_says_why(
    member: Member, now: dt.datetime
) -> None:
    letters.rule(now, quiet_hours=QUIET, blackout=[{"from": "03-03", "to": "03-08", "name": "Fair"}])
    message = letters.due(member, now, valid=5)
    letters.send(now)
    words = "quiet hours, Fair is kept free; no other time before 7 March 2026 23:30"
    assert letters.told(message) == ("skipped", words)


def test_what_came_too_late_after_waiting_says_what_it_waited_for(member: Member, now: dt.datetime) -> None:
    letters.rule(now, quiet_hours=QUIET)
    message = letters.due(member, now, valid=1)
    letters.send(now)
    letters.send(now + 3 * DAY)
    assert letters.told(message) == ("skipped", "quiet hours; no other time before 3 March 2026 23:30")


def test_at_once_ignores_hours_days_and_limits_but_no_no(member: Member, now: dt.datetime) -> None:
    letters.rule(now, quiet_hours=QUIET, caps=[{"letters": 1, "within": "7d"}], blackout=[{"from": "03-02"}])
    first, second = (letters.due(member, now, "onboarding", at_once=True) for _ in range(2))
    letters.send(now)
    assert {letters.again(first).status, letters.again(second).status} == {"sent"}
    consent.withdraw(member, "membership", now, now, proof="link", source="letter")
    third = letters.due(member, now, "onboarding", at_once=True)
    letters.send(now)
    assert letters.again(third).reason == "no_consent: membership"


def test_two_in_seven_days_and_the_third_when_the_first_is_a_week_old(member: Member) -> None:
    letters.rule(NOON, caps=[{"letters": 2, "within": "7d"}])
    for day in (0, 2):
        letters.due(member, NOON + day * DAY)
        letters.send(NOON + day * DAY)
    third = letters.due(member, NOON + 3 * DAY, valid=5)
    letters.send(NOON + 3 * DAY)
    assert letters.told(third) == ("queued", "2 letters in 7 days already; leaves 10 March 2026 12:00")
    letters.send(NOON + 7 * DAY - dt.timedelta(seconds=1))
    assert letters.again(third).status == "queued"
    letters.send(NOON + 7 * DAY)
    assert letters.again(third).status == "sent"


def test_a_week_is_a_week_of_the_calendar_when_the_clocks_change(member: Member) -> None:
    letters.rule(NOON, caps=[{"letters": 1, "within": "7d"}])
    before = dt.datetime(2026, 3, 25, 8, tzinfo=dt.UTC)  # 09:00, the Wednesday before
    letters.due(member, before)
    letters.send(before)
    second = letters.due(member, before + 6 * DAY)
    letters.send(before + 6 * DAY)
    assert letters.again(second).due_at == dt.datetime(2026, 4, 1, 7, tzinfo=dt.UTC)  # 09:00 again


def test_reminders_and_goodbyes_know_no_limit_and_are_not_counted(member: Member) -> None:
    letters.rule(NOON, caps=[{"letters": 1, "within": "7d"}])
    for purpose in ("transactional", "dunning", "leaving", "value", "dunning", "leaving"):
        letters.due(member, NOON, purpose)
    letters.send(NOON)
    assert sorted(sent(member)) == ["dunning", "dunning", "leaving", "leaving", "transactional", "value"]


def test_spared_letters_count_and_are_not_held_back(member: Member) -> None:
    letters.rule(NOON, caps=[{"letters": 1, "within": "7d", "spares": ["onboarding"]}])
    letters.due(member, NOON)
    letters.send(NOON)
    letters.due(member, NOON + DAY, "onboarding")
    later = letters.due(member, NOON + 7 * DAY, valid=1)
    letters.send(NOON + DAY)
    assert sent(member) == ["value", "onboarding"]
    letters.send(NOON + 7 * DAY)
    assert letters.told(later)[1].startswith("1 letter in 7 days already; leaves 11 March")


def test_the_more_important_letter_takes_the_room(member: Member) -> None:
    letters.rule(NOON, caps=[{"letters": 1, "within": "7d"}])
    made = {
        purpose: letters.due(member, NOON, purpose, valid=20) for purpose in ("ask", "value", "onboarding")
    }
    letters.send(NOON)
    assert sent(member) == ["onboarding"]
    letters.send(NOON + 7 * DAY)
    assert sent(member) == ["onboarding", "value"]
    assert letters.told(made["ask"])[0] == "queued"


def test_the_order_of_purposes_can_be_changed(member: Member) -> None:
    order = ["transactional", "dunning", "leaving", "ask", "onboarding", "value"]
    letters.rule(NOON, caps=[{"letters": 1, "within": "7d"}], priorities=order)
    for purpose in ("value", "onboarding", "ask"):
        letters.due(member, NOON, purpose)
    letters.send(NOON)
    assert sent(member) == ["ask"]


def test_a_rival_in_another_batch_keeps_its_room(member: Member) -> None:
    letters.rule(NOON, caps=[{"letters": 1, "within": "7d"}])
    letters.due(member, NOON - DAY, "ask", valid=20)
    letters.due(member, NOON, "value", valid=20)
    outbox.send_due(NOON, 1)  # takes the ask alone, which is older
    assert sent(member) == []
    letters.send(NOON)
    assert sent(member) == ["value"]


def test_a_rival_that_may_not_leave_takes_no_room(member: Member) -> None:
    letters.rule(NOON, caps=[{"letters": 1, "within": "7d"}])
    refused = letters.due(member, NOON, "onboarding")
    Message.objects.filter(pk=refused.pk).update(topic="news")  # never granted
    letters.due(member, NOON - DAY, "ask")
    outbox.send_due(NOON, 1)
    assert sent(member) == ["ask"]


def test_four_asks_a_year_even_in_a_fresh_house(member: Member, now: dt.datetime) -> None:
    for place in range(4):
        letters.due(member, now - (300 - place) * DAY, "ask")
        letters.send(now - (300 - place) * DAY)
    fifth = letters.due(member, now, "ask")
    letters.due(member, now)
    letters.send(now)
    status, why = letters.told(fifth)
    assert status == "skipped"
    assert why.startswith("4 asks in 365 days already; no other time before")
    assert sent(member) == ["ask"] * 4 + ["value"]


def test_asks_keep_apart(member: Member) -> None:
    letters.rule(NOON, ask_budget={"asks": 4, "within": "365d", "apart": "60d"})
    for _ in range(2):
        letters.due(member, NOON, "ask", valid=90)
    letters.send(NOON)
    waiting = Message.objects.get(status="queued")
    assert waiting.reason_in_words == "the last ask is less than 60 days ago; leaves 2 May 2026 12:00"
    assert waiting.due_at == dt.datetime(2026, 5, 2, 10, tzinfo=dt.UTC)  # by the summer's clock


@pytest.mark.parametrize(
    ("opens", "closes", "why"),
    [
        ("letter.replied", "letter.answered", "a reply of the member is not answered yet"),
        ("mail.complained", "complaint.closed", "a complaint is open"),
    ],
)
def test_nobody_is_asked_while_they_wait_for_an_answer(
    member: Member, opens: str, closes: str, why: str
) -> None:
    happens(member, opens, NOON - DAY)
    ask, value = letters.due(member, NOON, "ask"), letters.due(member, NOON)
    letters.send(NOON)
    assert letters.told(ask) == ("queued", f"{why}; leaves 4 March 2026 12:00")
    # A reply holds everything but what the membership itself needs; a complaint forbids asking only.
    assert letters.again(value).status == ("queued" if opens == "letter.replied" else "sent")
    happens(member, closes, NOON)
    letters.send(NOON + DAY)
    assert letters.again(ask).status == "sent"


def test_an_ask_nobody_answered_for_is_given_up_in_the_end(member: Member) -> None:
    happens(member, "letter.replied", NOON - DAY)
    ask = letters.due(member, NOON, "ask", valid=3)
    for day in range(5):
        letters.send(NOON + day * DAY)
    assert letters.again(ask).status == "skipped"
    assert "a reply of the member is not answered yet" in letters.told(ask)[1]


def test_rooms_may_know_of_open_conversations_too(member: Member) -> None:
    conversations.bind([lambda ids: {pk: "complaint" for pk in ids if pk == member.pk}])
    try:
        ask = letters.due(member, NOON, "ask")
        letters.send(NOON)
    finally:
        conversations.bind([])
    assert "a complaint is open" in letters.told(ask)[1]


def test_room_that_was_taken_comes_free_when_the_letter_goes_back(member: Member) -> None:
    letters.rule(NOON, caps=[{"letters": 1, "within": "7d"}])
    first = letters.due(member, NOON)
    lease, claimed = claiming.claim(NOON, 10)
    assert arbitration.decide(claimed, NOON)[first.pk].reason == ""
    assert letters.again(first).slot == lease
    claiming.put_back(claimed, lease)
    letters.send(NOON)
    assert letters.again(first).status == "sent"


def test_a_failed_letter_takes_no_room(member: Member) -> None:
    letters.rule(NOON, caps=[{"letters": 1, "within": "7d"}])
    failed = letters.due(member, NOON)
    Message.objects.filter(pk=failed.pk).update(status="failed", submitted_at=NOON, finished_at=NOON)
    letters.due(member, NOON)
    letters.send(NOON)
    assert sent(member) == ["value"]


def test_a_batch_asks_as_often_for_many_as_for_one(now: dt.datetime) -> None:
    letters.rule(now, quiet_hours=QUIET, caps=[{"letters": 1, "within": "7d"}])
    counts = []
    for size in (1, 12):
        for place in range(size):
            member = cast.join(f"{size}-{place}", now, email=f"p{size}{place}@example.com").member
            letters.due(member, NOON)
            letters.due(member, NOON, "ask")
        Event.objects.update(handled_at=now)
        _lease, claimed = claiming.claim(NOON, 100)
        assert len(claimed) == 2 * size
        with CaptureQueriesContext(connection) as asked:
            arbitration.decide(claimed, NOON)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 13
