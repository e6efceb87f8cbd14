"""`end`: the run is over here."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from flows.steps import Finish, Visit

KEYS: frozenset[str] = frozenset()


def problems(_step: Mapping[str, Any], _place: str) -> list[str]:
    """An end has nothing to set."""
    return []


def run(visits: Sequence[Visit], _now: dt.datetime) -> None:
    """Ends the runs."""
    for visit in visits:
        visit.result = Finish("end")
