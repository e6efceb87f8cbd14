"""Statements that PostgreSQL plans once for a connection: what is said so often that planning costs more than doing.

Behind a pooler that hands out connections statement by statement the plan may lie in another one, and inside a
transaction a refusal would spoil all of it: there the statement is said whole, as it is on SQLite.
"""

import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections

GONE, THERE = "26000", "42P05"  # invalid_sql_statement_name, duplicate_prepared_statement


@dataclass(frozen=True)
class Statement:
    """`text` names what it is given as `{name}`; `types` says of which PostgreSQL type each is."""

    name: str
    text: str
    types: Mapping[str, str]

    def whole(self) -> str:
        """The statement for a cursor, with `%(name)s`."""
        return self.text.format(**{name: f"%({name})s::{kind}" for name, kind in self.types.items()})

    def prepare(self) -> str:
        """The statement that has it planned."""
        text = self.text.format(**{name: f"${place}" for place, name in enumerate(self.types, start=1)})
        return f"PREPARE {self.name} ({', '.join(self.types.values())}) AS {text}"

    def again(self) -> str:
        """The statement that carries it out, with `%(name)s`."""
        return f"EXECUTE {self.name} ({', '.join(f'%({name})s' for name in self.types)})"


class Plans:
    """What one connection has planned; nothing any more where it turned out that it does not keep plans."""

    def __init__(self, line: object) -> None:
        self.line, self.names, self.are_kept = line, set[str](), True


_plans: weakref.WeakKeyDictionary[Any, Plans] = weakref.WeakKeyDictionary()


def execute(cursor: Any, statement: Statement, values: Mapping[str, Any]) -> None:
    """Carries the statement out, planned before where that can be; PostgreSQL only."""
    plans = _here()
    if connection.in_atomic_block or not plans.are_kept:
        cursor.execute(statement.whole(), values)
        return
    try:
        if statement.name not in plans.names:
            cursor.execute(statement.prepare())
            plans.names.add(statement.name)
        cursor.execute(statement.again(), values)
    except DatabaseError as error:
        if getattr(error.__cause__, "pgcode", "") not in (GONE, THERE):
            raise
        plans.are_kept = False  # nothing was carried out
        cursor.execute(statement.whole(), values)


def _here() -> Plans:
    """The plans of this thread's connection; one that was opened anew has none."""
    wrapper = connections[DEFAULT_DB_ALIAS]
    found = _plans.get(wrapper)
    if found is None or found.line is not wrapper.connection:
        found = _plans[wrapper] = Plans(wrapper.connection)
    return found
