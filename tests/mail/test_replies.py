"""What members write back: whose it is, which letter it answers, what it holds, and what is no reply at all."""

import datetime as dt

import pytest

from mail import answering, bounces, conversations, incoming
from mail.models import Incoming, Message, Reply
from members import erasure, fact_keeping, merging_members
from members.models import Event, Member, MemberFacts
from office.models import User
from tests import cast
from tests.mail import answers, letters

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def member(ingrid: cast.Person) -> Member:
    """Who writes back."""
    return ingrid.member


@pytest.fixture
def letter(member: Member, now: dt.datetime) -> Message:
    """What she answers."""
    return answers.sent(member, now - DAY)


@pytest.fixture
def karen(db: None) -> User:
    """Who answers her."""
    return User.objects.create_user("karen", email="karen@club.example", first_name="Karen")


def test_a_reply_is_known_by_the_letter_that_it_answers_whatever_address_it_comes_from(
    letter: Message, now: dt.datetime
) -> None:
    answers.arrive(answers.mail(letter, From="somebody@else.example"), now)
    reply = Reply.objects.get()
    assert (reply.member, reply.letter, reply.found_by) == (letter.member, letter, "letter")
    assert (reply.text, reply.subject, reply.from_address) == (
        "I come on Thursday.", "Re: Welcome", "somebody@else.example",
    )  # fmt: skip


def test_the_references_and_a_token_in_the_address_lead_to_the_letter_too(
    letter: Message, now: dt.datetime
) -> None:
    answers.arrive(answers.mail(From="x@y.example", References=f"<a@b> {letter.message_id} <c@d>"), now)
    token = f"replies+{letter.uuid.hex}@club.example"
    answers.arrive(answers.mail(From="x@y.example", To=token, Message_ID="<2@phone.example>"), now)
    assert list(Reply.objects.values_list("letter", flat=True)) == [letter.pk, letter.pk]


def test_else_the_only_member_with_that_address_wrote_it(member: Member, now: dt.datetime) -> None:
    answers.arrive(answers.mail(From="INGRID@example.com"), now)
    assert (Reply.objects.get().member, Reply.objects.get().found_by) == (member, "address")


def test_an_address_of_two_members_is_nobodys_until_somebody_says_whose_it_is(
    member: Member, karen: User, now: dt.datetime
) -> None:
    other = cast.join("twin", now, email="ingrid@example.com", first_name="Inge").member
    answers.arrive(answers.mail(), now)
    reply = answering.unmatched().get()
    assert not Event.objects.filter(name="letter.replied").exists()
    answering.attach(reply, other, karen, now)
    assert answering.waiting().get().member == other
    assert Event.objects.get(name="letter.replied").member == other
    answering.attach(answering.waiting().get(), member, karen, now)
    assert Event.objects.get(name="letter.replied").member == member


def test_a_reply_is_a_sign_of_two_ways_and_stands_in_the_timeline(
    letter: Message, member: Member, now: dt.datetime
) -> None:
    answers.arrive(answers.mail(letter), now)
    told = Event.objects.get(name="letter.replied")
    assert told.data["letter"] == str(letter.uuid)
    assert told.data["text"] == "I come on Thursday."
    assert told.occurred_at == dt.datetime(2026, 3, 2, 22, tzinfo=dt.UTC)
    fact_keeping.refresh(now)
    assert MemberFacts.objects.get(member=member).dialogue_365d == 1


def test_the_same_mail_counts_once_however_often_and_by_whichever_way_it_comes(
    letter: Message, now: dt.datetime
) -> None:
    raw = answers.mail(letter)
    answers.arrive(raw, now)
    answers.arrive(raw, now + HOUR)
    again = answers.arrive(b"Received: by another.way\r\n" + raw, now + HOUR)
    assert (again.status, again.reason) == ("ignored", "It came before.")
    assert Reply.objects.count() == Event.objects.filter(name="letter.replied").count() == 1


NOBODY = [
    ({"Auto_Submitted": "auto-replied"}, "A program answered by itself."),
    ({"X_Autoreply": "yes"}, "A program answered by itself."),
    ({"Precedence": "bulk"}, "It was sent to many at once, or by a program."),
    ({"List_Id": "<news.example>"}, "It was sent to many at once, or by a program."),
    ({"Return_Path": "<>"}, "A mail server wrote it."),
    ({"From": "no-reply@shop.example"}, "A mail server wrote it."),
    *(
        ({"Subject": subject}, "A note of absence.")
        for subject in (
            "Out of office: Re: Welcome",
            "Automatic reply: Welcome",
            "Autosvar: Welcome",
            "SV: Ikke på kontoret",
            "Fraværende til mandag",
            "=?utf-8?q?Ferie=3A_jeg_er_tilbage_i_uge_32?=",
            "Abwesenheitsnotiz",
            "Automatische Antwort: Willkommen",
            "Afwezig",
            "Frånvaro",
            "Réponse automatique : Bienvenue",
            "Respuesta automática",
            "Răspuns automat",
        )
    ),
]


