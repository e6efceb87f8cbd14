"""Rows change hands when two members are merged, and go back when it is taken apart. Keys say which.

A row that the other member has too (the same word, the same segment) stays with the tombstone. Use of the same day
is added up: the tombstone keeps its own count, so that it can be taken off again.
"""

from decimal import Decimal
from typing import Any, TypedDict

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Greatest

from members import owned
from members.models import ExternalId, Member, MemberFacts, UsageDay


class Day(TypedDict):
    """Use of one day that both had: which row grew, and by how much."""

    row: int
    count: int
    quantity: str


Moved = dict[str, list[int]]
STAY = (MemberFacts,)


def move(kept: Member, gone: Member) -> tuple[Moved, list[Day]]:
    """Moves every row of `gone` to `kept`; returns the keys per column, and the days that were added up."""
    _renew_ids(gone)
    days = _add_up(kept, gone)
    moved: Moved = {}
    for table in owned.tables():
        if table.is_direct and table.model not in STAY:
            moved[table.label] = _move(table, kept, gone)
    moved[_TOMBSTONES] = _repoint(Member.everybody.filter(merged_into=gone), "merged_into", kept)
    moved[_WARDS] = _repoint(Member.everybody.filter(guardian=gone).exclude(pk=kept.pk), "guardian", kept)
    return {label: keys for label, keys in moved.items() if keys}, days


def move_back(kept: Member, gone: Member, moved: Moved, days: list[Day]) -> None:
    """Gives `gone` those rows back that are still with `kept`, and takes its use off again."""
    for label, keys in moved.items():
        app, name, column = label.split(".")
        rows = apps.get_model(app, name)._base_manager.filter(pk__in=keys, **{column: kept})
        rows.update(**{column: gone})
    for day in days:
        UsageDay.objects.filter(pk=day["row"]).update(
            count=Greatest(F("count") - day["count"], 0), quantity=F("quantity") - Decimal(day["quantity"])
        )
    # Of uses that were taken back since, nothing may be left to take off again.
    UsageDay.objects.filter(pk__in=[day["row"] for day in days], count=0).delete()


_TOMBSTONES, _WARDS = "members.Member.merged_into", "members.Member.guardian"


def _move(table: owned.Owned, kept: Member, gone: Member) -> list[int]:
    rows = table.of([gone.pk])
    for columns in _unique_beside(table.model, table.path):
        same = table.model._base_manager.filter(
            **{table.path: kept.pk}, **{name: OuterRef(name) for name in columns}
        )
        rows = rows.exclude(Exists(same))
    return _repoint(rows, table.path, kept)


def _repoint(rows: QuerySet[Any, Any], column: str, kept: Member) -> list[int]:
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    if keys:
        rows.model._base_manager.filter(pk__in=keys).update(**{column: kept})
    return keys


def _unique_beside(model: type[models.Model], column: str) -> list[list[str]]:
    """The other columns of each rule by which a member may have something only once."""
    rules = [rule for rule in model._meta.constraints if isinstance(rule, models.UniqueConstraint)]
    plain = [list(rule.fields) for rule in rules if rule.condition is None and column in rule.fields]
    return [[name for name in fields if name != column] for fields in plain]


def _renew_ids(gone: Member) -> None:
    """Ids of the row given up come after the kept one's own, which stay the first."""
    rows = list(gone.external_ids.order_by("pk"))
    gone.external_ids.all().delete()
    ExternalId.objects.bulk_create(
        ExternalId(member=gone, source=row.source, value=row.value) for row in rows
    )


def _add_up(kept: Member, gone: Member) -> list[Day]:
    known = {(row.name, row.day): row for row in UsageDay.objects.filter(member=kept)}
    days: list[Day] = []
    for row in UsageDay.objects.filter(member=gone).order_by("pk"):
        if same := known.get((row.name, row.day)):
            days.append(Day(row=same.pk, count=row.count, quantity=str(row.quantity)))
            same.count, same.quantity = same.count + row.count, same.quantity + row.quantity
    UsageDay.objects.bulk_update(known.values(), ["count", "quantity"], batch_size=200)
    return days
