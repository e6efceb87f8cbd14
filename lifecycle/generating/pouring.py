"""Rows into tables as fast as the database takes them: COPY on PostgreSQL, many at a time elsewhere."""

import contextlib
import datetime as dt
import io
import json
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import DatabaseError, connection, models, transaction

Row = Sequence[Any]


def pour(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Writes the rows; columns are the table's own, values plain Python. Nothing is checked twice."""
    write = _copy if connection.vendor == "postgresql" else _insert
    write(model._meta.db_table, columns, rows)


def hurry() -> None:
    """Lets the database trust these rows until the transaction ends, where it is ours to say so (PostgreSQL)."""
    if connection.vendor != "postgresql":
        return
    with contextlib.suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        # Foreign keys hold by construction: millions of checks are half of the time.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL synchronous_commit = off")


def finish(tables: Iterable[type[models.Model]]) -> None:
    """Lets the counters of keys go on after the rows, and lets the planner look at them."""
    style = type("Plain", (), {"__getattr__": lambda _self, _name: str})()
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(style, list(tables)):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM (ANALYZE)")
        else:
            cursor.execute("ANALYZE")


def _copy(table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    text = io.StringIO("".join("\t".join(map(_as_text, row)) + "\n" for row in rows))
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({_named(columns)}) FROM STDIN", text)


def _insert(table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    places = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({_named(columns)}) VALUES ({places})",  # noqa: S608 (own names)
            [[_as_value(value) for value in row] for row in rows],
        )


def _named(columns: Sequence[str]) -> str:
    return ", ".join(map(connection.ops.quote_name, columns))


def _as_text(value: Any) -> str:
    """One value as COPY reads it; generated texts hold no tabs, line ends or backslashes."""
    if value is None:
        return r"\N"
    if isinstance(value, dict | list):
        return json.dumps(value)
    return str(value)


def _as_value(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value)
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value.isoformat() if isinstance(value, dt.date) else value
