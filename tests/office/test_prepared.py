"""A statement is planned once for a connection, and carried out all the same where plans are lost."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from office import prepared

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has nothing of the kind"),
]
TEXT = "SELECT {one} + coalesce(sum(each), 0) FROM unnest({many}) AS each"
Said = dict[str, Any]


@pytest.fixture
def added() -> Iterator[prepared.Statement]:
    """One number and the sum of many, under a name of its own."""
    yield prepared.Statement(f"added_{uuid.uuid4().hex}", TEXT, {"one": "bigint", "many": "bigint[]"})
    connection.close()


def said(statement: prepared.Statement, one: int, many: list[int]) -> tuple[int, list[str]]:
    """The sum, and with which words the statement began each time something was sent."""
    with CaptureQueriesContext(connection) as sent, connection.cursor() as cursor:
        values = {"one": one, "many": many}
        prepared.execute(cursor, statement, {name: values[name] for name in statement.types})
        found = cursor.fetchone()[0]
    return found, [query["sql"].split()[0] for query in sent.captured_queries]


def test_it_is_planned_once_for_any_number_of_rows(added: prepared.Statement) -> None:
    assert said(added, 1, [2, 3]) == (6, ["PREPARE", "EXECUTE"])
    assert said(added, 1, []) == (1, ["EXECUTE"])
    assert said(added, 5, [7]) == (12, ["EXECUTE"])


def test_a_connection_that_is_opened_anew_plans_it_again(added: prepared.Statement) -> None:
    said(added, 1, [])
    connection.close()
    assert said(added, 1, [2]) == (3, ["PREPARE", "EXECUTE"])


def test_inside_a_transaction_it_is_said_whole(added: prepared.Statement) -> None:
    with transaction.atomic():
        assert said(added, 1, [2]) == (3, ["SELECT"])


@pytest.mark.parametrize("lost", ["DEALLOCATE ALL", "DISCARD PLANS; DEALLOCATE ALL"])
def test_where_the_plan_is_gone_it_is_said_whole_from_then_on(added: prepared.Statement, lost: str) -> None:
    said(added, 1, [])
    with connection.cursor() as cursor:
        cursor.execute(lost)
    assert said(added, 1, [2]) == (3, ["EXECUTE", "SELECT"])
    assert said(added, 1, [2]) == (3, ["SELECT"])


def test_where_somebody_else_planned_it_here_it_is_said_whole(added: prepared.Statement) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PREPARE {added.name} AS SELECT 0")
    assert said(added, 1, [2]) == (3, ["PREPARE", "SELECT"])


def test_a_statement_that_is_wrong_is_an_error_and_plans_stay(added: prepared.Statement) -> None:
    wrong = prepared.Statement(f"wrong_{uuid.uuid4().hex}", "SELECT {one} / 0", {"one": "bigint"})
    for _time in range(2):
        with pytest.raises(DatabaseError, match="division by zero"):
            said(wrong, 1, [])
    assert said(added, 1, [2])[1] == ["PREPARE", "EXECUTE"]
