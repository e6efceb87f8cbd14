"""Letters that wait for a person are let go or thrown away; nothing else is touched."""

import datetime as dt

import pytest

from mail import approving
from mail.models import Message
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
LETTER = [{"uid": "hello", "kind": "send", "letter": "hello"}]


def come(name: str, at: dt.datetime) -> Message:
    member = cast.join(name, at, quiet=True).member
    making.happens(member, making.BEGAN, at)
    making.work(at)
    return Message.objects.get(member=member)


def test_what_waits_leaves_as_far_as_it_is_worth_sending(db: None, now: dt.datetime) -> None:
    making.publish(LETTER, now, hold=True)
    old, new = come("old", now), come("new", now + 3 * DAY)
    other = come("other", now + 3 * DAY)
    assert approving.let_go([old.pk, new.pk], now + 4 * DAY) == (1, 1)
    found = dict(Message.objects.values_list("pk", "status"))
    assert found == {old.pk: "skipped", new.pk: "queued", other.pk: "held"}
    assert Message.objects.get(pk=old.pk).reason_in_words == "it would have come too late"
    assert approving.let_go([old.pk, new.pk], now + 4 * DAY) == (0, 0)


def test_only_what_waits_is_thrown_away(db: None, now: dt.datetime) -> None:
    making.publish(LETTER, now, hold=True)
    first, second = come("first", now), come("second", now)
    approving.let_go([first.pk], now)
    assert approving.discard([first.pk, second.pk], now) == 1
    thrown = Message.objects.get(status="skipped")
    assert (thrown.pk, thrown.finished_at) == (second.pk, now)
    assert thrown.reason_in_words == "somebody here decided not to send it"
