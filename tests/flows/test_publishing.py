"""Publishing: versions are for ever, members keep theirs, a wrong file changes nothing and hears all its errors."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from flows import checking, files, publishing, ways
from flows.models import Flow, FlowVersion
from mail.models import Letter, LetterVersion, Sender
from office.models import AuditEntry
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
HELLO = {"uid": "hello", "kind": "send", "letter": "hello"}
STOP = {"uid": "stop", "kind": "end"}
WELCOME = Path(__file__).resolve().parents[2] / "flows" / "starter" / "welcome.toml"


def errors_of(definition: dict[str, Any]) -> list[str]:
    return checking.errors(definition)


def test_an_unchanged_definition_makes_no_new_version(now: dt.datetime) -> None:
    first = making.publish([HELLO], now)
    again = making.publish([HELLO], now + DAY)
    assert first == again
    assert FlowVersion.objects.count() == LetterVersion.objects.count() == 1


def test_only_what_changed_gets_a_new_version(now: dt.datetime) -> None:
    steps = [HELLO, {"uid": "more", "kind": "send", "letter": "more"}]
    definition = making.definition(steps)
    publishing.publish(definition, now, without_face=True)
    definition["letters"][0]["body"] = "Hello again."
    version, is_new = publishing.publish(definition, now + DAY, without_face=True)
    assert (version.number, is_new) == (2, True)
    assert sorted(LetterVersion.objects.values_list("letter__slug", "number")) == [
        ("hello", 1),
        ("hello", 2),
        ("more", 1),
    ]


def test_waiting_members_keep_the_version_they_started_with(now: dt.datetime) -> None:
    rest = {"uid": "rest", "kind": "wait", "for": "2d"}
    making.publish([rest, HELLO], now)
    member = cast.join("lone", now, quiet=True, email="lone@example.com").member
    run = making.enter(member, now)
    flow = making.publish([rest, STOP], now + DAY)
    making.work(now + 3 * DAY)
    run.refresh_from_db()
    assert (run.version.number, flow.current and flow.current.number) == (1, 2)
    assert ("hello", "queued") in making.path(run)


def test_publishing_again_does_not_move_the_first_publication(now: dt.datetime) -> None:
    making.publish([HELLO], now)
    flow = making.publish([HELLO, STOP], now + DAY)
    assert flow.first_published_at == now


def test_publishing_is_written_into_the_log_of_changes(now: dt.datetime) -> None:
    making.publish([HELLO], now)
    entry = AuditEntry.objects.get()
    assert (entry.deed, entry.subject) == ("flow.published", "trial")
    assert entry.details == {"version": 1, "without_face": True}


def test_a_face_is_asked_for_unless_somebody_says_otherwise(now: dt.datetime) -> None:
    with pytest.raises(checking.FlowErrors, match="a picture is missing"):
        publishing.publish(making.definition([HELLO]), now)
    letters = {"purpose": "transactional", "topic": None}
    assert publishing.publish(making.definition([HELLO], **letters), now)[1]


def test_the_file_that_is_written_says_what_was_read() -> None:
    definition = files.read(WELCOME.read_text())
    assert files.read(files.write(definition)) == definition


def test_the_file_reads_the_same_in_whatever_order_a_database_kept_it() -> None:
    definition = files.read(WELCOME.read_text())
    shuffled = dict(sorted(definition.items(), reverse=True))
    shuffled["steps"] = [dict(sorted(step.items(), reverse=True)) for step in definition["steps"]]
    assert files.write(shuffled) == files.write(definition)
    assert files.write(shuffled).startswith('slug = "welcome"\nname = "Welcome to the club"')


def test_the_starter_series_is_right() -> None:
    assert errors_of(files.read(WELCOME.read_text())) == []


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"slug": None}, "“slug” is missing"),
        ({"name": ""}, "“name” is missing"),
        ({"purpose": None}, "“purpose” is missing"),
        ({"trigger": None}, "“trigger” is missing"),
        ({"slug": "two words"}, "slug: “two words” may have letters, digits and hyphens only"),
        ({"slug": 7}, "slug: must be a text"),
        ({"colour": "red"}, "unknown word “colour”"),
        ({"purpose": "spam"}, "purpose: “spam” is none of"),
        ({"topic": None}, "topic: what the letters are about is missing"),
        ({"trigger": {"event": "nonsense"}}, "trigger.event: “nonsense” is no event name"),
        ({"trigger": {"event": "usage.*"}}, "trigger.event: “usage.*” is no event name"),
        ({"trigger": "member.signed_up"}, "trigger: must be a table"),
        ({"entry": {"fact": "shoe_size", "op": "=", "value": 43}}, "unknown fact “shoe_size”"),
        ({"entry": {"fact": "stage", "op": "~", "value": "x"}}, "unknown comparison “~”"),
        ({"reentry": "often"}, "reentry:"),
        ({"exit": {"event": "x"}}, "exit.event: “x” is no event name"),
        ({"exit": {"event": "x.y", "when": 1}}, "exit: unknown word “when”"),
        ({"goal": {"event": "x.y", "within": "soon"}}, "goal.within: “soon” is no duration"),
        ({"goal": {"event": "x.y", "ends": "yes"}}, "goal.ends: true or false"),
        ({"goal": {"within": "3d"}}, "goal.event"),
        ({"holdout": 1.5}, "holdout: a share"),
        ({"holdout": "half"}, "holdout: must be a number"),
        ({"hold": "yes"}, "hold: true or false"),
        ({"steps": []}, "at least one step"),
        ({"steps": None}, "at least one step"),
        ({"steps": "all"}, "steps: must be a list of tables"),
        ({"letters": []}, "there is no letter “hello”"),
        ({"senders": []}, "there is no sender “anna”"),
        (
            {"senders": [{"slug": "anna", "name": "Anna", "email": "nowhere"}]},
            "“nowhere” is no e-mail address",
        ),
        ({"senders": [{**making.ANNA, "shoes": 2}]}, "senders[anna]: unknown word “shoes”"),
        ({"letters": [{"slug": "hello", "sender": "anna", "subject": "x"}]}, "letters[hello]"),
        (
            {"letters": [{"slug": "hello", "sender": "anna", "subject": "x", "body": "{{ member.shoe }}"}]},
            "member.shoe",
        ),
        (
            {"letters": [{"slug": "hello", "sender": "anna", "subject": "x", "body": "{% if %}"}]},
            "letters[hello]",
        ),
        (
            {"letters": [{"slug": "hello", "sender": "anna", "subject": "x", "body": "y", "cc": 1}]},
            "word “cc”",
        ),
    ],
)
def test_a_wrong_definition_is_refused_naming_the_place(over: dict[str, Any], said: str) -> None:
    definition = making.definition([HELLO])
    definition = {key: value for key, value in {**definition, **over}.items() if value is not None}
    found = errors_of(definition)
    assert any(said in error for error in found), found


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"kind": "send", "letter": "hello"}, "“uid” is missing"),
        ({"uid": "x", "kind": "dance"}, "kind “dance” is none of"),
        ({"uid": "x", "kind": "send"}, "a send needs “letter”"),
        ({"uid": "x", "kind": "send", "letter": "gone"}, "there is no letter “gone”"),
        ({"uid": "x", "kind": "send", "letter": "hello", "at_once": "yes"}, "at_once: true or false"),
        ({"uid": "x", "kind": "send", "letter": "hello", "not_after": "soon"}, "no duration"),
        ({"uid": "x", "kind": "send", "letter": "hello", "then": "stop"}, "unknown word “then”"),
        ({"uid": "x", "kind": "wait"}, "a wait needs for, at, days, day or event"),
        ({"uid": "x", "kind": "wait", "for": "2 days"}, "no duration"),
        ({"uid": "x", "kind": "wait", "at": "25:00"}, "“25:00” is no time of day"),
        ({"uid": "x", "kind": "wait", "at": "09:00", "days": ["montag"]}, "days: a list of"),
        ({"uid": "x", "kind": "wait", "at": "09:00", "days": []}, "days: a list of"),
        ({"uid": "x", "kind": "wait", "day": "two"}, "a whole number of days"),
        ({"uid": "x", "kind": "wait", "day": 2, "for": "1d"}, "goes with at alone"),
        ({"uid": "x", "kind": "wait", "for": "1d", "then": "stop"}, "belong to a wait for an event"),
        ({"uid": "x", "kind": "wait", "event": "x.y", "for": "1d"}, "for does not go with event"),
        ({"uid": "x", "kind": "wait", "event": "nonsense"}, "“nonsense” is no event name"),
        (
            {"uid": "x", "kind": "wait", "event": "x.y", "timeout": "1d", "then": "gone"},
            "there is no step “gone”",
        ),
        ({"uid": "x", "kind": "task"}, "a task needs “title”"),
        ({"uid": "x", "kind": "task", "title": "Call {{ member.first_name"}, "steps[x].title"),
        ({"uid": "x", "kind": "task", "title": "Call", "due": "soon"}, "no duration"),
        ({"uid": "x", "kind": "branch", "then": "stop"}, "a condition is a table"),
        ({"uid": "x", "kind": "branch", "if": {"fact": "stage", "op": "exists"}}, "a branch needs “then”"),
        ({"uid": "stop", "kind": "end"}, "the uid “stop” stands twice"),
        ({"uid": "x", "kind": "end", "letter": "hello"}, "unknown word “letter”"),
    ],
)
def test_a_wrong_step_is_refused_naming_it(step: dict[str, Any], said: str) -> None:
    definition = making.definition([HELLO])
    found = errors_of({**definition, "steps": [HELLO, step, STOP]})
    assert any(said in error for error in found), found


def test_everything_wrong_is_said_at_once_and_nothing_is_changed(now: dt.datetime, tmp_path: Path) -> None:
    text = """
    slug = "bad flow"
    name = "Bad"
    purpose = "spam"
    trigger = { event = "nonsense" }
    goal = { event = "x.y", within = "soon" }
    steps = [
      { uid = "a", kind = "send", letter = "gone" },
      { uid = "a", kind = "dance" },
      { uid = "w", kind = "wait", for = "2 days" },
    ]
    [[letters]]
    slug = "other"
    sender = "nobody"
    subject = "x"
    body = "{{ member.shoe_size }}"
    """
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(CommandError) as refused:
        call_command("publish_flow", str(file))
    said = str(refused.value)
    for part in (
        "bad flow",
        "spam",
        "nonsense",
        "soon",
        "gone",
        "twice",
        "dance",
        "2 days",
        "nobody",
        "shoe_size",
    ):
        assert part in said, part
    assert not Flow.objects.exists()
    assert not Sender.objects.exists()
    assert not Letter.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("text", ["slug = ", "= 1", "[[steps]", "slug = 'a'\nslug = 'b'", "\x00"])
def test_what_is_no_toml_is_said_to_be_none(text: str) -> None:
    with pytest.raises(checking.FlowErrors, match="this is not TOML"):
        files.read(text)


def test_a_file_that_is_not_there_gets_one_line() -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("publish_flow", "/nowhere/flow.toml")


ALWAYS = {"fact": "stage", "op": "exists"}


@pytest.mark.parametrize(
    ("steps", "has_loop"),
    [
        ([{"uid": "a", "kind": "branch", "if": ALWAYS, "then": "a"}, STOP], True),
        ([HELLO, {"uid": "b", "kind": "branch", "if": ALWAYS, "then": "hello"}, STOP], True),
        (
            [
                {"uid": "w", "kind": "wait", "for": "1d"},
                HELLO,
                {"uid": "b", "kind": "branch", "if": ALWAYS, "then": "w"},
                STOP,
            ],
            False,
        ),
        ([{"uid": "b", "kind": "branch", "if": ALWAYS, "then": "stop", "else": "hello"}, HELLO, STOP], False),
        ([HELLO, STOP, {"uid": "b", "kind": "branch", "if": ALWAYS, "then": "hello"}], False),
    ],
)
def test_a_loop_needs_a_wait(steps: list[dict[str, Any]], has_loop: bool) -> None:
    assert bool(ways.loops(steps)) == has_loop


def test_what_staff_changed_about_a_sender_survives_the_next_publication(now: dt.datetime) -> None:
    first = making.definition([HELLO])
    publishing.publish(first, now, without_face=True)
    Sender.objects.update(phone="+45 11 11 11 11")
    publishing.publish({**first, "name": "Another name"}, now, without_face=True)
    assert Sender.objects.get().phone == "+45 11 11 11 11"
