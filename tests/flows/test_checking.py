"""Whatever somebody writes into a flow, checking answers with sentences and never breaks."""

import copy
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows import checking, files
from mail import compiling
from tests.flows import making

pytestmark = pytest.mark.django_db
WELCOME = Path(__file__).resolve().parents[2] / "flows" / "starter" / "welcome.toml"
WHOLE = making.definition(
    [
        {"uid": "hello", "kind": "send", "letter": "hello", "at_once": True, "not_after": "3d"},
        {"uid": "w1", "kind": "wait", "for": "2d", "at": "09:00", "days": ["mon"]},
        {"uid": "w2", "kind": "wait", "day": 13, "at": "09:00"},
        {"uid": "w3", "kind": "wait", "event": "a.b", "timeout": "4d", "then": "stop"},
        {"uid": "b", "kind": "branch", "if": {"all": [{"event": "a.b", "count": ">=1"}]}, "then": "stop"},
        {"uid": "call", "kind": "task", "title": "Call {{ member.first_name }}", "due": "2d"},
        {"uid": "stop", "kind": "end"},
    ],
    entry={"not": {"fact": "stage", "op": "=", "value": "value"}},
    exit={"event": "subscription.cancelled"},
    goal={"event": "a.b", "within": "30d", "ends": False},
    reentry="never",
    holdout=0.1,
    hold=False,
)
WORDS = ["", "x", "{{", 0, -1, 10**12, 1.5, True, [], [1], [[]], ["x"], {}, {"x": 1}, {"event": []}]
TIMES = [dt.date(2026, 3, 2), dt.time(9, 0), dt.datetime(2026, 3, 2, tzinfo=dt.UTC)]
JUNK = st.sampled_from([*WORDS, *TIMES, float("inf"), float("nan")])


def places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in a definition something stands."""
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield (*here, key)
        yield from places(child, (*here, key))


def test_the_whole_example_is_right() -> None:
    assert checking.errors(WHOLE) == []


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(places(WHOLE), key=str)), JUNK)
def test_junk_anywhere_is_answered_with_sentences(
    monkeypatch: pytest.MonkeyPatch, place: tuple[Any, ...], junk: Any
) -> None:
    definition = copy.deepcopy(WHOLE)
    *way, last = place
    holder: Any = definition
    for key in way:
        holder = holder[key]
    holder[last] = junk
    found = checking.errors(definition)
    assert all(isinstance(error, str) and error for error in found)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(places(WHOLE), key=str)))
def test_whatever_is_left_out_is_answered_with_sentences(place: tuple[Any, ...]) -> None:
    definition = copy.deepcopy(WHOLE)
    *way, last = place
    holder: Any = definition
    for key in way:
        holder = holder[key]
    del holder[last]
    assert all(isinstance(error, str) and error for error in checking.errors(definition))


def test_a_file_may_be_large_but_not_without_end() -> None:
    letter = {"slug": "hello", "sender": "anna", "subject": "x", "body": "word " * 400_000}
    found = checking.errors({**WHOLE, "letters": [letter]})
    assert found
    assert isinstance(compiling.LetterErrors(found), Exception)


def test_the_starter_series_stays_right_when_it_is_written_and_read() -> None:
    assert checking.errors(files.read(files.write(files.read(WELCOME.read_text())))) == []
