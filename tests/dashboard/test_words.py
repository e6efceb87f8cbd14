import datetime as dt

import pytest
from django.utils import translation

from dashboard.words import events, lists, people, steps, times
from flows.models import Step
from members.models import Event, Plan

NOW = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)  # a Wednesday


def after(**length: float) -> dt.datetime:
    return NOW + dt.timedelta(**length)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (after(seconds=20), "now"),
        (after(minutes=-1), "1 minute ago"),
        (after(minutes=25), "in 25 minutes"),
        (after(hours=-3), "today 09:00"),
        (after(hours=20), "tomorrow 08:00"),
        (after(hours=-13), "yesterday 23:00"),
        (after(days=3), "Saturday 12:00"),
        (after(days=-12), "12 days ago"),
        (after(days=-40), "23 January"),
        (after(days=400), "8 April 2027"),
    ],
)
def test_a_moment_is_said_as_people_say_it(moment: dt.datetime, said: str) -> None:
    assert times.near(moment, NOW) == said


def test_days_are_written_as_in_the_reader_s_language() -> None:
    with translation.override("da"):
        assert times.day(NOW) == "4. marts 2026"
        assert times.day(NOW, NOW) == "4. marts"
        assert times.written(NOW.date()) == "4. marts 2026"


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (NOW, "less than a day"),
        (after(days=-1), "1 day"),
        (after(days=-27), "27 days"),
        (dt.datetime(2026, 2, 4, tzinfo=dt.UTC), "1 month"),
        (dt.datetime(2023, 1, 1, tzinfo=dt.UTC), "3 years 2 months"),
        (dt.datetime(2025, 3, 4, tzinfo=dt.UTC), "1 year"),
        (dt.datetime(2025, 3, 5, tzinfo=dt.UTC), "11 months"),
    ],
)
def test_a_length_is_said_in_its_two_largest_units(since: dt.datetime, said: str) -> None:
    assert times.length(since, NOW) == said


@pytest.mark.parametrize(
    ("kind", "asked", "said"),
    [
        ("wait", {"for": "2d", "at": "09:00"}, "Waits 2 days, at 09:00"),
        ("wait", {"day": 13, "at": "09:00"}, "Waits until day 13, at 09:00"),
        ("wait", {"event": "member.activated", "timeout": "1mo"}, "Waits at most 1 month for: First value"),
        ("task", {"title": "Call {{ member.first_name | default: 'x' }}"}, "Task: Call [first name]"),
        ("end", {}, "The end"),
    ],
)
def test_a_step_is_told_in_one_line(kind: str, asked: dict[str, object], said: str) -> None:
    assert steps.sentence(Step(uid="x", kind=kind, settings=asked)) == said


def test_what_happened_is_said_with_its_amount() -> None:
    paid = Event(name="payment.succeeded", data={"amount": 90000, "currency": "dkk"})
    assert events.sentence(paid) == "Paid: 900 kr"
    assert events.sentence(Event(name="club.waved_at", data={})) == "Club waved at"
    assert events.detail(Event(name="x.y", data={"reason": ["not", "text"]})) == ""


def test_things_are_listed_as_in_a_sentence() -> None:
    assert [lists.joined(list(text)) for text in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Anna Bak", "AB"), ("Cher", "C"), ("", "#"), ("ole@example.com", "OE"), ("Åse de la Ø", "ÅØ")],
)
def test_initials_stand_for_a_face(name: str, letters: str) -> None:
    assert people.initials(name) == letters


def test_a_plan_without_a_sentence_gets_one_from_its_price() -> None:
    plan = Plan(name="Full", amount=90000, currency="DKK", interval="year")
    assert people.plan(plan) == "Full, 900 kr a year"
    assert people.plan(Plan(name="Named only")) == "Named only"
