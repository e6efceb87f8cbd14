"""After an outage letters are spread over hours, and those that cannot wait leave first."""

import datetime as dt
from collections import Counter

import pytest

from mail import catching_up, outbox
from mail.models import Message, Outage, Postponement
from mail.models.message import Purpose
from members.models import Consent, Member
from tests.mail import letters

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("few")]
NOON = dt.datetime(2026, 3, 3, 11, tzinfo=dt.UTC)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
MANY = 20


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty are many here, at twenty an hour; the letters themselves go to nobody."""
    monkeypatch.setattr(catching_up, "MANY", MANY)
    monkeypatch.setattr(catching_up, "PACE", 3 * MINUTE)
    monkeypatch.setattr(catching_up, "CHUNK", 7)


def fall_due(
    number: int, at: dt.datetime, purpose: str = "value", *, valid: int = 3, at_once: bool = False
) -> None:
    """So many letters, each to a member of its own."""
    start = Member.objects.count()
    members = Member.objects.bulk_create(
        Member(
            email=f"m{place}@example.com", email_key=f"m{place}@example.com", first_name=f"M{place}",
            time_zone="Europe/Copenhagen", joined_at=at, stage_since=at, created_at=at, updated_at=at,
        )
        for place in range(start, start + number)
    )  # fmt: skip
    Consent.objects.bulk_create(
        Consent(member=one, topic="membership", granted=True, at=at, recorded_at=at, source="x")
        for one in members
    )
    version, days = letters.version(at), dt.timedelta(days=valid)
    outbox.queue(
        [
            outbox.Draft(
                key=f"test:{one.pk}", group=f"test:{one.pk}", member=one, letter_version=version,
                purpose=Purpose(purpose), topic="membership", due_at=at, not_after=at + days, at_once=at_once,
            )
            for one in members
        ],
        at,
    )  # fmt: skip


def waiting() -> list[dt.datetime]:
    return list(Message.objects.filter(status="queued").order_by("due_at").values_list("due_at", flat=True))


def test_as_many_as_usual_leave_at_once(now: dt.datetime) -> None:
    outbox.send_due(NOON - 5 * HOUR)
    fall_due(MANY, NOON - HOUR)
    letters.send(NOON)
    assert Message.objects.filter(status="sent").count() == MANY


def test_more_are_spread_evenly_and_none_leaves_in_a_burst() -> None:
    outbox.send_due(NOON - 5 * HOUR)
    fall_due(3 * MANY, NOON - HOUR)
    letters.send(NOON)
    assert waiting() == [NOON + 3 * MINUTE * (place + 0.5) for place in range(3 * MANY)]
    assert Postponement.objects.count() == 3 * MANY
    some = Message.objects.get(due_at=NOON + 4.5 * MINUTE)
    words = "letters are spread out after a standstill; leaves 3 March 2026 12:04"
    assert some.reason_in_words == words
    for minutes in range(2, 200, 2):
        letters.send(NOON + minutes * MINUTE)
    rows = Message.objects.filter(status="sent").values_list("finished_at", flat=True)
    assert sum(Counter(rows).values()) == 3 * MANY
    assert max(Counter(rows).values()) == 1


def test_those_that_cannot_wait_leave_first_and_the_important_before_the_others() -> None:
    outbox.send_due(NOON - 5 * HOUR)
    fall_due(MANY, NOON - 2 * HOUR, "ask")
    fall_due(MANY, NOON - HOUR, "leaving")
    fall_due(MANY, NOON - HOUR, "transactional")
    fall_due(MANY, NOON - HOUR, "onboarding", at_once=True)
    letters.send(NOON)
    assert Message.objects.filter(status="sent").count() == 2 * MANY
    line = Message.objects.filter(status="queued").order_by("due_at").values_list("purpose", flat=True)
    assert list(line) == ["leaving"] * MANY + ["ask"] * MANY


def test_they_are_spread_in_the_open_hours_of_the_members() -> None:
    letters.rule(NOON, quiet_hours={"from": "21:00", "to": "08:00"})
    evening = dt.datetime(2026, 3, 3, 18, tzinfo=dt.UTC)  # 19:00
    outbox.send_due(evening - 5 * HOUR)
    fall_due(3 * MANY, evening - HOUR)
    letters.send(evening)
    morning = dt.datetime(2026, 3, 4, 7, tzinfo=dt.UTC)
    assert sum(at < evening + 2 * HOUR for at in waiting()) == 40
    assert min(at for at in waiting() if at > evening + 2 * HOUR) == morning + 1.5 * MINUTE
    assert Counter(waiting()).most_common(1)[0][1] == 1


def test_none_is_spread_to_where_it_would_be_too_late() -> None:
    outbox.send_due(NOON - 30 * HOUR)
    fall_due(3 * MANY, NOON - 23 * HOUR, valid=1)
    letters.send(NOON)
    assert len(waiting()) == 3 * MANY
    assert max(waiting()) < NOON + HOUR


def test_a_spread_letter_that_is_late_again_is_not_spread_again() -> None:
    outbox.send_due(NOON - 5 * HOUR)
    fall_due(3 * MANY, NOON - HOUR)
    letters.send(NOON)
    letters.send(NOON + 24 * HOUR)
    assert Message.objects.filter(status="sent").count() == 3 * MANY


def test_letters_that_appear_while_others_left_are_counted_with_them() -> None:
    """As with live workers: steps write letters while the first of them leave already."""
    outbox.send_due(NOON - 5 * HOUR)
    fall_due(MANY - 5, NOON - HOUR)
    letters.send(NOON)
    fall_due(10, NOON - HOUR)
    letters.send(NOON + MINUTE)
    assert Message.objects.filter(status="sent").count() == MANY - 5
    assert len(waiting()) == 10
    assert Outage.objects.get().letters == MANY + 5


def test_no_outage_no_spreading() -> None:
    fall_due(2 * MANY, NOON - HOUR)  # the first look ever: nothing was promised before
    letters.send(NOON)
    fall_due(2 * MANY, NOON + MINUTE)
    letters.send(NOON + 2 * MINUTE)
    assert Message.objects.filter(status="sent").count() == 4 * MANY
    assert not Outage.objects.exists()