@pytest.mark.parametrize(("headers", "why"), NOBODY)
def test_what_a_program_wrote_neither_holds_nor_counts(
    letter: Message, now: dt.datetime, headers: dict[str, str], why: str
) -> None:
    row = answers.arrive(answers.mail(letter, **headers), now)
    assert (row.status, row.reason) == ("ignored", why)
    assert not Reply.objects.exists()
    assert not conversations.of([letter.member_id], now).held_until


@pytest.mark.parametrize("subject", ["Office party", "Re: Ferieboligen", "Reply to your vacationing"])
def test_a_person_who_writes_of_such_things_is_heard(letter: Message, now: dt.datetime, subject: str) -> None:
    answers.arrive(answers.mail(letter, Subject=subject), now)
    assert Reply.objects.count() == 1


def test_our_own_letters_and_those_of_colleagues_are_no_replies(
    letter: Message, karen: User, now: dt.datetime
) -> None:
    copy = answers.arrive(answers.mail(From="club@example.com"), now)
    ours = answers.arrive(answers.mail(Message_ID=letter.message_id), now)
    answer = answers.arrive(answers.mail(letter, From="karen@club.example", Message_ID="<k@k>"), now)
    assert {copy.reason, ours.reason} == {"It left here itself."}
    assert answer.reason == "Somebody who works here wrote it."


def test_a_letter_that_came_back_to_the_mailbox_is_a_bounce_and_no_reply(
    letter: Message, now: dt.datetime
) -> None:
    report = (
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; ingrid@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        f"\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {letter.message_id}\r\n\r\n--b--\r\n"
    )
    kind = "multipart/report; report-type=delivery-status; boundary=b"
    raw = answers.mail(text=report, From="MAILER-DAEMON@mx.example", Content_Type=kind)
    assert bounces.read(raw) is not None
    assert answers.arrive(raw, now).status == "applied"
    assert Event.objects.get(name="mail.bounced").member == letter.member
    assert not Reply.objects.exists()


def test_nothing_but_what_the_membership_needs_is_written_before_somebody_answered(
    letter: Message, member: Member, karen: User, now: dt.datetime
) -> None:
    answers.arrive(answers.mail(letter), now)  # a Monday
    value, receipt = letters.due(member, now), letters.due(member, now, "transactional")
    letters.send(now)
    assert letters.told(value)[1].startswith("a reply of the member is not answered yet")
    assert letters.again(receipt).status == "sent"
    held = answering.answer([Reply.objects.get().uuid], karen, now + HOUR)
    assert [row.member for row in held] == [member]
    letters.send(now + HOUR)
    assert letters.again(value).status == "sent"


def test_after_three_working_days_a_reply_holds_nothing_any_more(
    letter: Message, member: Member, now: dt.datetime
) -> None:
    friday = now + 4 * DAY
    answers.arrive(answers.mail(letter), friday)
    value = letters.due(member, friday, valid=9)
    for days in (1, 3, 4):
        letters.send(friday + days * DAY)
        assert letters.again(value).status == "queued"
    letters.send(friday + 5 * DAY)  # Wednesday
    assert letters.again(value).status == "sent"


def test_nobody_is_asked_for_anything_as_long_as_a_reply_is_open(
    letter: Message, member: Member, now: dt.datetime
) -> None:
    answers.arrive(answers.mail(letter), now)
    ask = letters.due(member, now + 6 * DAY, "ask", valid=9)
    letters.send(now + 6 * DAY)
    assert letters.again(ask).status == "queued"


def test_answered_is_taken_back_and_a_second_reply_still_holds(
    letter: Message, member: Member, karen: User, now: dt.datetime
) -> None:
    answers.arrive(answers.mail(letter), now)
    answers.arrive(answers.mail(letter, Message_ID="<2@phone.example>"), now)
    first, second = Reply.objects.order_by("pk")
    value = letters.due(member, now)
    letters.send(now)
    answering.answer([first.uuid], karen, now)
    letters.send(now)
    assert letters.again(value).status == "queued"
    assert answering.answer([first.uuid], karen, now) == []
    answering.answer([second.uuid], karen, now)
    answering.reopen([second.uuid], karen, now)
    assert list(conversations.of([member.pk], now).open_with.values()) == ["reply"]


