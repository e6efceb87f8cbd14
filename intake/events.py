"""Events in batches: each is checked by itself, all are written in a constant number of queries."""

import datetime as dt
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from api import bodies
from intake import outcomes
from intake.generic import told, translate, use
from members import events, identity, merging, updating, usage
from members.fields import AHEAD, read_moment
from members.models import Event, ExternalId, Member

KEYS = frozenset({"id", "member", "name", "occurred_at", "data"})
LONGEST = 200
DOOR = ExternalId.HOUSE
REGISTER = ("subscription.", "payment.", "payment_method.", updating.NAME)


@dataclass
class Tally:
    """How a batch ended; `rejected` holds the place of each item that was not taken, and why."""

    accepted: int = 0
    duplicates: int = 0
    rejected: dict[int, str] = field(default_factory=dict)


class Item(NamedTuple):
    """One checked event: where it stood in the batch, of whom, and what it says. Light, as uses come in thousands."""

    place: int
    member: str
    kind: str
    at: dt.datetime
    data: dict[str, Any]
    ident: str

    @property
    def key(self) -> str:
        """Under which an event is recorded once."""
        return f"{DOOR}:{self.ident}"


def take(batch: Sequence[Any], now: dt.datetime) -> Tally:
    """Records what is right in a batch and says of each other item what is wrong. `now` is aware."""
    tally = Tally()
    uses: list[Item] = []
    rest: list[Item] = []
    for item in _checked(batch, now, tally):
        (uses if events.is_usage(item.kind) else rest).append(item)
    ids = identity.numbers({item.member for item in uses})
    known = identity.named({item.member for item in rest}) if rest else {}
    uses = [item for item in uses if _is_known(item, ids, tally)]
    rest = [item for item in rest if _is_known(item, known, tally)]
    with transaction.atomic():
        _use(uses, ids, now, tally)
        _record([item for item in rest if not item.kind.startswith(REGISTER)], known, now, tally)
        for item in rest:
            if item.kind.startswith(REGISTER):
                _change(item, known[item.member], now, tally)
    return tally


def _checked(batch: Sequence[Any], now: dt.datetime, tally: Tally) -> Iterable[Item]:
    ahead = now + AHEAD
    for index, said in enumerate(batch):
        try:
            yield _item(index, said, ahead)
        except outcomes.NotUnderstood as error:
            tally.rejected[index] = str(error)


def _item(index: int, said: Any, ahead: dt.datetime) -> Item:
    if isinstance(said, bodies.Unstorable):
        raise outcomes.NotUnderstood(f"{said}.")
    if not isinstance(said, dict):
        raise outcomes.NotUnderstood(_("Send an object with id, member, name and occurred_at."))
    if unknown := said.keys() - KEYS:
        raise outcomes.NotUnderstood(
            _("%(fields)s: there is no such field.") % {"fields": ", ".join(sorted(unknown))}
        )
    ident, member, kind = _word(said, "id"), _word(said, "member"), _name(said.get("name"))
    at, data = read_moment(said.get("occurred_at")), said.get("data")
    if at is None:
        raise outcomes.NotUnderstood(_("occurred_at: write the time like 2026-03-02T22:30:00Z."))
    if at > ahead:
        raise outcomes.NotUnderstood(_("occurred_at: this time lies ahead of the clock."))
    if data is not None and not isinstance(data, dict):
        raise outcomes.NotUnderstood(_("data: send an object, or leave it out."))
    told.check(kind, data or {})
    return Item(index, member, kind, at, data or {}, ident)


def _word(said: dict[str, Any], name: str) -> str:
    word = said.get(name)
    if isinstance(word, int) and not isinstance(word, bool):
        word = str(word)
    if (
        not isinstance(word, str)
        or not 0 < len(word) <= LONGEST
        or not word.isprintable()
        or not word.strip()
    ):
        raise outcomes.NotUnderstood(_("%(field)s: send a text of 1 to 200 characters.") % {"field": name})
    return word.strip()


def _name(name: Any) -> str:
    if not translate.is_event_name(name):
        raise outcomes.NotUnderstood(_("name: write a name like lesson.done."))
    if events.is_reserved(name):
        raise outcomes.NotUnderstood(_("name: only the house itself records %(name)s.") % {"name": name})
    if name == "member.signed_up":
        raise outcomes.NotUnderstood(_("name: send signups to /api/v1/signups/."))
    return str(name)


def _is_known(item: Item, known: Container[str], tally: Tally) -> bool:
    if item.member in known:
        return True
    tally.rejected[item.place] = _("member: nobody here is called “%(name)s”.") % {"name": item.member}
    return False


def _use(items: list[Item], ids: dict[str, int], now: dt.datetime, tally: Tally) -> None:
    uses = []
    for item in items:
        try:
            amount = use.quantity(item.data)
        except outcomes.NotUnderstood as error:
            tally.rejected[item.place] = str(error)
        else:
            uses.append(usage.Use(ids[item.member], DOOR, item.ident, item.kind, item.at, amount))
    fresh = usage.record_many(uses, now)
    tally.accepted += fresh
    tally.duplicates += len(uses) - fresh


def _record(items: list[Item], known: dict[str, Member], now: dt.datetime, tally: Tally) -> None:
    drafts = [events.Draft(item.kind, known[item.member], item.at, item.key, item.data) for item in items]
    fresh = len(events.record_many(drafts, now)) if drafts else 0
    tally.accepted += fresh
    tally.duplicates += len(drafts) - fresh


def _change(item: Item, member: Member, now: dt.datetime, tally: Tally) -> None:
    """What changes the register goes through the same translator as a webhook; one that fails leaves no trace."""
    is_told = _is_told(item, member)
    try:
        with transaction.atomic():
            said = {**item.data, "member": item.member}
            translate.apply(outcomes.Message(item.kind, item.at, said, item.ident, item.key, DOOR), now)
    except (outcomes.NotUnderstood, outcomes.NotNeeded, outcomes.Waits, merging.NotTheirs) as error:
        tally.rejected[item.place] = str(error)
    else:
        tally.accepted += not is_told
        tally.duplicates += is_told


def _is_told(item: Item, member: Member) -> bool:
    ends = (item.key, f":{item.ident}")
    at_once = Event.objects.filter(member=member, occurred_at=item.at).values_list("key", flat=True)
    return any(key == ends[0] or key.endswith(ends[1]) for key in at_once)
