"""Letters of which nobody knows whether they arrived: found out by somebody, or sent once more on purpose."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from dashboard.questions import timeline
from flows import reconciling, why
from flows.models import Enrolment, Flow
from mail import claiming, sending_rules
from mail.models import Message
from members import consent, events
from members.models import Event
from office.models import AuditEntry, User
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
LETTER = [{"uid": "hello", "kind": "send", "letter": "hello"}, {"uid": "rest", "kind": "wait", "for": "9d"}]
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def flow(db: None, now: dt.datetime) -> Flow:
    return making.publish(LETTER, now - 2 * HOUR)


@pytest.fixture
def letter(flow: Flow, now: dt.datetime) -> Message:
    return lost("ada", now - HOUR)


def lost(name: str, at: dt.datetime, **said: Any) -> Message:
    """A letter that was being handed over when the connection broke."""
    member = cast.join(name, at, quiet=True, first_name=name.title(), email=f"{name}@example.com").member
    consent.grant(member, "membership", at, at, proof="form", source="test")
    making.happens(member, making.BEGAN, at)
    making.work(at)
    Message.objects.filter(member=member).update(
        status="unknown",
        reason="lost: closed",
        attempts=1,
        subject="Hello",
        submitted_at=at,
        unknown_at=at,
        finished_at=at,
        **said,
    )
    return Message.objects.get(member=member)


def post(browser: Client, do: str, *letters: Message, follow: bool = True) -> Any:
    tries = {f"tries-{letter.uuid}": letter.attempts for letter in letters}
    data = {"do": do, "letter": [str(letter.uuid) for letter in letters], **tries}
    return browser.post("/letters/unknown/", data, follow=follow)


def again(letter: Message) -> Message:
    return Message.objects.select_related("member").get(pk=letter.pk)


def test_it_says_what_happened_and_what_was_heard_since(
    letter: Message, staff: Client, now: dt.datetime
) -> None:
    page = staff.get("/letters/unknown/").content.decode()
    assert "The connection to the mail server broke today 21:30, before it had answered." in page
    assert "Nothing was heard of it." in page
    assert letter.message_id.strip("<>") in page
    data = {"letter": str(letter.uuid)}
    events.record(events.Draft("mail.delivered", letter.member, now, "d", data), now, quiet=True)
    page = staff.get("/letters/unknown/").content.decode()
    assert "Nothing was heard of it." not in page
    assert "A letter arrived, now" in page


def test_an_empty_page_says_so(staff: Client) -> None:
    assert b"Of every letter we know what became of it" in staff.get("/letters/unknown/").content


def test_who_may_only_read_decides_nothing(letter: Message, reader: Client) -> None:
    assert b"The ticked ones arrived" not in reader.get("/letters/unknown/").content
    assert post(reader, "arrived", letter).status_code == 403
    assert again(letter).status == "unknown"


def test_a_letter_that_arrived_counts_as_sent_and_the_story_says_why(
    letter: Message, staff: Client, now: dt.datetime
) -> None:
    assert b"1 letter counts as arrived." in post(staff, "arrived", letter).content
    kept = again(letter)
    assert (kept.status, kept.submitted_at) == ("sent", letter.submitted_at)
    assert Event.objects.filter(key=f"mail.sent:{letter.uuid}").exists()
    entry = AuditEntry.objects.get(deed="letter.arrived")
    assert (entry.member, entry.user) == (letter.member.uuid, User.objects.get(username="anna"))
    told = [one.detail for one in timeline.read(letter.member).entries if one.sort == "letter"]
    assert told == ["nobody knew at first; somebody here found that it arrived"]
    flow = Flow.objects.get()
    assert [line.verdict for line in why.tell(letter.member, flow).decisions if line.kind == "letter"] == [
        "unknown", "sent",
    ]  # fmt: skip


def test_sending_again_asks_first_and_keeps_number_and_key(
    letter: Message, staff: Client, now: dt.datetime
) -> None:
    asked = post(staff, "again", letter)
    assert b"the member gets the letter twice" in asked.content
    assert b"It leaves at once" in asked.content
    assert again(letter).status == "unknown"
    assert b"1 letter is sent once more." in post(staff, "again_yes", letter).content
    kept = again(letter)
    assert (kept.status, kept.due_at, kept.resent_at, kept.finished_at) == ("queued", now, now, None)
    assert (kept.message_id, kept.key) == (letter.message_id, letter.key)
    assert AuditEntry.objects.get(deed="letter.sent_again").member == letter.member.uuid
    assert "sent_again" in [line.verdict for line in why.tell(letter.member, Flow.objects.get()).decisions]


def test_what_was_decided_meanwhile_is_left_alone(letter: Message, staff: Client, now: dt.datetime) -> None:
    Message.objects.filter(pk=letter.pk).update(attempts=2)  # it was sent once more, and is unknown again
    assert b"1 letter was decided about meanwhile" in post(staff, "again_yes", letter).content
    assert b"1 letter was decided about meanwhile" in post(staff, "arrived", letter).content
    assert again(letter).status == "unknown"
    Message.objects.filter(pk=letter.pk).update(attempts=1, status="queued", finished_at=None)
    post(staff, "again_yes", letter)
    assert again(letter).resent_at is None


def test_who_left_the_flow_or_wants_none_is_not_written_to_again(
    letter: Message, staff: Client, now: dt.datetime
) -> None:
    other = lost("bea", now - HOUR)
    Enrolment.objects.filter(member=letter.member).update(status="exited", finished_at=now)
    consent.withdraw(other.member, "membership", now, now, proof="link", source="letter")
    page = post(staff, "again", letter, other).content.decode()
    assert "its member left the flow" in page
    assert "It would not leave: the member does not want these letters" in page
    assert 'value="again_yes"' not in page
    assert reconciling.send_again({letter.uuid: 1}, User.objects.get(username="anna"), now) == 0
    assert again(letter).status == "unknown"


def test_a_letter_does_not_count_against_itself(letter: Message, staff: Client, now: dt.datetime) -> None:
    sending_rules.save({"caps": [{"letters": 1, "within": "7d"}]}, now)
    assert b"It leaves at once" in post(staff, "again", letter).content


def test_about_the_membership_itself_it_says_that_it_is_sent_again_by_itself(
    flow: Flow, staff: Client, now: dt.datetime
) -> None:
    letter = lost("ada", now - dt.timedelta(minutes=5), purpose="transactional")
    page = staff.get("/letters/unknown/").content.decode()
    assert "It is sent once more by itself:" in page
    assert "in 10 minutes" in page
    claiming.recover(now + HOUR)
    assert again(letter).status == "queued"


def test_nothing_ticked_is_nothing_done(letter: Message, staff: Client) -> None:
    assert b"Tick the letters first." in post(staff, "arrived").content
    assert again(letter).status == "unknown"
