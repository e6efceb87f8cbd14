"""Do letters arrive: numbers beside the lines that matter, addresses lost, and the entries of the domain."""

import datetime as dt
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboard.questions import arriving
from dashboard.words import records
from mail import suppressions
from mail.models import Message, Report, Suppression
from members.models import Event, Member
from tests import cast
from tests.mail import letters

PAGE = "/letters/arriving/"
DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def member(now: dt.datetime) -> Member:
    return cast.join("ingrid", now - 60 * DAY, quiet=True, email="ingrid@example.com").member


def sent(member: Member, at: dt.datetime, number: int, **said: Any) -> None:
    """So many letters that left at `at`."""
    version, state = letters.version(at), {"status": "sent", "submitted_at": at, "finished_at": at, **said}
    Message.objects.bulk_create(
        Message(key=f"{at}:{one}:{said}", member=member, letter_version=version, purpose="value", due_at=at,
                first_due_at=at, not_after=at, message_id=f"<{one}@{at}>", created_at=at, **state)
        for one in range(number)
    )  # fmt: skip


def told(member: Member, name: str, at: dt.datetime, number: int, **data: str) -> None:
    """So many reports of that kind."""
    Event.objects.bulk_create(
        Event(member=member, name=name, occurred_at=at, recorded_at=at, handled_at=at, data=data,
              key=f"{name}:{at}:{one}:{data}")
        for one in range(number)
    )  # fmt: skip


def test_shares_are_of_the_letters_of_the_last_thirty_days(member: Member, now: dt.datetime) -> None:
    sent(member, now - DAY, 2000)
    sent(member, now - 31 * DAY, 500)
    sent(member, now - DAY, 10, status="failed", reason="refused: 550 5.1.1")
    told(member, "mail.complained", now - DAY, 3)
    told(member, "mail.complained", now - 31 * DAY, 9)
    told(member, "mail.bounced", now - DAY, 5, kind="hard")
    told(member, "mail.bounced", now - DAY, 7, kind="soft")
    complaints, bounces = arriving.gauges(now)
    assert (complaints.number, complaints.letters, complaints.level) == (3, 2000, "warn")
    assert (bounces.number, bounces.letters, bounces.level) == (15, 2010, "good")


@pytest.mark.parametrize(
    ("number", "letters_sent", "words"),
    [(0, 10, "Too few letters left to say"), (0, 1000, "Good: below 0.10 %."), (1, 1000, "Above 0.10 %. From 0.30 %"),
     (4, 1000, "Above 0.30 %. Mail servers")],
)  # fmt: skip
def test_the_page_says_what_a_share_means(
    member: Member, reader: Client, now: dt.datetime, number: int, letters_sent: int, words: str
) -> None:
    sent(member, now - DAY, letters_sent)
    told(member, "mail.complained", now - DAY, number)
    assert words in reader.get(PAGE).content.decode()


def test_lost_addresses_are_counted_by_week(now: dt.datetime) -> None:
    suppressions.suppress("a@example.com", Suppression.Reason.BOUNCED, now)
    suppressions.suppress("b@example.com", Suppression.Reason.BOUNCED, now - 7 * DAY)
    suppressions.suppress("c@example.com", Suppression.Reason.COMPLAINED, now - 7 * DAY)
    suppressions.suppress("d@example.com", Suppression.Reason.MANUAL, now - 90 * DAY)
    *_before, last, this = arriving.weeks(now)
    assert (this.monday, this.dead, this.unwanted) == (dt.date(2026, 3, 2), 1, 0)
    assert (last.monday, last.dead, last.unwanted, last.by_hand) == (dt.date(2026, 2, 23), 1, 1, 0)


def test_the_entries_of_the_domain_name_its_own_way_of_sending() -> None:
    ways: list[dict[str, Any]] = [
        {"kind": "anymail", "backend": "anymail.backends.postmark.EmailBackend"},
        {"kind": "smtp", "host": "mail.club.dk"},
        {"kind": "kept"},
    ]
    found = [records.of("club.dk", "post@club.dk", way) for way in ways]
    assert [lines[0].value for lines in found] == [
        "v=spf1 include:spf.mtasv.net ~all", "v=spf1 a:mail.club.dk ~all", "v=spf1 mx ~all",
    ]  # fmt: skip
    assert found[0][2].name == "_dmarc.club.dk"
    assert found[0][2].value == "v=DMARC1; p=none; rua=mailto:post@club.dk"


def test_it_says_whether_the_provider_can_report(
    staff: Client, settings: LazySettings, now: dt.datetime
) -> None:
    assert "without a mail provider" in staff.get(PAGE).content.decode()
    settings.MAIL_TRANSPORT = {"kind": "anymail", "backend": "anymail.backends.postmark.EmailBackend"}
    settings.ANYMAIL = {}
    assert "cannot report yet" in staff.get(PAGE).content.decode()
    settings.ANYMAIL = {"WEBHOOK_SECRET": "name:secret-word"}
    Report.objects.create(provider="postmark", digest="1", body="{", received_at=now, status="parked")
    page = staff.get(PAGE).content.decode()
    assert "/mail/events/postmark/" in page
    assert "1 report could not be understood." in page
    assert "secret-word" not in page


def test_it_costs_the_same_whatever_left(member: Member, staff: Client, now: dt.datetime) -> None:
    costs = []
    for number in (1, 50):
        sent(member, now - number * dt.timedelta(hours=1), number)
        told(member, "mail.bounced", now - number * dt.timedelta(hours=1), number, kind="hard")
        with CaptureQueriesContext(connection) as asked:
            staff.get(PAGE)
        costs.append(len(asked))
    assert costs[0] == costs[1]
