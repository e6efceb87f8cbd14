"""Everything a database holds, as one word: two words that are alike mean that nothing was written."""

import hashlib
from typing import Any

from django.db import connection


def of_everything() -> dict[str, Any]:
    """A digest per table, and on PostgreSQL where each sequence stands."""
    with connection.cursor() as cursor:
        found = {name: _of(cursor, name) for name in sorted(connection.introspection.table_names(cursor))}
        if connection.vendor == "postgresql":
            cursor.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
            found["sequences"] = cursor.fetchall()
        return found


def _of(cursor: Any, name: str) -> str:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
    rows = sorted(repr([_plain(value) for value in row]) for row in cursor.fetchall())
    return f"{len(rows)} {hashlib.sha256(''.join(rows).encode()).hexdigest()}"


def _plain(value: Any) -> Any:
    """PostgreSQL's driver gives bytes as a view of memory, which says where it lies and not what it holds."""
    return bytes(value) if isinstance(value, memoryview) else value
