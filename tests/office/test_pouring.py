"""Rows poured into a table stand there as if they had been saved."""

import datetime as dt

import pytest
from django.db import IntegrityError, models, transaction
from django.forms.models import model_to_dict

from members.models import Event, ExternalId, Member, Plan, StageChange, Subscription
from members.models.member import Stage
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


def columns(row: models.Model) -> dict[str, object]:
    return {
        name: value for name, value in model_to_dict(row).items() if name not in ("id", "external_id", "key")
    }


@pytest.mark.parametrize("text", ODD)
def test_what_is_created_many_at_once_reads_as_if_it_had_been_saved(now: dt.datetime, text: str) -> None:
    anna, plan = member("Anna", now), Plan.objects.create(slug="gold", name="Gold")

    def rows(ident: str) -> list[models.Model]:
        own = {"member": anna, "external_id": ident, "source": "house", "versions": {"said": text}}
        contract = Subscription(
            **own, plan=plan, cancel_reason=text, started_at=now, amount=900, voluntary=False
        )
        event = Event(
            member=anna, name="x.y", occurred_at=now, recorded_at=now, key=ident, data={"a": [text]}
        )
        move = StageChange(member=anna, kind="placed", to_stage=Stage.VALUE, at=now, rule=text, values={})
        return [contract, event, move]

    poured, saved = rows("poured"), rows("saved")
    for row, twin in zip(poured, saved, strict=True):
        pouring.create([row])
        twin.save()
        stored = type(row)._base_manager.get(pk=row.pk)
        assert columns(stored) == columns(type(twin)._base_manager.get(pk=twin.pk))
        stored.save(force_update=True)


def test_a_row_that_a_rule_of_the_table_forbids_is_refused_as_ever(now: dt.datetime) -> None:
    anna = member("Anna", now)
    twice = [Subscription(member=anna, source="house", external_id="s") for _ in range(2)]
    with pytest.raises(IntegrityError), transaction.atomic():
        pouring.create(twice)
    assert not Subscription.objects.exists()
