"""Writes many new rows whose keys nobody needs."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models


def insert(model: type[models.Model], rows: Sequence[Any]) -> None:
    """Inserts the rows in the caller's transaction. On SQLite, where Django writes 999 values at a time and spends
    more on composing its statements than the database on following them, with one prepared statement."""
    if connection.vendor != "sqlite":
        model._default_manager.bulk_create(rows)
        return
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    values = [
        [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields] for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})",  # noqa: S608 (own names)
            values,
        )
