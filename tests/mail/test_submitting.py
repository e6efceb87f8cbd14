"""Nothing that was recorded before the move to `submitting` is overlooked, however late it came (invariant 8)."""

import datetime as dt
from collections.abc import Callable

import pytest

from mail import claiming, suppressions
from mail.models import Message, Suppression
from members import consent, events
from members.models import Member
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
HELLO = {"uid": "hello", "kind": "send", "letter": "hello"}


def withdraws(member: Member, now: dt.datetime) -> None:
    topic = Message.objects.get().topic
    consent.withdraw(member, topic, now, now, proof="link", source="letter")


def is_suppressed(member: Member, now: dt.datetime) -> None:
    suppressions.suppress(member.email, Suppression.Reason.BOUNCED, now)


def has_an_unanswered_event(member: Member, now: dt.datetime) -> None:
    events.record(events.Draft("poll.answered", member, now, "poll:1"), now)


def nothing_happens(member: Member, now: dt.datetime) -> None:
    """The letter may leave."""


@pytest.mark.parametrize(
    ("happens", "leaves"),
    [(withdraws, 0), (is_suppressed, 0), (has_an_unanswered_event, 0), (nothing_happens, 1)],
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
