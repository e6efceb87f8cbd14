"""Temporary tables that this connection alone sees in the place of the real ones, gone with the transaction."""

import datetime as dt
import re
from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models

Rows = Mapping[type[models.Model], models.Q]
REFERENCES = re.compile(r' REFERENCES "\w+" \("\w+"\)( ON \w+ \w+( \w+)?)*( DEFERRABLE INITIALLY DEFERRED)?')
MOMENT = "(SELECT moment FROM sandbox_clock)"


def cast(kept: Rows, left_out: Collection[str] = ()) -> None:
    """For each of these models a table with only these rows, in this order; columns `left_out` are empty in it.

    New rows come after all real ones: keys name the rows that they belong to.
    """
    for model, rows in kept.items():
        _make(model)
        add(model, model._base_manager.filter(rows), left_out)


def add(
    model: type[models.Model], rows: "models.QuerySet[Any]", left_out: Collection[str] = (), **over: str
) -> None:
    """Copies these rows of the real table into its shadow; `over` gives columns another value, as SQL."""
    table = connection.ops.quote_name(model._meta.db_table)
    try:
        sql, values = rows.order_by().values_list("pk").query.sql_with_params()
    except EmptyResultSet:
        return
    given = {**dict.fromkeys(left_out, "'{}'"), **over}
    names = [field.column for field in model._meta.concrete_fields]
    columns = ", ".join(map(connection.ops.quote_name, names))
    chosen = ", ".join(given.get(name) or connection.ops.quote_name(name) for name in names)
    key = connection.ops.quote_name(str(model._meta.pk.column))
    found = sql.replace(table, f"{_house()}.{table}")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {chosen} FROM {_house()}.{table} WHERE {key} IN ({found})",  # noqa: S608
            values,
        )


def view(model: type[models.Model], where: str = "true", **over: str) -> None:
    """Shows the real table with other values in these columns, as SQL, and only the rows of which `where` holds.

    Nothing can be written through it.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    names = [field.column for field in model._meta.concrete_fields]
    quoted = connection.ops.quote_name
    columns = ", ".join(f"{over[name]} AS {quoted(name)}" if name in over else quoted(name) for name in names)
    temporary = "pg_temp" if connection.vendor == "postgresql" else "temp"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP VIEW IF EXISTS {temporary}.{table}")
        cursor.execute(f"CREATE TEMP VIEW {table} AS SELECT {columns} FROM {_house()}.{table} WHERE {where}")  # noqa: S608


def start_clock(now: dt.datetime) -> None:
    """A clock that views can read, as MOMENT."""
    with connection.cursor() as cursor:
        ends = " ON COMMIT DROP" if connection.vendor == "postgresql" else ""
        column = f"moment {models.DateTimeField().db_type(connection)}"
        cursor.execute(f"CREATE TEMP TABLE sandbox_clock ({column}){ends}")
        at = connection.ops.adapt_datetimefield_value(now)
        cursor.execute("INSERT INTO sandbox_clock VALUES (%s)", [at])


def pass_to(now: dt.datetime) -> None:
    """Moves the clock on."""
    with connection.cursor() as cursor:
        at = connection.ops.adapt_datetimefield_value(now)
        cursor.execute("UPDATE sandbox_clock SET moment = %s", [at])


def moments(rows: "models.QuerySet[Any]", column: str) -> list[tuple[dt.datetime, int]]:
    """When each of these rows came, in order; read before their table is shadowed."""
    return list(rows.order_by(column, "pk").values_list(column, "pk"))


def _make(model: type[models.Model]) -> None:
    name = model._meta.db_table
    table = connection.ops.quote_name(name)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"CREATE TEMP TABLE {table} (LIKE public.{table} INCLUDING ALL) ON COMMIT DROP")
        else:
            _copy_of_file(cursor, name)
        if isinstance(model._meta.pk, models.AutoField):
            _number_after(cursor, name)


def _number_after(cursor: Any, name: str) -> None:
    table = connection.ops.quote_name(name)
    cursor.execute(f"SELECT coalesce(max(id), 0) FROM {_house()}.{table}")  # noqa: S608
    (last,) = cursor.fetchone()
    if connection.vendor == "postgresql":
        # A sequence of its own also where the real table's default names the real one (a partitioned table's does).
        own = connection.ops.quote_name(f"{name}_shadow")
        cursor.execute(f"CREATE TEMP SEQUENCE {own} START {last + 1} OWNED BY pg_temp.{table}.id")
        cursor.execute(f"ALTER TABLE pg_temp.{table} ALTER id DROP IDENTITY IF EXISTS")
        cursor.execute(f"ALTER TABLE pg_temp.{table} ALTER id SET DEFAULT nextval('pg_temp.{name}_shadow')")
    else:
        cursor.execute("INSERT INTO temp.sqlite_sequence (name, seq) VALUES (%s, %s)", [name, last])


def _copy_of_file(cursor: Any, name: str) -> None:
    """SQLite: the same statements that made the real table, for a temporary one without its references."""
    cursor.execute("SELECT type, sql FROM main.sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL", [name])
    made = cursor.fetchall()
    for kind, sql in sorted(made, key=lambda row: row[0] != "table"):
        plain = REFERENCES.sub("", sql)
        if kind == "table":
            cursor.execute(plain.replace("CREATE TABLE", "CREATE TEMP TABLE", 1))
        elif kind == "index":
            cursor.execute(re.sub(r'INDEX "', 'INDEX temp."', plain, count=1))


def house(model: type[models.Model]) -> str:
    """The real table, by its whole name."""
    return f"{_house()}.{connection.ops.quote_name(model._meta.db_table)}"


def _house() -> str:
    """The name of the place where the real tables are."""
    return "public" if connection.vendor == "postgresql" else "main"
