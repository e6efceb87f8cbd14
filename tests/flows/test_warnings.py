"""What is worth a second look before a flow is published, counted on the members who would get it."""

import datetime as dt
from typing import Any

import pytest

from flows import findings, warnings
from flows.models import Flow
from mail.models import Sender
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
EXIT = {"event": "subscription.cancelled"}


def told(now: dt.datetime, steps: list[dict[str, Any]], **over: Any) -> list[tuple[str, str]]:
    draft = making.definition(steps, **{"exit": EXIT, **over})
    return [(one.uid, one.text) for one in warnings.warnings(draft, now)]


def letter(uid: str = "hello") -> dict[str, Any]:
    return {"uid": uid, "kind": "send", "letter": uid}


def test_a_field_that_is_empty_for_some_is_counted(now: dt.datetime) -> None:
    for number, name in enumerate(("Per", "", "")):
        cast.join(f"p{number}", now, quiet=True, first_name=name)
    texts = [
        {
            "slug": "hello",
            "sender": "anna",
            "subject": "Hi {{ member.first_name }}",
            "preheader": "p",
            "body": "x",
        }
    ]
    assert told(now, [letter()], letters=texts) == [
        ("hello", "“first name” is empty for 2 of 3 members who would get it. Say what stands there.")
    ]


def test_a_fallback_or_a_question_makes_it_right(now: dt.datetime) -> None:
    cast.join("p", now, quiet=True)
    body = (
        "{{ member.first_name | default: 'you' }}{% if member.phone != blank %}{{ member.phone }}{% endif %}"
    )
    assert (
        told(
            now,
            [letter()],
            letters=[{"slug": "hello", "sender": "anna", "subject": "x", "preheader": "p", "body": body}],
        )
        == []
    )
    assert warnings.bare_fields("{% if plan.name %}x{% endif %}{{ plan.name }}") == {"plan.name"}


def test_readers_of_another_language_are_counted(now: dt.datetime) -> None:
    for number in range(2):
        cast.join(f"p{number}", now, quiet=True, locale="da-DK")
    assert told(now, [letter()]) == [("", "2 members who would get it read Dansk; no letter speaks it.")]
    danish = {
        "slug": "hello",
        "sender": "anna",
        "subject": "x",
        "preheader": "p",
        "body": "x",
        "da": {"subject": "y", "preheader": "p", "body": "y"},
    }
    assert told(now, [letter()], letters=[danish]) == []
    wait = {"uid": "w", "kind": "wait", "for": "1d"}
    english = {"slug": "next", "sender": "anna", "subject": "x", "preheader": "p", "body": "x"}
    assert told(now, [letter(), wait, letter("next")], letters=[danish, english]) == [
        ("next", "2 members read Dansk and would get this letter in English.")
    ]


def test_a_step_that_nobody_comes_to_is_named(now: dt.datetime) -> None:
    steps = [letter(), {"uid": "stop", "kind": "end"}, {"uid": "lost", "kind": "wait", "for": "1d"}]
    assert told(now, steps) == [("lost", "Nobody can ever come here: no step leads to it.")]


def test_a_wait_without_an_end_is_named(now: dt.datetime) -> None:
    steps = [{"uid": "w", "kind": "wait", "event": "member.activated"}]
    assert [uid for uid, _text in told(now, steps)] == ["w"]


def test_letters_without_a_wait_between_them_are_named(now: dt.datetime) -> None:
    assert [uid for uid, _text in told(now, [letter(), letter("next")])] == ["next"]


def test_who_says_goodbye_should_leave(now: dt.datetime) -> None:
    assert "whoever says goodbye" in told(now, [letter()], exit=None)[0][1]


def test_letters_that_nobody_can_stop_are_named(now: dt.datetime) -> None:
    assert "Nobody can unsubscribe" in told(now, [letter()], purpose="transactional", topic=None)[0][1]


def test_a_condition_that_nobody_fits_is_named(now: dt.datetime) -> None:
    entry = {"fact": "locale", "op": "=", "value": "xx"}
    assert "Nobody whom the register knows" in told(now, [letter()], entry=entry)[0][1]


def test_the_number_of_members_does_not_change_the_number_of_queries(
    now: dt.datetime, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        cast.join(f"p{number}", now, quiet=True, locale="da" if number % 2 else "sv")
    with django_assert_max_num_queries(6):
        told(now, [letter(), letter("next"), letter("third")])


@pytest.mark.parametrize(
    ("over", "uid", "text"),
    [
        ({"trigger": None}, "", "Say what sets it going."),
        ({"topic": None}, "", "Choose what members call these letters."),
        ({"steps": []}, "", "It has no step yet. Add the first one."),
        ({"steps": [{"uid": "t", "kind": "task"}]}, "t", "Say what somebody is to do."),
        (
            {"steps": [{"uid": "x", "kind": "stop"}]},
            "x",
            "There is no such kind of step. Take it out, or put another in its place.",
        ),
        ({"steps": [{"uid": "b", "kind": "branch", "if": {}}]}, "b", "Choose what it asks."),
        ({"letters": []}, "hello", "It has no letter yet."),
        (
            {"letters": [{"slug": "hello", "subject": "x", "body": "x"}]},
            "hello",
            "Choose who writes it.",
        ),
        (
            {"letters": [{"slug": "hello", "sender": "anna", "subject": "", "body": "x"}]},
            "hello",
            "The subject is empty.",
        ),
        (
            {
                "steps": [
                    {"uid": "w", "kind": "wait", "day": 1},
                    {"uid": "b", "kind": "branch", "if": {"fact": "stage", "op": "exists"}, "then": "w"},
                ]
            },
            "w",
            "From here it goes round and round: who comes to the wait again does not wait. Let it take some time.",
        ),
    ],
)
def test_what_stops_publishing_is_said_in_words_at_its_step(
    over: dict[str, Any], uid: str, text: str
) -> None:
    flow = Flow(slug="trial", draft=making.definition(**{"steps": [letter()], **over}))
    assert (uid, text) in [(one.uid, one.text) for one in findings.errors(flow)]


def test_a_mistyped_field_is_noticed_and_a_link_is_none(now: dt.datetime) -> None:
    body = "Hi [firstname], read [the guide]({{ business.url }}) or [this][1].\n\n[1]: https://example.com"
    text = {"slug": "hello", "sender": "anna", "subject": "x", "preheader": "p", "body": body}
    assert told(now, [letter()], letters=[text]) == [
        (
            "hello",
            "“[firstname]” would be read just like that: there is no such field. Choose one from the list.",
        )
    ]


def test_a_letter_in_a_language_that_its_writer_does_not_speak_is_named(now: dt.datetime) -> None:
    danish = {
        "slug": "hello",
        "sender": "anna",
        "subject": "x",
        "preheader": "p",
        "body": "x",
        "da": {"subject": "y", "preheader": "p", "body": "y"},
    }
    anna = Sender.objects.create(slug="anna", name="Anna Bak", email="anna@example.com", languages="en-GB")
    assert told(now, [letter()], letters=[danish]) == [
        ("hello", "Anna Bak writes this in Dansk and does not speak it: who reads the answers?")
    ]
    for languages in ("", "en, da"):
        Sender.objects.filter(pk=anna.pk).update(languages=languages)
        assert told(now, [letter()], letters=[danish]) == []
