"""A mailbox with limits: so many a minute, so many a day, whoever sends; the rest is given its moment."""

import datetime as dt
import threading

import pytest
from django.conf import settings
from django.db import connection

from mail import claiming, mailboxes, outbox, pacing
from mail.mailbox_presets import BY_SLUG, PRESETS, suggested
from mail.models import Mailbox, Message
from members.models import Event, Member
from office.models import AuditEntry
from tests import cast
from tests.mail import groups, letters

NOW = dt.datetime(2026, 3, 3, 11, tzinfo=dt.UTC)
SECOND, MINUTE, HOUR, DAY = (dt.timedelta(seconds=seconds) for seconds in (1, 60, 3600, 86400))
is_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")


@pytest.fixture
def member(db: None) -> Member:
    member = cast.join("p", NOW, email="p@example.com", locale="en").member
    Event.objects.update(handled_at=NOW)
    return member


def many(member: Member, number: int, purpose: str = "value", *, valid: int = 5) -> None:
    for _ in range(number):
        letters.due(member, NOW, purpose, valid=valid)


def left() -> int:
    return Message.objects.filter(status="sent").count()


def play(until: dt.datetime, now: dt.datetime = NOW, step: dt.timedelta = 10 * SECOND) -> None:
    while now <= until:
        letters.send(now)
        now += step


def most_within(span: dt.timedelta) -> int:
    """The most letters that left within any such span."""
    moments = sorted(Message.objects.filter(status="sent").values_list("submitted_at", flat=True))
    return max(sum(at <= other < at + span for other in moments if other) for at in moments if at)


def test_without_a_limit_everything_leaves_at_once(member: Member) -> None:
    many(member, 25)
    letters.send(NOW)
    assert left() == 25


def test_no_minute_has_more_letters_than_the_limit(member: Member) -> None:
    mailboxes.limit("", 6, None, NOW, None)
    many(member, 25)
    letters.send(NOW)
    assert left() == 6
    planned = pacing.waiting().order_by("due_at")
    assert planned.count() == 19 - 6  # those of the next minute are next without being told
    assert planned[0].reason_in_words.startswith("the mailbox may send no more for now; leaves 3 March 2026")
    play(NOW + 5 * MINUTE)
    assert left() == 25
    assert most_within(MINUTE) == 6
    assert Message.objects.filter(due_at__gt=NOW + 5 * MINUTE).count() == 0


def test_what_the_day_has_no_room_for_leaves_the_next_day(member: Member) -> None:
    mailboxes.limit("", None, 10, NOW, None)
    many(member, 25)
    letters.send(NOW)
    assert left() == 10
    play(NOW + 23 * HOUR, NOW + HOUR, HOUR)
    assert left() == 10
    play(NOW + 2 * DAY + HOUR, NOW + DAY, 10 * MINUTE)
    assert left() == 25
    assert most_within(DAY) == 10


def test_letters_about_the_membership_itself_do_not_queue_up_behind_others(member: Member) -> None:
    mailboxes.limit("", 5, 100, NOW, None)
    many(member, 40)
    letters.send(NOW)
    many(member, 5, "transactional")
    play(NOW + 2 * MINUTE, NOW + 10 * SECOND)
    assert Message.objects.filter(purpose="transactional", status="sent").count() == 5
    assert most_within(MINUTE) == 5


def test_a_welcome_does_not_wait_until_a_group_has_its_notice(member: Member) -> None:
    mailboxes.limit("", 5, 100, NOW, None)
    many(member, 200, "transactional")
    Message.objects.update(mailing=groups.letter(NOW))
    play(NOW + 10 * MINUTE)
    assert 4 * 10 <= left() <= 4 * 11  # four of the five of each minute
    for minutes in (11, 40):  # while the group is under way, and when it has had its share of the day
        play(NOW + minutes * MINUTE, NOW + (minutes - 1) * MINUTE)
        welcome = letters.due(member, NOW + minutes * MINUTE, "onboarding")
        Message.objects.filter(pk=welcome.pk).update(at_once=True)
        play(NOW + (minutes + 1) * MINUTE, NOW + minutes * MINUTE)
        assert Message.objects.get(pk=welcome.pk).status == "sent", minutes
    assert Message.objects.exclude(mailing=None).filter(status="sent").count() <= 90
    assert most_within(MINUTE) <= 5


