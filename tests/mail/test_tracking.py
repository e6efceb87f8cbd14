"""What providers report of letters: it acts once, for letters that went to that address, in any order."""

import datetime as dt
import itertools
import random
from typing import Any

import pytest
from django.conf import LazySettings

from lifecycle import clock
from mail import bounce_kinds, claiming, confirming, reports, suppressions
from mail.models import Message, Report, Suppression
from members import consent
from members.models import Event, Member
from tests import cast
from tests.cast import Person
from tests.mail import letters, providers_say, reported

pytestmark = pytest.mark.django_db
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _secret(settings: LazySettings) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": reported.WHO}


@pytest.fixture
def ingrid(now: dt.datetime) -> Person:
    """Here for a while, with nothing that waits to be answered."""
    return cast.join("ingrid", now - 30 * DAY, quiet=True, email="ingrid@example.com", first_name="Ingrid")


@pytest.fixture
def letter(ingrid: Person, now: dt.datetime) -> Message:
    """Ingrid's letter, sent a day ago."""
    return sent(ingrid.member, now - DAY)


def sent(member: Member, at: dt.datetime, purpose: str = "value") -> Message:
    Event.objects.filter(handled_at=None).update(
        handled_at=at
    )  # nothing leaves before what is new is answered
    message = letters.due(member, at, purpose)
    letters.send(at)
    assert letters.again(message).status == "sent"
    return letters.again(message)


def told(name: str) -> list[Event]:
    return list(Event.objects.filter(name=name))


def reason_of(address: str) -> str:
    return "".join(row.reason for row in suppressions.suppressed([address]).values())


def test_a_hard_bounce_stops_every_letter_to_the_address_at_once(letter: Message, now: dt.datetime) -> None:
    assert reported.tell(reported.bounce(letter, now), now).status == "applied"
    assert reason_of("ingrid@example.com") == "bounced"
    (event,) = told("mail.bounced")
    assert event.data["letter"] == str(letter.uuid)
    assert event.data["kind"] == "hard"
    later = letters.due(letter.member, now, "transactional")
    letters.send(now)
    assert letters.told(later)[0] == "skipped"


def test_five_soft_bounces_on_three_days_stop_the_address(ingrid: Person, now: dt.datetime) -> None:
    for number, days in enumerate((9, 9, 8, 8)):
        message = sent(ingrid.member, now - days * DAY)
        reported.tell(reported.bounce(message, now - days * DAY + MINUTE, "SoftBounce", ID=number), now)
    assert reason_of("ingrid@example.com") == ""
    last = sent(ingrid.member, now - DAY)
    reported.tell(reported.bounce(last, now - DAY + MINUTE, "SoftBounce", ID=99), now)
    assert reason_of("ingrid@example.com") == "bounced"


def test_five_soft_bounces_on_two_days_stop_nothing(ingrid: Person, now: dt.datetime) -> None:
    for number, days in enumerate((9, 9, 9, 8, 8)):
        message = sent(ingrid.member, now - days * DAY)
        reported.tell(reported.bounce(message, now - days * DAY + MINUTE, "SoftBounce", ID=number), now)
    assert reason_of("ingrid@example.com") == ""


def test_mail_that_was_not_liked_is_not_held_against_the_address(letter: Message, now: dt.datetime) -> None:
    reported.tell(reported.bounce(letter, now, Details="550 5.7.1 blocked by policy"), now)
    assert reason_of("ingrid@example.com") == ""
    assert told("mail.bounced")[0].data["kind"] == "soft"


def test_a_complaint_stops_marketing_and_not_what_is_about_the_membership(
    letter: Message, now: dt.datetime
) -> None:
    reported.tell(reported.postmark(letter, "SpamComplaint", Type="SpamComplaint", ID=1), now)
    assert reason_of("ingrid@example.com") == "complained"
    assert told("mail.complained")[0].data["letter"] == str(letter.uuid)
    clock.tick(now)
    marketing, receipt = (letters.due(letter.member, now, purpose) for purpose in ("value", "transactional"))
    letters.send(now)
    assert letters.told(marketing)[0] == "skipped"
    assert letters.told(receipt)[0] == "sent"


