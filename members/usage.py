"""The usage lane: many small signs of use, counted once each, rolled up per member, name and UTC day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction

from members import partitions
from members.models import Usage, UsageBatch, UsageDay
from office import nudges

USAGE, DAY, BATCH = (model._meta.db_table for model in (Usage, UsageDay, UsageBatch))
COLUMNS = "member_id, source, external_id, name, occurred_at, quantity"
ONE_DAY = dt.timedelta(days=1)
PARAMETERS_AT_ONCE = 900  # SQLite took at most 999 in old builds


class Use(NamedTuple):
    """One use: `external_id` is unique within its source, `occurred_at` aware, `quantity` in the name's own unit."""

    member_id: int
    source: str
    external_id: str
    name: str
    occurred_at: dt.datetime
    quantity: Decimal = Decimal(1)


class Fresh(NamedTuple):
    """A use that was not known yet, as far as its day and its batch ask."""

    member_id: int
    name: str
    occurred_at: dt.datetime
    quantity: Decimal


def record_many(uses: Sequence[Use], now: dt.datetime) -> int:
    """Stores the uses that are new and counts them on their days; returns how many were new.

    All of it is one transaction, on PostgreSQL one statement, with a batch row that lists what is new: from there
    flows and facts are told (`usage_answering`). Keys are written in order, so that two batches never lock each
    other out. `now` is aware. Where raw use is not kept for ever, what was counted before it was forgotten is known.
    """
    uses = _not_forgotten(uses, partitions.cutoff(now))
    if not uses:
        return 0
    with transaction.atomic():
        fresh = _at_once(uses, now) if connection.vendor == "postgresql" else _in_turn(uses, now)
        if fresh:
            nudges.after_commit("engine")
    return fresh


def _not_forgotten(uses: Sequence[Use], before: dt.datetime | None) -> Sequence[Use]:
    """Leaves out uses of days that are counted already and whose raw rows are gone: told again, they would count twice.

    A first list of old times is counted whole: its raw rows lie there until the night.
    """
    old = [use for use in uses if before and use.occurred_at < before]
    if not old:
        return uses
    members, names = {use.member_id for use in old}, {use.name for use in old}
    days = UsageDay.objects.filter(member__in=members, name__in=names, day__in={_day(use) for use in old})
    first, last = min(use.occurred_at for use in old), max(use.occurred_at for use in old)
    raw = Usage.objects.filter(
        member__in=members, name__in=names, occurred_at__gte=first - ONE_DAY, occurred_at__lt=last + ONE_DAY
    )
    lying = {(pk, name, at.astimezone(dt.UTC).date()) for pk, name, at in raw.values_list(*Fresh._fields[:3])}
    gone = set(days.values_list("member_id", "name", "day")) - lying
    return [use for use in uses if (use.member_id, use.name, _day(use)) not in gone]


def _day(use: Use) -> dt.date:
    return use.occurred_at.astimezone(dt.UTC).date()


def _at_once(uses: Sequence[Use], now: dt.datetime) -> int:
    columns = zip(*uses, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, [*map(_array, columns), now])
        (fresh,) = cursor.fetchone()
    return int(fresh)


def _array(values: Iterable[object]) -> str:
    """One literal for a whole column: planning three thousand single ones takes as long as storing them."""
    quoted = (str(value).replace("\\", r"\\").replace('"', r"\"") for value in values)
    return '{"' + '","'.join(quoted) + '"}'


_STATEMENT = f"""
WITH said AS (
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::numeric[])
        AS said ({COLUMNS}) ORDER BY source, external_id, occurred_at
), fresh AS (
    INSERT INTO {USAGE} ({COLUMNS}) SELECT * FROM said ON CONFLICT DO NOTHING
    RETURNING member_id, name, occurred_at, quantity
), days AS (
    INSERT INTO {DAY} AS known (member_id, name, day, count, quantity)
    SELECT member_id, name, (occurred_at AT TIME ZONE 'UTC')::date, count(*), sum(quantity)
    FROM fresh GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (member_id, name, day) DO UPDATE
        SET count = known.count + excluded.count, quantity = known.quantity + excluded.quantity
), news AS (
    SELECT member_id, name, min(occurred_at) AS first, max(occurred_at) AS last FROM fresh GROUP BY 1, 2
), batch AS (
    INSERT INTO {BATCH} (news, recorded_at)
    SELECT ('[' || string_agg(
        format('[%%s,%%s,"%%s","%%s"]', member_id, to_json(name), first, last), ',' ORDER BY member_id, name
    ) || ']')::jsonb, %s
    FROM news HAVING count(*) > 0
)
SELECT count(*) FROM fresh
"""  # noqa: S608 (own names)


def _in_turn(uses: Sequence[Use], now: dt.datetime) -> int:
    fresh = list(_insert(uses))
    if fresh:
        _roll_up(fresh)
        UsageBatch.objects.create(news=_news(fresh), recorded_at=now)
    return len(fresh)


def _insert(uses: Sequence[Use]) -> Iterable[Fresh]:
    to_db, size = connection.ops.adapt_datetimefield_value, PARAMETERS_AT_ONCE // len(Use._fields)
    with connection.cursor() as cursor:
        for start in range(0, len(uses), size):
            part = uses[start : start + size]
            rows = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(part))
            cursor.execute(
                f"INSERT INTO {USAGE} ({COLUMNS}) VALUES {rows} ON CONFLICT DO NOTHING "  # noqa: S608 (own names)
                "RETURNING member_id, name, occurred_at, quantity",
                [value for use in part for value in (*use[:4], to_db(use.occurred_at), str(use.quantity))],
            )
            for member_id, name, moment, quantity in cursor.fetchall():
                yield Fresh(member_id, name, _as_utc(moment), Decimal(str(quantity)))


def _as_utc(stored: dt.datetime | str) -> dt.datetime:
    """A time as SQLite's driver gives it back: a text or a naive time, depending on its release; both are UTC."""
    moment = dt.datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment.replace(tzinfo=dt.UTC)


def _roll_up(fresh: Iterable[Fresh]) -> None:
    totals: dict[tuple[int, str, str], list[Decimal]] = defaultdict(list)
    for use in fresh:
        totals[use.member_id, use.name, use.occurred_at.date().isoformat()].append(use.quantity)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {DAY} (member_id, name, day, count, quantity) VALUES (%s, %s, %s, %s, %s) "  # noqa: S608
            "ON CONFLICT (member_id, name, day) DO UPDATE "
            f"SET count = {DAY}.count + excluded.count, quantity = {DAY}.quantity + excluded.quantity",
            [(*key, len(found), str(sum(found))) for key, found in sorted(totals.items())],
        )


def _news(fresh: Iterable[Fresh]) -> list[list[int | str]]:
    moments: dict[tuple[int, str], list[dt.datetime]] = defaultdict(list)
    for use in fresh:
        moments[use.member_id, use.name].append(use.occurred_at)
    return [[*key, min(found).isoformat(), max(found).isoformat()] for key, found in sorted(moments.items())]
