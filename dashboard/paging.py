"""Long lists in pages that cost the same at any depth: each continues after the last key seen (keyset)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db.models import Model, Q, QuerySet

SIZE = 50
SIGNER = signing.Signer(salt="dashboard.paging")


@dataclass(frozen=True)
class Page:
    """Some rows of a list; `after` continues it and is empty on the last page."""

    rows: list[Any]
    after: str
    is_first: bool

    @property
    def is_alone(self) -> bool:
        """Whether the whole list fits on this page."""
        return self.is_first and not self.after


def page(rows: QuerySet[Any], order: tuple[str, ...], after: str = "", size: int = SIZE) -> Page:
    """One page in this order, all ascending or all descending ("-"), the last column being unique.

    A cursor that is not ours, or of another order, begins at the start.
    """
    seen = _read(after, order)
    found = list((_beyond(rows, order, seen) if seen else rows).order_by(*order)[: size + 1])
    more = len(found) > size
    return Page(found[:size], _write(found[size - 1], order) if more else "", not seen)


def _beyond(rows: QuerySet[Any], order: tuple[str, ...], seen: list[Any]) -> QuerySet[Any]:
    side = "lt" if order[0].startswith("-") else "gt"
    columns = [name.removeprefix("-") for name in order]
    beyond = Q()
    for place, column in enumerate(columns):
        same = dict(zip(columns[:place], seen[:place], strict=True))
        beyond |= Q(**same, **{f"{column}__{side}": seen[place]})
    # The plain bound on the first column is implied, but it is what lets the database use its index.
    return rows.filter(beyond, **{f"{columns[0]}__{side}e": seen[0]})


def _write(last: Model, order: tuple[str, ...]) -> str:
    values = [getattr(last, name.removeprefix("-")) for name in order]
    plain = [value.isoformat() if isinstance(value, dt.datetime) else value for value in values]
    return SIGNER.sign_object({"order": list(order), "at": plain})


def _read(after: str, order: tuple[str, ...]) -> list[Any]:
    if not after:
        return []
    try:
        cursor = SIGNER.unsign_object(after)
    except Exception:  # whatever hostile text does inside base64 and JSON
        return []
    return list(cursor["at"]) if cursor["order"] == list(order) else []
