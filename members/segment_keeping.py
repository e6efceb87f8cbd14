"""Keeps who is in which segment: set by set in SQL, and tells of those who entered and left.

Members of whom something changed are asked in batches; a segment whose answer time alone changes is asked for
everybody each hour; every segment is each night. What a new or changed segment finds at first is history: quiet.
"""

import datetime as dt
import logging
from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from members import conditions, facts, segments
from members.conditions import Condition
from members.models import Member, MemberFacts, Segment, SegmentMember

BATCH = 1000
PLACED_AT_ONCE = 5000
TIMED_EVERY = dt.timedelta(hours=1)
AGES = frozenset({"age_band"})  # asked by the calendar without being days

log = logging.getLogger(__name__)


def refresh(now: dt.datetime, limit: int = BATCH) -> int:
    """Asks what is due at `now`: new and changed segments, those that time moves, up to `limit` changed members.

    Returns how many members and segments were looked at.
    """
    kept = _with_condition()
    due = [one for one in kept if _is_due(one, now)]
    return sum(_ask_all(one, now) for one in due) + _ask_changed(kept, now, limit)


def refresh_all(now: dt.datetime) -> int:
    """The night's round: every segment for everybody. Returns how many segments were looked at."""
    return sum(_ask_all(one, now) for one in _with_condition())


def place(member_ids: Iterable[int], now: dt.datetime) -> None:
    """Puts imported members where they belong, quietly: history starts no flow.

    Call it in the transaction of the import, after their facts were computed.
    """
    ids, kept = sorted(set(member_ids)), _usable(_with_condition())
    for start in range(0, len(ids), PLACED_AT_ONCE):
        part = ids[start : start + PLACED_AT_ONCE]
        with transaction.atomic():
            MemberFacts.objects.filter(member__in=part, segments_due=True).update(segments_due=False)
            for one in kept:
                _settle(one, now, part, quiet=True)


def is_timed(condition: Condition | None) -> bool:
    """Whether time alone changes the answer: days are counted, a window reaches back, or a segment so asks."""
    return (
        any(facts.FACTS[name].type == "days" or name in AGES for name in _facts(condition))
        or _has_window(condition)
        or any(is_timed(one.condition) for one in _asked(condition))
    )


def _with_condition() -> list[Segment]:
    return list(Segment.objects.exclude(condition__isnull=True).order_by("pk"))


def _is_due(segment: Segment, now: dt.datetime) -> bool:
    last = segment.evaluated_at
    return last is None or (last <= now - TIMED_EVERY and is_timed(segment.condition))


def _ask_all(segment: Segment, now: dt.datetime) -> int:
    """Asks one segment for everybody; a segment that another worker is asking is left to it."""
    with transaction.atomic():
        rows = Segment.objects.select_for_update(skip_locked=True, no_key=True)
        held = rows.filter(
            pk=segment.pk, condition=segment.condition, evaluated_at=segment.evaluated_at
        ).first()
        if held is None or not _usable([held]):
            return 0
        _settle(held, now, None, quiet=held.evaluated_at is None)
        # Counted, not reckoned: whoever was erased or merged meanwhile has left without a word.
        Segment.objects.filter(pk=held.pk).update(evaluated_at=now, size=held.memberships.count())
    return 1


def _ask_changed(kept: Collection[Segment], now: dt.datetime, limit: int) -> int:
    with transaction.atomic():
        due = MemberFacts.objects.filter(segments_due=True, dirty_at=None).order_by("pk")
        rows = due.select_for_update(skip_locked=True, no_key=True)
        held = dict(rows.values_list("pk", "member_id")[:limit])
        if not held:
            return 0
        MemberFacts.objects.filter(pk__in=held).update(segments_due=False)
        ids = sorted(held.values())
        for one in _usable([one for one in kept if one.evaluated_at is not None]):
            _settle(one, now, ids, quiet=False)
    return len(ids)


def _settle(segment: Segment, now: dt.datetime, member_ids: list[int] | None, *, quiet: bool) -> None:
    """Brings the memberships, of these members or of everybody, in line with the condition at `now`."""
    inside = segments.holding(segment.condition, now)
    there = SegmentMember.objects.filter(segment=segment)
    outside = there.filter(~Exists(inside.filter(pk=OuterRef("member_id"))))
    missing = inside.filter(~Exists(there.filter(member=OuterRef("pk"))))
    if member_ids is not None:
        outside, missing = outside.filter(member__in=member_ids), missing.filter(pk__in=member_ids)
    left = _take_out(outside)
    entered = _put_in(segment, missing, now)
    if entered or left:
        Segment.objects.filter(pk=segment.pk).update(size=F("size") + len(entered) - len(left))
    if not quiet:
        _tell(segment, segments.LEFT, left, now)
        _tell(segment, segments.ENTERED, entered, now)


def _put_in(segment: Segment, missing: QuerySet[Member], now: dt.datetime) -> list[int]:
    """One statement, whatever their number; whom another worker put in meanwhile is not put in again."""
    try:
        found, values = missing.order_by().values_list("id").query.sql_with_params()
    except EmptyResultSet:
        return []
    into = SegmentMember._meta.db_table
    sql = f"""
        INSERT INTO {into} (segment_id, member_id, since)
        SELECT %s, found.id, %s FROM ({found}) AS found WHERE true
        ON CONFLICT (segment_id, member_id) DO NOTHING RETURNING member_id
    """  # noqa: S608 (the query is the compiler's; all values are parameters)
    return _ids(sql, [segment.pk, connection.ops.adapt_datetimefield_value(now), *values])


def _take_out(outside: QuerySet[SegmentMember]) -> list[int]:
    try:
        found, values = outside.order_by().values_list("id").query.sql_with_params()
    except EmptyResultSet:
        return []
    table = SegmentMember._meta.db_table
    sql = f"DELETE FROM {table} WHERE id IN ({found}) RETURNING member_id"  # noqa: S608 (see above)
    return _ids(sql, list(values))


def _ids(sql: str, values: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [row[0] for row in cursor.fetchall()]


def _tell(segment: Segment, name: str, member_ids: list[int], now: dt.datetime) -> None:
    for start in range(0, len(member_ids), BATCH):
        segments.tell(segment, name, member_ids[start : start + BATCH], now)


def _usable(kept: Collection[Segment]) -> list[Segment]:
    """Segments that can be asked. One that names what is gone is passed over and logged; its members stay."""
    usable = []
    for one in kept:
        if found := conditions.problems(one.condition):
            log.error("segment %s cannot be asked: %s", one.slug, "; ".join(found))
        else:
            usable.append(one)
    return usable


def _facts(condition: Condition | None) -> list[str]:
    return [name for name in conditions.mentioned(condition, "fact") if name in facts.FACTS]


def _has_window(condition: Condition | None) -> bool:
    return any(True for _window in conditions.mentioned(condition, "within"))


def _asked(condition: Condition | None) -> QuerySet[Segment]:
    slugs = list(conditions.mentioned(condition, "segment"))
    return (
        Segment.objects.filter(slug__in=slugs).exclude(condition__isnull=True)
        if slugs
        else Segment.objects.none()
    )