def test_only_what_is_new_is_shown_and_html_is_only_ever_text(letter: Message, now: dt.datetime) -> None:
    page = (
        "<html><head><style>p{color:red}</style><script>alert(1)</script></head><body><p>Yes, <b>gladly</b>!</p>"
        "<div class='gmail_quote'><div>On Mon, Anna wrote:</div><blockquote>Will you come?</blockquote></div>"
    )
    answers.arrive(answers.mail(letter, text=page, Content_Type="text/html; charset=utf-8"), now)
    reply = Reply.objects.get()
    assert reply.text == "Yes, gladly!"
    assert "> Will you come?" in reply.whole
    assert "alert" not in reply.whole + reply.text


def test_attachments_are_listed_by_name_type_and_size(letter: Message, now: dt.datetime) -> None:
    parts = (
        "--b\r\nContent-Type: text/plain\r\n\r\nHere it is.\r\n--b\r\nContent-Type: application/pdf\r\n"
        "Content-Disposition: attachment; filename*=utf-8''"
        "evil%E2%80%AEfdp.exe\r\nContent-Transfer-Encoding: base64\r\n"
        "\r\naGVsbG8=\r\n--b--\r\n"
    )
    answers.arrive(answers.mail(letter, text=parts, Content_Type="multipart/mixed; boundary=b"), now)
    reply = Reply.objects.get()
    assert reply.text == "Here it is."
    assert reply.files == [{"name": "evilfdp.exe", "type": "application/pdf", "size": 5}]


HOSTILE = [
    b"",
    b"\x00\xff\xfe" * 1000,
    b"From: =?utf-8?b?AAAA?= <a@b.example>\r\nSubject: =?x-unknown?q?hm?=\r\n\r\nhi",
    b"From: a@b.example\r\nContent-Type: text/plain; charset=no-such\r\n\r\n\xe6\xf8\xe5",
    b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\n" * 5000,
    b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n" + b"<blockquote><div>" * 20_000,
    b"From: a@b.example\r\n\r\n" + b"\n" * 50_000 + b"On " * 20_000 + b">" * 50_000,
    b"From: a@b.example\r\nSubject: " + b"Re: " * 20_000 + b"\r\n\r\nhi\x00\xed\xa0\x80",
    b"From: a@b.example\r\nDate: Fri, 99 Foo 99999 99:99:99 +9999\r\n\r\nhi",
    b"From: " + b"(" * 5000 + b" a@b.example\r\nReferences: " + b"<" * 90_000 + b"\r\n\r\nhi",
]


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_mail_is_read_or_ignored_and_delays_nobody(
    raw: bytes, letter: Message, now: dt.datetime
) -> None:
    began = dt.datetime.now(dt.UTC)
    incoming.store(incoming.IMAP, [raw, answers.mail(letter)], now)
    assert incoming.apply_waiting(now) == 2
    assert not Incoming.objects.filter(status="parked").exists()
    assert Reply.objects.filter(letter=letter).count() == 1
    assert dt.datetime.now(dt.UTC) - began < dt.timedelta(seconds=5)


def test_what_is_dismissed_is_gone_and_comes_back_to_nobody(karen: User, now: dt.datetime) -> None:
    raw = answers.mail(From="shop@ads.example")
    answers.arrive(raw, now)
    assert answering.dismiss(answering.unmatched().get(), karen, now)
    assert not Reply.objects.exists()
    assert answers.arrive(raw, now).status == "ignored"


def test_erasing_leaves_nothing_of_what_somebody_wrote(
    letter: Message, member: Member, karen: User, now: dt.datetime
) -> None:
    answers.arrive(answers.mail(letter, text="My secret is cinnamon"), now)
    answers.arrive(
        answers.mail(From="stranger@x.example", text="about ingrid@example.com", Message_ID="<3@x>"), now
    )
    answers.arrive(answers.mail(letter, Auto_Submitted="auto-replied", Message_ID="<4@x>"), now)
    erasure.erase(member, None, now)
    reply = Reply.objects.get(member=member)
    assert (reply.text, reply.whole, reply.from_address, reply.subject) == ("", "", "", "")
    assert not Incoming.objects.exclude(body=b"").exists()
    assert not Event.objects.filter(data__icontains="cinnamon").exists()
    assert not answering.waiting().exists()


def test_merging_moves_replies(letter: Message, member: Member, now: dt.datetime) -> None:
    answers.arrive(answers.mail(letter), now)
    kept = cast.per(now).member
    merging_members.merge(kept, member, None, now)
    assert Reply.objects.get().member == kept
    assert kept.pk in conversations.of([kept.pk], now).open_with


def test_old_mail_that_led_to_nothing_is_forgotten(letter: Message, now: dt.datetime) -> None:
    answers.arrive(answers.mail(letter), now)
    answers.arrive(answers.mail(letter, Precedence="bulk", Message_ID="<2@x>"), now)
    assert incoming.forget_old(now + 40 * DAY) == 1
    assert Reply.objects.get().incoming is not None
