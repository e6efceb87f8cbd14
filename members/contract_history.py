"""What was told of a contract, in the order in which it was so: its own events, and what only the row remembers.

The order of arrival plays no part: what is told is sorted by the provider's time and id, as the row's own columns
are merged. What the clock concluded is left out; it follows from what was told.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from members import lives, merging
from members.models import Plan, Subscription

Status = Subscription.Status
IMPLIED = {
    "subscription.started": Status.ACTIVE,
    "subscription.renewed": Status.ACTIVE,
    "subscription.resumed": Status.ACTIVE,
    "subscription.paused": Status.PAUSED,
    "subscription.past_due": Status.PAST_DUE,
    "subscription.cancelled": Status.CANCELLED,
    "subscription.ended": Status.ENDED,
}
NAMES = (*IMPLIED, "subscription.changed", "subscription.trial_ending")
DECIDED_BY_NAME = (
    "subscription.paused",
    "subscription.past_due",
    "subscription.cancelled",
    "subscription.ended",
)
STATUSES = frozenset(Status.values)
RUNS = (Status.ACTIVE, Status.TRIALING, Status.PAST_DUE, Status.PAUSED)
ROW = "row"  # the name of what only the row remembers
IMPORT = "import"  # the id of what a list told
ENDED_RANK = 9  # an end wins against anything else of the same moment
TERMS = ("amount", "currency", "interval", "interval_count")
MOMENTS = ("started_at", "trial_ends_at", "current_period_end", "paused_at", "ended_at")


class Recorded(NamedTuple):
    """An event of a contract as it was stored."""

    name: str
    occurred_at: dt.datetime
    key: str
    data: dict[str, Any]


class Told(NamedTuple):
    """One thing said of a contract: when it was said (aware), its place among others of that time, its words."""

    at: dt.datetime
    order: tuple[int, str]
    name: str
    data: dict[str, Any]

    @property
    def status(self) -> str:
        """The status that it implies; empty where it says nothing of it."""
        said, implied = str(self.data.get("status") or ""), str(IMPLIED.get(self.name, ""))
        if said == Status.ENDED:
            return said
        return implied if self.name in DECIDED_BY_NAME or said not in STATUSES else said

    def moment(self, name: str) -> dt.datetime | None:
        """A moment among its words."""
        said = self.data.get(name)
        if not isinstance(said, str) or not said:
            return None
        moment = dt.datetime.fromisoformat(said)
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)

    @property
    def since(self) -> dt.datetime:
        """From when on it is so: a start may be told later than it happened, or before."""
        began = self.moment("started_at") if self.name == "subscription.started" else None
        return began or self.at


def words(columns: Mapping[str, Any]) -> dict[str, Any]:
    """What an event keeps of the columns that its message set, so that history can be read from events alone."""
    kept = {name: columns[name] for name in TERMS if columns.get(name) not in (None, "")}
    kept |= {name: columns[name].isoformat() for name in MOMENTS if columns.get(name)}
    if status := columns.get("status"):
        kept["status"] = str(status)
    if isinstance(plan := columns.get("plan"), Plan):
        kept["plan"] = plan.slug
    if effective := columns.get("cancel_effective_at"):
        kept["effective_at"] = effective.isoformat()
    return kept


def read(row: Subscription, recorded: Iterable[Recorded]) -> list[Told]:
    """Everything told of this contract, oldest first, each once."""
    found = {(one.name, one.order): one for one in map(_told, recorded)}
    for again in row.versions.get(lives.AGAIN, []):
        at = dt.datetime.fromisoformat(again["at"])
        one = _told(Recorded(again["name"], at, again["key"], again["data"]))
        found[one.name, one.order] = one
    told = [one for one in found.values() if one.data.get("by") != "clock" and not _is_taken_back(one, row)]
    return sorted([*told, *_of_the_row(row)], key=lambda one: (one.at, one.order, one.name))


def _told(event: Recorded) -> Told:
    ident = event.key.split(":", 3)[-1]
    ends = event.name == "subscription.ended" or event.data.get("status") == Status.ENDED
    return Told(event.occurred_at, (ENDED_RANK if ends else 0, ident), event.name, event.data)


def _is_taken_back(one: Told, row: Subscription) -> bool:
    """A list said it was over, and a later one that it goes on as before: nobody left and came back."""
    is_over = one.order[1] == IMPORT and one.status in (Status.CANCELLED, Status.ENDED)
    return is_over and row.status in RUNS and row.started_at is not None and row.started_at < one.at


def _of_the_row(row: Subscription) -> list[Told]:
    """How the contract stands, for those told of it in a list or by hand; an end is read from the row itself."""
    version = row.versions.get("status", "")
    at = merging.said_at(version)
    if at is None or row.status not in RUNS:
        return []
    _at, rank, ident = version.split("|", 2)
    data = words({"status": row.status, "paused_at": row.paused_at})
    return [Told(at, (int(rank), ident), ROW, data)]