def test_unsubscribing_at_the_provider_withdraws_the_topic_of_the_letter(
    letter: Message, now: dt.datetime
) -> None:
    said = {"SuppressSending": True, "SuppressionReason": "ManualSuppression", "ChangedAt": now.isoformat()}
    reported.tell(reported.postmark(letter, "SubscriptionChange", **said), now)
    assert not consent.standing([letter.member_id])[(letter.member_id, "membership")].granted
    assert len(told("mail.unsubscribed")) == 1


@pytest.mark.parametrize(
    "said",
    [{"Email": "someone-else@example.com"}, {"Email": ""}, {"Metadata": {}}, {"Metadata": {"message": "x"}}],
)
def test_a_report_that_names_no_letter_to_that_address_is_ignored(
    letter: Message, now: dt.datetime, said: dict[str, Any]
) -> None:
    report = reported.tell({**reported.bounce(letter, now), **said}, now)
    assert (report.status, bool(report.reason)) == ("ignored", True)
    assert not Suppression.objects.exists()
    assert not told("mail.bounced")


def test_a_letter_that_never_left_cannot_come_back(ingrid: Person, now: dt.datetime) -> None:
    waiting = letters.due(ingrid.member, now + DAY)
    Message.objects.filter(pk=waiting.pk).update(address="ingrid@example.com")
    report = reported.tell(reported.bounce(letters.again(waiting), now), now)
    assert report.status == "ignored"
    assert not Suppression.objects.exists()


def test_our_message_id_names_the_letter_where_metadata_is_missing(letter: Message, now: dt.datetime) -> None:
    said = {"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 unknown"}
    body = [{**said, "email": letter.address, "smtp-id": letter.message_id, "timestamp": 1772490000}]
    assert reported.tell(body, now, "sendgrid").status == "applied"
    assert reason_of("ingrid@example.com") == "bounced"


def test_any_order_and_any_repetition_end_the_same(ingrid: Person, now: dt.datetime) -> None:
    message = sent(ingrid.member, now - 9 * DAY)
    bodies = [
        reported.bounce(message, now - DAY),
        reported.bounce(message, now - 2 * DAY, ID=8),
        reported.bounce(message, now - 3 * DAY, "SoftBounce", ID=9),
        reported.postmark(message, "Delivery", DeliveredAt=(now - 8 * DAY).isoformat()),
        reported.postmark(message, "SpamComplaint", Type="SpamComplaint", ID=1, BouncedAt=now.isoformat()),
    ]
    ends = []
    for order in random.Random(5).sample(list(itertools.permutations(bodies)), 6):
        for body in (*order, *order[:3]):
            reported.tell(body, now)
        rows = Event.objects.filter(name__startswith="mail.").exclude(name="mail.sent").order_by("key")
        ends.append((list(rows.values_list("key", "occurred_at")), reason_of(message.address)))
        rows.delete()
        Report.objects.all().delete()
        Suppression.objects.all().delete()
    assert ends == ends[:1] * len(ends)
    assert ends[0][1] == "bounced"


def test_what_was_lifted_is_not_stopped_again_by_the_same_bounce(letter: Message, now: dt.datetime) -> None:
    reported.tell(reported.bounce(letter, now), now)
    Suppression.objects.all().delete()
    reported.tell(reported.bounce(letter, now, Tag="sent by the provider once more"), now)
    assert reason_of("ingrid@example.com") == ""


@pytest.mark.parametrize("record", ["Delivery", "Open"])
def test_an_unknown_letter_that_a_report_names_was_sent(
    letter: Message, now: dt.datetime, record: str
) -> None:
    Event.objects.filter(name="mail.sent").delete()
    Message.objects.update(status="unknown", unknown_at=now, reason="died")
    assert reported.tell(reported.postmark(letter, record), now).status == "applied"
    assert letters.told(letter) == ("sent", "")
    assert len(told("mail.sent")) == 1


