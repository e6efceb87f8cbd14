"""Many new rows into a table as fast as the database takes them: COPY on PostgreSQL, one prepared statement elsewhere.

Nothing is checked twice: the caller knows that the values are right and the keys new.
"""

import csv
import datetime as dt
import io
import json
import math
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

Row = Iterable[Any]


def pour(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Writes the rows in the caller's transaction; columns are the table's own, values plain Python."""
    write = _copy if connection.vendor == "postgresql" else _insert
    write(connection.ops.quote_name(model._meta.db_table), columns, rows)


def create(rows: Sequence[models.Model]) -> None:
    """Saves these new rows, all of one model and complete, in the caller's transaction, and gives them their keys.

    What a model's `save` would do besides is not done; IntegrityError where a rule of the table is broken.
    """
    if not rows:
        return
    model = type(rows[0])
    for key, row in zip(keys(model, len(rows)), rows, strict=True):
        row.pk, row._state.adding, row._state.db = key, False, connection.alias
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    pour(model, [field.column for field in fields], ([getattr(row, name) for name in names] for row in rows))


def keys(model: type[models.Model], number: int) -> list[int]:
    """So many new keys of the table, never given before; whoever pours takes them first, in the same transaction."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
            cursor.execute(sequence, [table, number])
            return [key for (key,) in cursor.fetchall()]
        # The lock of the transaction keeps others out; the table itself remembers the keys of rows now gone.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or [0])[0]
        return list(range(last + 1, last + 1 + number))


def _copy(table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    text = io.StringIO()
    # Every text is quoted and no number is, so that an unquoted nan, which stands for nothing, is no word of anybody.
    csv.writer(text, quoting=csv.QUOTE_NONNUMERIC).writerows(map(_as_cells, rows))
    text.seek(0)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {table} ({_named(columns)}) FROM STDIN WITH (FORMAT csv, NULL 'nan')", text)


def _insert(table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    places = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({_named(columns)}) VALUES ({places})",  # noqa: S608 (own names)
            [[_as_value(value) for value in row] for row in rows],
        )


def _named(columns: Sequence[str]) -> str:
    return ", ".join(map(connection.ops.quote_name, columns))


def _as_cells(row: Row) -> list[Any]:
    return [
        math.nan if value is None else json.dumps(value) if isinstance(value, dict | list) else value
        for value in row
    ]


def _as_value(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value)
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value.isoformat() if isinstance(value, dt.date) else value
