"""Raw use by month on PostgreSQL: months made ahead, dropped when the house keeps raw use no longer.

Where no month was made yet, rows lie in `members_usage_other` and are moved at night. Elsewhere the table is plain.
"""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import connection, transaction

from members.models import Usage

TABLE = Usage._meta.db_table
OTHER = f"{TABLE}_other"
AHEAD = 3  # months
MONTH = relativedelta(months=1)


def keep(now: dt.datetime) -> int:
    """Makes the months that are needed and drops those that are kept no longer; returns how many changed."""
    if not _is_parted():
        return _forget(now)
    return prepare(now, now + AHEAD * MONTH) + _drop(now) + _forget(now)


def prepare(first: dt.datetime, last: dt.datetime) -> int:
    """Makes the missing months from `first` until and with `last`, and those whose rows lie in the common place."""
    if not _is_parted():
        return 0
    wanted = {*_months(_month(first), _month(last)), *_strays()} - _existing().keys()
    for month in sorted(wanted):
        _make(month)
    return len(wanted)


def cutoff(now: dt.datetime) -> dt.datetime | None:
    """Until when, exclusive, raw use is forgotten; None: it is kept for ever."""
    months = settings.USAGE_RETENTION_MONTHS
    return _month(now) - relativedelta(months=months) if months else None


def _is_parted() -> bool:
    if connection.vendor != "postgresql":
        return False
    return bool(_rows("SELECT 1 FROM pg_partitioned_table WHERE partrelid = %s::regclass", [TABLE]))


def _existing() -> dict[dt.datetime, str]:
    """The months that have a place of their own."""
    names = _rows(
        "SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = %s::regclass",
        [TABLE],
    )
    found = {}
    for (name,) in names:
        if shape := re.fullmatch(rf"{TABLE}_(\d{{4}})_(\d\d)", name):
            found[dt.datetime(int(shape[1]), int(shape[2]), 1, tzinfo=dt.UTC)] = name
    return found


def _strays() -> list[dt.datetime]:
    rows = _rows(f"SELECT DISTINCT date_trunc('month', occurred_at, 'UTC') FROM {OTHER}")  # noqa: S608 (own name)
    return [moment.astimezone(dt.UTC) for (moment,) in rows]


def _make(month: dt.datetime) -> None:
    """Nobody may write into the common place while its rows are moved: a row of this month would be in the way."""
    name, bounds = f"{TABLE}_{month:%Y_%m}", [month, month + MONTH]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {OTHER} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        cursor.execute(
            f"WITH moved AS (DELETE FROM {OTHER} WHERE occurred_at >= %s AND occurred_at < %s RETURNING *) "  # noqa: S608
            f"INSERT INTO {name} SELECT * FROM moved",
            bounds,
        )
        cursor.execute(f"ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES FROM (%s) TO (%s)", bounds)


def _drop(now: dt.datetime) -> int:
    before = cutoff(now)
    old = [name for month, name in _existing().items() if before and month < before]
    with connection.cursor() as cursor:
        for name in old:
            cursor.execute(f"DROP TABLE {name}")
    return len(old)


def _forget(now: dt.datetime) -> int:
    before = cutoff(now)
    return Usage.objects.filter(occurred_at__lt=before).delete()[0] if before else 0


def _months(first: dt.datetime, last: dt.datetime) -> Iterator[dt.datetime]:
    while first <= last:
        yield first
        first += MONTH


def _month(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _rows(query: str, values: list[str] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
