"""What letters say of who writes them: what that person does, in the reader's language, and what changed since."""

import datetime as dt
import json

import pytest
from django.core.exceptions import ValidationError

from flows import checking, files, publishing
from mail import card, compiling, outbox, reading
from mail.models import LetterVersion, Message, Sender
from office.models import House
from tests import cast, sinks
from tests.flows import making
from tests.mail import letters

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
ROLES = {"da": "Medlemsvært", "de-AT": "Gastgeber"}


@pytest.mark.parametrize(
    ("language", "role"),
    [
        ("da", "Medlemsvært"), ("da-DK", "Medlemsvært"), ("DA_dk", "Medlemsvært"), ("de-AT", "Gastgeber"),
        ("de", "Member host"), ("en", "Member host"), ("", "Member host"),
    ],
)  # fmt: skip
def test_a_role_is_said_in_the_language_of_the_letter_else_in_that_of_the_house(
    language: str, role: str
) -> None:
    assert Sender(role="Member host", roles=ROLES).role_in(language, "en") == role


def test_where_the_house_has_no_words_for_it_any_language_has() -> None:
    assert Sender(roles=ROLES).role_in("sv", "da") == "Medlemsvært"
    assert Sender(roles={"de": "Gastgeber"}).role_in("sv", "da") == "Gastgeber"
    assert Sender(roles={"da": ""}).role_in("da", "da") == Sender().role_in("da", "en") == ""


@pytest.mark.parametrize("said", [["da"], {"da": 1}, {"danish!": "x"}, {"da": "x" * 121}, "da"])
def test_roles_are_a_table_of_texts_by_language(said: object) -> None:
    with pytest.raises(ValidationError, match="role"):
        Sender(slug="a", name="A", email="a@example.com", roles=said).full_clean()


def test_a_danish_reader_reads_what_the_writer_does_in_danish(now: dt.datetime, sink: sinks.Sink) -> None:
    written = {
        "slug": "hello",
        "sender": "anna",
        "subject": "Hi",
        "body": "Hi there",
        "da": {"subject": "Hej", "body": "Hej du"},
    }
    anna = {**making.ANNA, "role": "Member host", "da": {"role": "Medlemsvært"}}
    making.publish(
        [{"uid": "hello", "kind": "send", "letter": "hello"}], now, letters=[written], senders=[anna]
    )
    for name, locale in (("per", "da-DK"), ("ole", "en-GB"), ("ida", "sv")):
        person = cast.join(name, now - DAY, quiet=True, email=f"{name}@example.com", locale=locale)
        making.enter(person.member, now)
    while outbox.send_due(now):
        pass
    said = {to: sinks.parse(raw).get_body(("plain",)).get_content() for to, raw in sink.accepted}  # type: ignore[union-attr]
    assert "Anna Bak, Medlemsvært" in said["per@example.com"]
    assert "Anna Bak, Member host" in said["ole@example.com"]
    assert "Anna Bak, Member host" in said["ida@example.com"]


@pytest.mark.parametrize(
    ("house", "flow", "role", "roles"),
    [
        ("en", "en", "Member host", {"da": "Medlemsvært"}),
        ("da", "en", "Medlemsvært", {"en": "Member host"}),
        ("sv", "en", "Member host", {"da": "Medlemsvært", "en": "Member host"}),
    ],
)
def test_the_role_that_is_kept_is_the_one_of_the_house(
    now: dt.datetime, house: str, flow: str, role: str, roles: dict[str, str]
) -> None:
    House.objects.create(language=house)
    anna = {**making.ANNA, "role": "Member host", "da": {"role": "Medlemsvært"}}
    making.publish([{"uid": "hello", "kind": "send", "letter": "hello"}], now, language=flow, senders=[anna])
    row = Sender.objects.get()
    assert (row.role, row.roles) == (role, roles)
    assert (row.role_in("da", house), row.role_in("en", house)) == ("Medlemsvært", "Member host")


def test_a_file_with_roles_in_two_languages_is_written_as_it_was_read(now: dt.datetime) -> None:
    anna = {**making.ANNA, "role": "Member host", "da": {"role": "Medlemsvært"}}
    flow = making.publish([{"uid": "hello", "kind": "send", "letter": "hello"}], now, senders=[anna])
    text = files.write(flow.current.definition if flow.current else {})
    assert '[senders.da]\nrole = "Medlemsvært"' in text
    assert files.read(text)["senders"] == [anna]
    again, is_new = publishing.publish(files.read(text), now, without_face=True)
    assert (again, is_new) == (flow.current, False)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"da": {"name": "Anne"}}, "senders[anna].da: unknown word “name”"),
        ({"danish language": {"role": "x"}}, "senders[anna]: unknown word “danish language”"),
        ({"da": {"role": 5}}, "senders[anna].da.role: must be a text, in quotation marks"),
        ({"da": {"role": "x" * 121}}, "senders[anna].da.role: is too long: 121 letters, at most 120"),
    ],
)  # fmt: skip
def test_a_file_with_roles_that_are_none_is_refused_by_name(
    now: dt.datetime, said: dict[str, object], why: str
) -> None:
    with pytest.raises(checking.FlowErrors) as refused:
        making.publish(
            [{"uid": "hello", "kind": "send", "letter": "hello"}], now, senders=[{**making.ANNA, **said}]
        )
    assert why in refused.value.errors
    assert not Sender.objects.exists()


def test_what_changed_about_a_writer_reaches_every_letter_that_has_not_left(now: dt.datetime) -> None:
    making.publish([{"uid": "hello", "kind": "send", "letter": "hello"}], now)
    member = cast.join("per", now - DAY, quiet=True, email="per@example.com").member
    making.enter(member, now)
    new = {"phone": "+45 99 99 99 99", "signature": "Not on Fridays", "role": "Bursar"}
    Sender.objects.update(**new)
    letters.send(now)
    said = Message.objects.get()
    assert said.status == "sent"
    assert {name: said.values["sender"][name] for name in new} == new


def test_a_letter_published_before_signatures_gets_it_too_and_nobody_reads_another_than_they_got(
    now: dt.datetime,
) -> None:
    source = {"subject": "Hi", "body": "Hi there"}
    new = compiling.compile_letter(source, language="en").texts()
    old = json.loads(json.dumps(new).replace(json.dumps(card.SIGNATURE)[1:-1], ""))
    old["text"] = old["text"].replace(card.SIGNATURE_AS_TEXT, "")
    assert not card.SAID.search(json.dumps(old))
    assert card.signed(old["html"]) == new["html"]
    assert card.signed_text(old["text"]) == new["text"]
    version = letters.version(now)
    LetterVersion.objects.filter(pk=version.pk).update(texts={"en": old})
    Sender.objects.update(signature="Weekdays 9–15")
    message = letters.due(cast.join("per", now, quiet=True, email="per@example.com").member, now)
    letters.send(now)
    again = letters.again(message)
    assert "Weekdays 9–15" in reading.read(again, now).text
    del again.values["sender"]["lines"]  # as it was kept before there were any
    assert "Weekdays" not in reading.read(again, now).text
