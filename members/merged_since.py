"""When a merge is taken apart: what came since and hangs on something that goes back, goes back with it.

A payment of a contract belongs to whoever has the contract, a leaving to whoever's contract ended. What hangs on
nothing stays with the member to whom it came.
"""

import datetime as dt
from collections.abc import Iterator
from functools import cache

from members import owned, stages
from members.models import Member
from members.models.member import Stage


def follow(kept: Member, gone: Member) -> bool:
    """Gives `gone` the rows of `kept` that name a row of `gone`, and those that name these; whether there were any."""
    have_followed = False
    while sum(_hand_over(table, column, kept, gone) for table, column in _names()):
        have_followed = True
    return have_followed


def stand(member: Member, now: dt.datetime) -> None:
    """Puts a member where their own history and contracts say, after lines of it changed hands."""
    if last := member.stage_changes.order_by("-pk").first():
        member.stage, member.stage_since = Stage(last.to_stage), last.at
    if not member.subscriptions.exists():
        member.status = ""
    member.save(update_fields=["stage", "stage_since", "status"])
    stages.settle(member, None, now, now, quiet=True)


def _hand_over(table: owned.Owned, column: str, kept: Member, gone: Member) -> int:
    rows = table.model._base_manager.filter(**{table.path: kept, f"{column}__{table.path}": gone})
    return rows.update(**{table.path: gone}) if rows.exists() else 0


@cache
def _names() -> tuple[tuple[owned.Owned, str], ...]:
    """Each table of members with each of its columns that names a row of such a table."""
    return tuple(_columns())


def _columns() -> Iterator[tuple[owned.Owned, str]]:
    direct = [table for table in owned.tables() if table.is_direct]
    models = {table.model for table in direct}
    for table in direct:
        for field in table.model._meta.concrete_fields:
            if field.related_model in models:
                yield table, field.name
