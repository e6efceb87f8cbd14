"""Letters to groups: each of a group once, nobody else, and nobody any more after a stop."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mail import mailings, outbox, suppressions
from mail.models import LetterVersion, Mailing, Message, Suppression
from members import consent, erasure
from members.models import MemberTag
from office.models import AuditEntry
from relationship import by_hand
from relationship.models import Task
from tests import cast
from tests.mail import groups, letters
from tests.sinks import Sink

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
Reason = Suppression.Reason


@pytest.fixture
def now() -> dt.datetime:
    """A Monday at noon in Copenhagen."""
    return dt.datetime(2026, 3, 2, 11, tzinfo=dt.UTC)


def test_everybody_of_the_group_gets_it_once_and_nobody_else(sink: Sink, now: dt.datetime) -> None:
    singers = groups.choir(3, now)
    cast.per(now)
    mailing = groups.sent(now)
    groups.leave(now)
    groups.leave(now + HOUR)
    assert sorted(address for address, _content in sink.accepted) == sorted(
        member.email for member in singers
    )
    assert Mailing.objects.get(pk=mailing.pk).state == "done"


def test_who_joins_or_comes_into_the_group_after_the_start_is_no_part_of_it(
    sink: Sink, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailings, "BATCH", 1)
    groups.choir(2, now)
    mailing = groups.sent(now)
    mailings.work(now)  # it begins
    groups.sings("Late", now)
    groups.leave(now)
    assert set(groups.fates(mailing)) == {"S0", "S1"}


def test_an_interruption_in_the_middle_makes_no_letter_twice_and_loses_none(
    now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailings, "BATCH", 2)
    groups.choir(5, now)
    mailing = groups.sent(now)
    mailings.work(now)
    mailings.work(now)

    class Killed(BaseException):
        pass

    def die(*_args: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(mailings, "_keep_for_paper", die)
        with pytest.raises(Killed):
            mailings.work(now)
    assert mailing.messages.count() == 2
    Mailing.objects.filter(pk=mailing.pk).update(seen=0)  # even where its place was lost
    groups.write(now)
    assert len(groups.fates(mailing)) == mailing.messages.count() == 5


def test_stopped_in_the_middle_the_rest_stays_and_what_left_is_counted(sink: Sink, now: dt.datetime) -> None:
    groups.choir(4, now)
    mailing = groups.sent(now)
    groups.write(now)
    outbox.send_due(now, limit=1)
    assert mailings.stop(mailing, now, None) == (1, 3)
    groups.leave(now + HOUR)
    assert len(sink.accepted) == 1
    assert sorted(groups.fates(mailing).values()) == ["sent", "stopped", "stopped", "stopped"]
    with pytest.raises(mailings.Moved):
        mailings.stop(mailing, now, None)
    assert AuditEntry.objects.get(deed="mailing.stopped").details["left"] == 1


def test_stopped_while_its_letters_are_being_written_no_more_are_written(
    now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailings, "BATCH", 2)
    groups.choir(4, now)
    mailing = groups.sent(now)
    mailings.work(now)
    mailings.work(now)
    mailings.stop(mailing, now, None)
    groups.write(now)
    assert list(groups.fates(mailing).values()) == ["stopped", "stopped"]


def test_what_has_not_begun_is_a_draft_again_when_it_is_stopped(now: dt.datetime) -> None:
    groups.choir(1, now)
    mailing = groups.sent(now, at=now + DAY)
    assert mailings.stop(mailing, now, None) == (0, 0)
    groups.write(now + 2 * DAY)
    assert not mailing.messages.exists()
    mailings.send(mailing, None, now, None)
    assert LetterVersion.objects.filter(letter__slug=f"to-group-{mailing.pk}").count() == 2


def test_without_an_address_they_are_on_the_list_to_print_and_nobody_gets_a_task(
    sink: Sink, now: dt.datetime
) -> None:
    groups.sings("Ole", now, email="")
    mailing = groups.sent(now)
    groups.leave(now)
    assert groups.fates(mailing) == {"Ole": "on_paper"}
    assert by_hand.give(now) == 0


def test_without_an_address_each_is_a_task_where_that_was_chosen(sink: Sink, now: dt.datetime) -> None:
    groups.sings("Ole", now, email="")
    mailing = groups.sent(now, gives_tasks=True)
    groups.leave(now)
    assert groups.fates(mailing) == {"Ole": "no_address"}
    assert by_hand.give(now) == 1
    assert "No choir on Thursday" in Task.objects.get().title


def test_a_notice_needs_no_yes_and_knows_no_cap_but_heeds_complaints_and_dead_addresses(
    sink: Sink, now: dt.datetime
) -> None:
    letters.rule(now, caps=[{"letters": 1, "within": "7d"}])
    anna, *_others = (groups.sings(name, now) for name in ("Anna", "Bo", "Dorte", "Eva"))
    letters.due(anna, now - HOUR)
    letters.send(now)
    for name, reason in (("bo", Reason.COMPLAINED), ("dorte", Reason.BOUNCED), ("eva", Reason.MANUAL)):
        suppressions.suppress(f"{name}@example.com", reason, now)
    mailing = groups.sent(now)
    groups.leave(now)
    assert groups.fates(mailing) == {
        "Anna": "sent",
        "Bo": "suppressed: complained",
        "Dorte": "suppressed: bounced",
        "Eva": "suppressed: manual",
    }


def test_a_complaint_that_comes_while_a_notice_is_on_its_way_stops_it(sink: Sink, now: dt.datetime) -> None:
    bo = groups.sings("Bo", now)
    mailing = groups.sent(now)
    groups.write(now)
    suppressions.suppress(bo.email, Reason.COMPLAINED, now)
    groups.leave(now)
    assert groups.fates(mailing) == {"Bo": "suppressed: complained"}
    assert not sink.accepted


def test_news_needs_a_yes_and_keeps_the_cap(sink: Sink, now: dt.datetime) -> None:
    letters.rule(now, caps=[{"letters": 1, "within": "7d"}])
    anna, bo, _eva = (groups.sings(name, now) for name in ("Anna", "Bo", "Eva"))
    for member in (anna, bo):
        groups.wants_news(member, now)
    letters.due(bo, now - HOUR)
    letters.send(now)
    mailing = groups.sent(now, "news")
    groups.leave(now)
    fates = groups.fates(mailing)
    assert fates.pop("Bo").startswith("no_room: cap 1/7d")
    assert fates == {"Anna": "sent", "Eva": "no_consent: news"}


def test_a_no_that_comes_while_news_is_on_its_way_counts(sink: Sink, now: dt.datetime) -> None:
    anna = groups.sings("Anna", now)
    groups.wants_news(anna, now - HOUR)
    mailing = groups.sent(now, "news")
    groups.write(now)
    consent.withdraw(anna, "news", now, now, proof="link", source="test")
    groups.leave(now)
    assert groups.fates(mailing) == {"Anna": "no_consent: news"}


@pytest.mark.parametrize(("at_night", "leaves"), [(False, 7), (True, 22)])
def test_a_notice_keeps_the_quiet_hours_unless_it_may_leave_at_night(at_night: bool, leaves: int) -> None:
    late = dt.datetime(2026, 3, 2, 22, tzinfo=dt.UTC)
    letters.rule(late, quiet_hours={"from": "21:00", "to": "08:00"}, blackout=["03-03"])
    groups.sings("Anna", late, time_zone="Europe/Copenhagen")
    groups.sent(late, at_night=at_night)
    groups.write(late)
    assert Message.objects.get().due_at.hour == leaves


def test_a_notice_that_was_interrupted_while_it_was_handed_over_is_not_sent_again(now: dt.datetime) -> None:
    groups.sings("Anna", now)
    mailing = groups.sent(now)
    groups.write(now)
    mailing.messages.update(status="unknown", unknown_at=now, submitted_at=now)
    letters.send(now + HOUR)
    assert mailing.messages.get().status == "unknown"


def test_at_a_time_it_begins_then_with_whom_the_group_has_then(sink: Sink, now: dt.datetime) -> None:
    gone = groups.sings("Gone", now)
    mailing = groups.sent(now, at=now + DAY)
    groups.leave(now + DAY - HOUR)
    assert not sink.accepted
    MemberTag.objects.filter(member=gone).delete()
    groups.sings("New", now)
    groups.leave(now + DAY)
    assert groups.fates(mailing) == {"New": "sent"}


def test_a_time_that_is_over_or_far_ahead_is_refused(now: dt.datetime) -> None:
    mailing = groups.letter(now)
    groups.choir(1, now)
    for at in (now, now - HOUR, now + 400 * DAY):
        with pytest.raises(mailings.MailingErrors, match="still to come"):
            mailings.send(mailing, at, now, None)
    assert Mailing.objects.get().state == "draft"


def test_a_notice_that_stood_still_for_days_does_not_leave_any_more(sink: Sink, now: dt.datetime) -> None:
    groups.choir(1, now)
    mailing = groups.sent(now, at=now + HOUR)
    groups.leave(now + 3 * DAY)
    assert not sink.accepted
    assert groups.fates(mailing)["S0"].startswith("too_late")


def test_erased_members_get_nothing_before_the_start_nor_in_the_middle(sink: Sink, now: dt.datetime) -> None:
    early, late, _kept = (groups.sings(name, now) for name in ("Early", "Late", "Kept"))
    mailing = groups.sent(now)
    erasure.erase(early, None, now)
    groups.write(now)
    erasure.erase(late, None, now)
    groups.leave(now)
    assert [address for address, _content in sink.accepted] == ["kept@example.com"]
    assert mailing.messages.count() == 2


def test_a_child_reads_by_way_of_the_guardian(sink: Sink, now: dt.datetime) -> None:
    child = groups.sings("Child", now, email="")
    child.guardian = cast.per(now).member
    child.save()
    groups.sent(now)
    groups.leave(now)
    assert [address for address, _content in sink.accepted] == ["per@example.com"]


def test_everything_that_is_missing_is_said_and_nothing_leaves(now: dt.datetime) -> None:
    mailing = Mailing()
    mailings.save(mailing, now, None)
    with pytest.raises(mailings.MailingErrors) as refused:
        mailings.send(mailing, None, now, None)
    assert set(refused.value.errors) == {"people", "kind", "sender", "subject", "body"}
    assert Mailing.objects.get().state == "draft"


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("notice", "x" * 1001, "A notice is short"),
        ("notice", "![a cake](https://example.com/cake.png)", "no pictures"),
        ("news", "{{ member.shoe_size }}", "there is no field"),
    ],
)
def test_a_text_that_cannot_leave_is_refused_in_plain_words(
    kind: str, body: str, said: str, now: dt.datetime
) -> None:
    groups.choir(1, now)
    with pytest.raises(mailings.MailingErrors, match=said):
        mailings.version(groups.letter(now, kind, body=body), now)


def test_what_was_sent_cannot_be_written_on_sent_twice_or_deleted(now: dt.datetime) -> None:
    groups.choir(1, now)
    mailing = groups.sent(now)
    with pytest.raises(mailings.Moved):
        mailings.send(mailing, None, now, None)
    with pytest.raises(mailings.Moved):
        mailings.save(mailing, now, None)
    with pytest.raises(mailings.Moved):
        mailings.forget(mailing, now, None)
    fresh = mailings.copy(mailing, now, None)
    assert (fresh.state, fresh.body, fresh.messages.count()) == ("draft", mailing.body, 0)


def test_a_batch_asks_the_same_number_of_questions_however_large_it_is(now: dt.datetime) -> None:
    def asked(tag: str, number: int) -> int:
        MemberTag.objects.all().delete()
        for place in range(number):
            groups.sings(f"{tag}{place}", now)
        groups.sent(now)
        mailings.work(now)
        with CaptureQueriesContext(connection) as captured:
            mailings.work(now)
        while mailings.work(now):
            pass
        Message.objects.update(status="sent")
        groups.write(now)
        return len(captured)

    assert asked("a", 2) == asked("b", 20)


def test_a_large_group_leaves_room_for_letters_that_somebody_waits_for(
    now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailings, "A_SECOND", 2)
    groups.choir(5, now)
    mailing = groups.sent(now)
    groups.write(now)
    moments = mailing.messages.order_by("due_at").values_list("due_at", flat=True)
    assert [(moment - now).seconds for moment in moments] == [0, 0, 1, 1, 2]
    assert mailings.done_by(mailing, 5, now) == moments.last()


@pytest.mark.parametrize(("kind", "leaves"), [("notice", "03-03 08:00"), ("news", "03-04 08:00")])
def test_when_the_last_one_leaves_is_said_by_the_hours_of_the_house(kind: str, leaves: str) -> None:
    late = dt.datetime(2026, 3, 2, 22, tzinfo=dt.UTC)
    letters.rule(late, quiet_hours={"from": "21:00", "to": "08:00"}, blackout=["03-03"])
    assert f"{mailings.done_by(groups.letter(late, kind), 1, late):%m-%d %H:%M}" == leaves
