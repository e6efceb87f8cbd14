"""Rows poured into a table stand there as if they had been saved."""

import datetime as dt

import pytest

from members.models import Event, ExternalId, Member
from office import pouring

pytestmark = pytest.mark.django_db
ODD = [
    "nan",
    "",
    r"\N",
    r"\.",
    'say "hi", please',
    "a\tb",
    "a\nb",
    "a\r\nb",
    "åß漢🙂",
    "NULL",
    "0",
    "1e5",
    "'; --",
]


def member(name: str, now: dt.datetime) -> Member:
    moments = dict.fromkeys(("joined_at", "stage_since", "created_at", "updated_at"), now)
    return Member.objects.create(first_name=name, **moments)


def test_every_text_stays_what_it_is_and_nothing_stays_nothing(now: dt.datetime) -> None:
    anna = member("Anna", now)
    columns = ("member_id", "name", "key", "data", "error", "occurred_at", "recorded_at", "handled_at")
    rows = [
        (anna.pk, "x.y", f"k{place}", {"said": text}, text, now, now, None) for place, text in enumerate(ODD)
    ]
    pouring.pour(Event, columns, rows)
    found = Event.objects.order_by("key")
    assert sorted(row.error for row in found) == sorted(ODD)
    assert all(row.data == {"said": row.error} for row in found)
    assert {(row.occurred_at, row.handled_at) for row in found} == {(now, None)}


def test_keys_are_new_even_after_the_last_row_was_deleted(now: dt.datetime) -> None:
    last = member("Last", now)
    key = last.pk
    last.delete()
    taken = pouring.keys(Member, 3)
    assert len(set(taken)) == 3
    assert min(taken) > key


def test_who_is_saved_afterwards_gets_a_key_of_their_own(now: dt.datetime) -> None:
    anna = member("Anna", now)
    (key,) = pouring.keys(ExternalId, 1)
    pouring.pour(ExternalId, ("id", "member_id", "source", "value"), [(key, anna.pk, "house", "a")])
    assert ExternalId.objects.create(member=anna, source="house", value="b").pk > key