def test_a_letter_reported_before_its_worker_died_is_sent_and_never_unknown(
    ingrid: Person, now: dt.datetime
) -> None:
    message = letters.due(ingrid.member, now, "transactional")
    lease, claimed = claiming.claim(now, 1)
    claimed[0].address = ingrid.member.email
    claiming.to_submitting(claimed, lease, now)
    reported.tell(reported.postmark(letters.again(message), "Delivery"), now)
    assert letters.told(message)[0] == "submitting"
    Message.objects.update(leased_until=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert confirming.settle(now) == 1
    assert letters.told(message)[0] == "sent"
    assert len(told("mail.sent")) == 1


def test_a_scanners_click_is_no_click(letter: Message, now: dt.datetime) -> None:
    person = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"
    click = {"OriginalLink": "https://club.example.com/", "ReceivedAt": now.isoformat()}
    reported.tell(reported.postmark(letter, "Click", UserAgent="BarracudaSentinel", **click), now)
    soon = (letter.submitted_at or now) + dt.timedelta(seconds=1)
    reported.tell(
        reported.postmark(letter, "Click", UserAgent=person, **{**click, "ReceivedAt": soon.isoformat()}), now
    )
    assert told("mail.clicked") == []
    reported.tell(reported.postmark(letter, "Click", UserAgent=person, **click), now)
    assert told("mail.clicked")[0].data["url"] == "https://club.example.com/"


def test_one_bad_report_holds_up_no_other(letter: Message, now: dt.datetime) -> None:
    assert reported.send('{"RecordType": "Bounce", "Metadata": 5, "Type": []}').status_code == 200
    reported.send(reported.bounce(letter, now))
    assert reports.apply_waiting(now) == 2
    assert [row.status for row in Report.objects.order_by("pk")] == ["parked", "applied"]
    assert reports.apply_waiting(now) == 0


def test_reports_are_forgotten_after_a_month_but_not_what_nobody_understood(
    letter: Message, now: dt.datetime
) -> None:
    reported.tell(reported.bounce(letter, now), now)
    reported.send('{"RecordType": "Bounce", "Metadata": 5, "Type": []}')
    reports.apply_waiting(now)
    Report.objects.update(received_at=now - 31 * DAY)
    assert reports.forget_old(now) == 1
    assert Report.objects.get().status == "parked"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("550 5.1.1 unknown", "hard"), ("5.0.0 smtp; 550-5.7.1 listed", "policy"), ("552 5.2.2 full", "soft"),
        ("451 4.7.1 greylisted", "soft"), ("550 no such user", "hard"), ("450 later", "soft"), ("5.0.0", "hard"),
        ("550 5.2.1 disabled", "hard"), ("IP 10.5.1.1 said nothing", "hard"), ("", "hard"),
    ],
)  # fmt: skip
def test_a_mail_servers_words_tell_what_lasts(text: str, kind: str) -> None:
    assert bounce_kinds.of_text(text, "hard") == kind


@pytest.mark.parametrize(
    ("severity", "words", "kind"),
    [
        ("permanent", "", "hard"), ("permanent", "552 5.2.2 full", "soft"), ("permanent", "550 5.7.1 no", "soft"),
        ("permanent", "550 5.1.1 unknown", "hard"),
    ],
)  # fmt: skip
def test_mailguns_severity_tells_what_its_mail_server_did_not(
    letter: Message, now: dt.datetime, settings: LazySettings, severity: str, words: str, kind: str
) -> None:
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": providers_say.MAILGUN_KEY}
    body = providers_say.mailgun(providers_say.claim("bounced", letter, now))
    body["event-data"] |= {"severity": severity, "reason": "generic", "delivery-status": {"message": words}}
    assert reported.tell(body, now, "mailgun", proof={}).status == "applied"
    assert told("mail.bounced")[0].data["kind"] == kind
