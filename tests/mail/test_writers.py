"""Who signs a letter: the person it names, whoever looks after the member, or who took that person's place."""

import datetime as dt

import pytest

from mail import compiling, pictures, transports, writers
from mail.models import Message, Sender
from members.models import Member, MemberFacts
from office.models import User
from tests import cast, sinks
from tests.mail import letters

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


@pytest.fixture
def member(now: dt.datetime) -> Member:
    """To whom is written; nothing else happens to them."""
    return cast.join("per", now, quiet=True, email="per@example.com", first_name="Per").member


def person(slug: str, **fields: object) -> Sender:
    """Somebody with a face."""
    known = {"name": slug.title(), "email": f"{slug}@example.com", "picture": pictures.keep(PNG), **fields}
    return Sender.objects.create(slug=slug, **known)


def signed(message: Message, now: dt.datetime) -> str:
    """Who signs it, and instead of whom."""
    found = writers.of([letters.again(message)], now)[message.pk]
    return f"{found.sender.name} for {found.instead_of}" if found.instead_of else found.sender.name


def test_after_the_last_day_whoever_is_named_writes_and_the_letter_says_for_whom(
    member: Member, now: dt.datetime
) -> None:
    karen, letter = person("karen", reply_to="answers@example.com"), letters.due(member, now + 2 * DAY)
    Sender.objects.filter(slug="anna").update(until=now.date(), replacement=karen)
    assert signed(letter, now) == "Anna Bak"
    assert signed(letter, now + 2 * DAY) == "Karen for Anna Bak"
    letters.send(now + 2 * DAY)
    sent = letters.again(letter)
    assert (sent.status, sent.values["sender"]["instead_of"]) == ("sent", "Anna Bak")
    assert sent.values["sender"]["reply_to"] == "answers@example.com"


def test_where_nobody_follows_letters_wait_but_not_what_the_membership_needs(
    member: Member, now: dt.datetime
) -> None:
    value, receipt = letters.due(member, now), letters.due(member, now, "transactional")
    Sender.objects.filter(slug="anna").update(until=now.date() - DAY)
    letters.send(now)
    assert letters.again(receipt).status == "sent"
    status, why = letters.told(value)
    assert (status, why.startswith("Anna Bak does not write any more")) == ("queued", True)


def test_two_who_follow_each_other_are_nobody(member: Member, now: dt.datetime) -> None:
    letter = letters.due(member, now)
    anna = Sender.objects.get(slug="anna")
    karen = person("karen", until=now.date() - DAY, replacement=anna)
    Sender.objects.filter(pk=anna.pk).update(until=now.date() - DAY, replacement=karen)
    assert writers.stopped([letters.again(letter)], now) == {letter.pk: "Anna Bak"}


def test_whoever_looks_after_the_member_signs_if_they_have_a_face(member: Member, now: dt.datetime) -> None:
    letter, user = letters.due(member, now), User.objects.create_user("karen")
    version = letter.letter_version
    version.by_owner = True
    version.save()
    assert signed(letter, now) == "Anna Bak"
    MemberFacts.objects.update_or_create(member=member, defaults={"owner": "karen"})
    faceless = Sender.objects.create(slug="karen", name="Karen", email="karen@example.com", user=user)
    assert signed(letter, now) == "Anna Bak"
    faceless.picture = pictures.keep(PNG)
    faceless.save()
    assert signed(letter, now) == "Karen"


def test_many_letters_cost_as_few_questions_as_one(
    member: Member, now: dt.datetime, django_assert_num_queries: object
) -> None:
    for _ in range(5):
        letters.due(member, now)
    rows = list(Message.objects.select_related("letter_version__sender"))
    with django_assert_num_queries(1):  # type: ignore[operator]
        writers.of(rows, now)


def test_whoever_looks_after_the_member_signs_only_what_they_speak(member: Member, now: dt.datetime) -> None:
    letter, user = letters.due(member, now), User.objects.create_user("karen")
    version = letter.letter_version
    version.by_owner, version.texts = True, {**version.texts, "da": version.texts["en"]}
    version.save()
    MemberFacts.objects.update_or_create(member=member, defaults={"owner": "karen"})
    karen = person("karen", user=user, languages="en, sv")
    member.locale = "en-GB"
    member.save()
    assert signed(letter, now) == "Karen"
    member.locale = "da-DK"
    member.save()
    assert signed(letter, now) == "Anna Bak"
    member.locale = "de"  # reads no language of the letter, and gets the English one
    member.save()
    assert signed(letter, now) == "Karen"
    assert [karen.speaks(code) for code in ("sv_SE", "EN", "nb", "")] == [True, True, False, False]
    assert Sender(languages="").speaks("nb")


def test_the_signature_stands_under_the_letter_that_left(
    member: Member, now: dt.datetime, sink: sinks.Sink
) -> None:
    letter = letters.due(member, now)
    texts = {"subject": "Hello", "body": "Hi"}
    version = letter.letter_version
    version.texts = {"en": compiling.compile_letter(texts, language="en").texts()}
    version.save()
    Sender.objects.filter(slug="anna").update(signature="Call *any* day\n\n 9–15 ")
    transports.forget()
    letters.send(now)
    transports.forget()
    for part in sink.to("per@example.com")[0].iter_parts():
        assert "Call *any* day" in part.get_content()
        assert "9–15" in part.get_content()
