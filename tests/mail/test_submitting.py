"""Nothing that was recorded before the move to `submitting` is overlooked, however late it came (invariant 8)."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from mail import claiming, holding_back, outbox, suppressions
from mail.models import Message, Reply, Suppression
from members import consent, events, letter_pauses
from members.models import Event, LetterPause, Member
from tests import cast
from tests.flows import making
from tests.mail import answers, letters

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
HELLO = {"uid": "hello", "kind": "send", "letter": "hello"}


def withdraws(member: Member, now: dt.datetime) -> None:
    topic = Message.objects.get().topic
    consent.withdraw(member, topic, now, now, proof="link", source="letter")


def is_suppressed(member: Member, now: dt.datetime) -> None:
    suppressions.suppress(member.email, Suppression.Reason.BOUNCED, now)


def has_an_unanswered_event(member: Member, now: dt.datetime) -> None:
    events.record(events.Draft("poll.answered", member, now, "poll:1"), now)


def asks_for_a_rest(member: Member, now: dt.datetime) -> None:
    letter_pauses.pause(member, 1, now, source="letter")


def rested_until_today(member: Member, now: dt.datetime) -> None:
    letter_pauses.pause(member, 3, now - 99 * DAY, source="letter")
    letter_pauses.pause(member, 3, now, source="letter")
    letter_pauses.end(member, now, source="letter")


def writes_back(member: Member, now: dt.datetime) -> None:
    answers.arrive(answers.mail(From=member.email), now)
    Event.objects.update(handled_at=now)


def wrote_back_and_was_answered(member: Member, now: dt.datetime) -> None:
    writes_back(member, now)
    Reply.objects.update(answered_at=now)


def flow_is_paused(member: Member, now: dt.datetime) -> None:
    holding_back.hold(Message.objects.filter(member=member))


def nothing_happens(member: Member, now: dt.datetime) -> None:
    """The letter may leave."""


@pytest.mark.parametrize(
    ("happens", "leaves"),
    [
        (withdraws, 0),
        (is_suppressed, 0),
        (has_an_unanswered_event, 0),
        (asks_for_a_rest, 0),
        (writes_back, 0),
        (flow_is_paused, 0),
        (rested_until_today, 1),
        (wrote_back_and_was_answered, 1),
        (nothing_happens, 1),
    ],
)
def test_what_comes_after_the_claim_still_stops_a_letter(
    now: dt.datetime, happens: Callable[[Member, dt.datetime], None], leaves: int
) -> None:
    making.publish([HELLO], now)
    person = cast.ingrid(now)
    making.enter(person.member, now)
    lease, claimed = claiming.claim(now, 10)
    claimed[0].address = person.member.email  # as the letter was just written for them
    happens(person.member, now)
    assert len(claiming.to_submitting(claimed, lease, now)) == leaves
    assert Message.objects.filter(status="submitting").count() == leaves


@pytest.mark.parametrize("purpose", ["transactional", "dunning", "leaving"])
def test_a_rest_and_a_reply_keep_nothing_that_cannot_wait(now: dt.datetime, purpose: str) -> None:
    member = cast.ingrid(now).member
    Event.objects.update(handled_at=now)
    letters.due(member, now, purpose)
    lease, claimed = claiming.claim(now, 10)
    claimed[0].address = member.email
    asks_for_a_rest(member, now)
    writes_back(member, now)
    assert len(claiming.to_submitting(claimed, lease, now)) == 1


def test_what_was_taken_from_a_worker_it_cannot_put_back(now: dt.datetime) -> None:
    member = cast.ingrid(now).member
    letters.due(member, now)
    lease, claimed = claiming.claim(now, 10)
    holding_back.hold(Message.objects.all())
    assert claiming.put_back(claimed, lease) + claiming.sent(claimed, lease, now) == 0
    assert Message.objects.get().status == "held"


def test_a_rest_between_claim_and_handing_over_postpones_the_letter(
    now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = cast.ingrid(now).member
    Event.objects.update(handled_at=now)
    letter, moved = letters.due(member, now, valid=60), claiming.to_submitting

    def late(messages: Any, *said: Any) -> Any:
        if not LetterPause.objects.exists():
            asks_for_a_rest(member, now)
        return moved(messages, *said)

    monkeypatch.setattr(claiming, "to_submitting", late)
    outbox.send_due(now)
    assert letters.told(letter) == ("queued", "")
    outbox.send_due(now)
    status, why = letters.told(letter)
    assert (status, why.startswith("the member asked for a pause; leaves 2 April 2026")) == ("queued", True)
