"""Everything that is known of a member, for the member: all rows of all rooms, as they are stored. GDPR article 15."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from members import owned, traces
from members.models import Member
from members.traces import Traces
from office import audit

Part = Callable[[Traces], list[dict[str, Any]]]

_parts: dict[str, Part] = {}


def bind(parts: Mapping[str, Part]) -> None:
    """The hall says what rooms know without a key to the member, by the name it gets in the export."""
    _parts.clear()
    _parts.update(parts)


def everything(member: Member, now: dt.datetime) -> dict[str, Any]:
    """One object: the member, then every table with rows of theirs, then what the rooms add. Times are UTC."""
    found = traces.of(member)
    rows: dict[str, Any] = {"exported_at": now, "member": _rows(Member.everybody.filter(pk__in=found.keys))}
    for table in owned.tables():
        if listed := _rows(table.of(found.keys)):
            rows.setdefault(table.model._meta.label, []).extend(listed)
    changes = [entry for one in found.uuids for entry in audit.about(one).values("at", "deed", "details")]
    rows["changes_by_staff"] = changes
    return rows | {name: part(found) for name, part in _parts.items()}


def _rows(rows: Any) -> list[dict[str, Any]]:
    return list(rows.order_by("pk").values())
