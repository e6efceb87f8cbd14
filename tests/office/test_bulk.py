import datetime as dt

import pytest

from members.models import Member
from office import bulk
from tests.cast import Person

pytestmark = pytest.mark.django_db


def test_every_row_gets_values_of_its_own(ingrid: Person, now: dt.datetime) -> None:
    other = Member.objects.create(
        first_name="Per", joined_at=now, stage_since=now, created_at=now, updated_at=now
    )
    rows = [ingrid.again(), other]
    rows[0].first_name, rows[0].own_fields, rows[0].plan_id = "Inga %s", {"a": "b"}, None
    rows[1].first_name, rows[1].stage_since = "Peer", now + dt.timedelta(days=1)
    bulk.update(rows, ["first_name", "own_fields", "plan", "stage_since"])
    first, second = Member.objects.order_by("pk")
    assert (first.first_name, first.own_fields, first.plan_id) == ("Inga %s", {"a": "b"}, None)
    assert (second.first_name, second.own_fields, second.stage_since) == (
        "Peer",
        {},
        now + dt.timedelta(days=1),
    )


def test_what_is_not_named_stays_as_it_is(ingrid: Person) -> None:
    row = ingrid.again()
    row.first_name, row.last_name = "Inga", "Nobody"
    bulk.update([row], ["first_name"])
    assert ingrid.again().last_name == "Østergaard"


def test_many_rows_take_one_statement_for_each_five_hundred(
    ingrid: Person, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        bulk.update([ingrid.member] * 501, ["first_name"])


def test_nothing_to_write_is_nothing_to_do(django_assert_num_queries: pytest.FixtureRequest) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        bulk.update([], ["first_name"])
