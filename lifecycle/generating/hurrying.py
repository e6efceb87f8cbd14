"""Lets a database take millions of rows at once, and look at them afterwards."""

import contextlib
from collections.abc import Iterable

from django.db import DatabaseError, connection, models, transaction


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