def test_what_would_be_too_late_by_then_says_what_kept_it(member: Member) -> None:
    mailboxes.limit("", None, 5, NOW, None)
    many(member, 12, valid=1)
    play(NOW + DAY + HOUR, NOW, HOUR)
    stayed = Message.objects.filter(status="skipped")
    assert stayed.count() == 2
    assert "the mailbox may send no more for now; no other time before" in stayed[0].reason_in_words


def test_a_worker_that_died_has_counted_nothing_that_did_not_leave(member: Member) -> None:
    mailboxes.limit("", 6, None, NOW, None)
    many(member, 10)
    claiming.claim(NOW, 100, mailboxes.current())
    Message.objects.filter(status="claimed").update(leased_until=NOW - DAY)  # and then it died
    letters.send(NOW + SECOND)
    assert left() == 6


def test_a_higher_limit_lets_go_what_waited_for_the_lower(member: Member) -> None:
    mailboxes.limit("", 2, None, NOW, None)
    many(member, 30)
    letters.send(NOW)
    assert left() == 2
    mailboxes.limit("none", None, None, NOW + SECOND, None)
    letters.send(NOW + 2 * SECOND)
    assert left() == 30
    assert [entry.deed for entry in AuditEntry.objects.order_by("pk")] == ["mailbox.changed"] * 2


def test_a_limit_belongs_to_its_mailbox(member: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    mailboxes.limit("", 2, None, NOW, None)
    way = {"kind": "smtp", "host": "elsewhere.example.com", "port": 25}
    monkeypatch.setattr(settings, "MAIL_TRANSPORT", way)
    assert not mailboxes.current().is_limited


def test_the_list_suggests_what_fits_the_server() -> None:
    assert suggested("smtp.gmail.com", is_provider=False).slug == "gmail"
    assert suggested("smtp.office365.com", is_provider=False).slug == "microsoft365"
    assert suggested("mail.some-host.example", is_provider=False).slug == "hosting"
    assert suggested("postmark", is_provider=True).slug == "none"
    assert suggested("smtp.ionos.de", is_provider=False).slug == "ionos"
    assert len({preset.slug for preset in PRESETS}) == len(PRESETS)


def test_the_number_of_queries_does_not_grow_with_the_letters(
    member: Member, django_assert_max_num_queries: object
) -> None:
    mailboxes.limit("", 5, 1000, NOW, None)
    many(member, 60)
    with django_assert_max_num_queries(60):  # type: ignore[operator]
        outbox.send_due(NOW)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not is_postgres, reason="on SQLite one writer at a time is all there is")
def test_workers_together_keep_the_limit_of_the_mailbox() -> None:
    member = cast.join("p", NOW, email="p@example.com", locale="en").member
    Event.objects.update(handled_at=NOW)
    mailboxes.limit("", 7, None, NOW, None)
    many(member, 60)

    def work(number: int) -> None:
        try:
            for turn in range(6):
                outbox.send_due(NOW + dt.timedelta(milliseconds=300 * turn + number), limit=3)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert left() == 7
    assert Mailbox.objects.count() == 1


def test_no_line_of_the_list_passes_what_its_host_says_of_itself() -> None:
    said = {"onecom": (25, 5), "simply": (300, 4 * 60), "loopia": (200, 60), "ionos": (400, 60)}
    said |= {"microsoft365": (30, 1), "scannet": (30, 1)}
    for slug, (letters_, minutes) in said.items():
        assert (BY_SLUG[slug].per_minute or 0) * minutes <= letters_
    daily = {"gmail": 500, "workspace": 2000, "microsoft365": 10_000, "icloud": 1000, "scannet": 10_000}
    assert all((BY_SLUG[slug].per_day or 0) <= most for slug, most in daily.items())
    assert {preset.slug for preset in PRESETS if not preset.source} == {"hosting", "own", "none"}
