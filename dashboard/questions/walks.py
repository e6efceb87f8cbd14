"""A walk of one member through a draft: who walks, what happens on the way, read from an address and written into one.

`?who=UUID` or `?name=Maja&language=da&zone=…&plan=…&email=1`, then `start`, `until`, any number of `do=MOMENT~EVENT`.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib import parse
from zoneinfo import available_timezones

from django.conf import settings
from django.db.models import Count
from django.http import QueryDict

from dashboard.words import events, walks
from flows.models import Flow
from flows.simulation import chronicle, travelling
from members import finding
from members.models import Member, Plan

FOUND = 8  # members shown for a search
ADDRESS = "somebody@example.com"
TEXTS = ("name", "language", "zone", "plan", "email")
OFTEN = (
    "member.activated",
    "payment.succeeded",
    "payment.failed",
    "subscription.cancelled",
    "letter.replied",
)


class Lost(ValueError):
    """The address cannot be read: its parts were changed by hand."""


@dataclass(frozen=True)
class Way:
    """What an address says."""

    who: Member | travelling.Somebody
    texts: Mapping[str, str]
    start: dt.datetime | None = None
    until: dt.datetime | None = None
    happened: tuple[travelling.Happening, ...] = field(default=())

    @property
    def address(self) -> str:
        """The same as the query of an address."""
        said = [(name, text) for name, text in self.texts.items() if text]
        said += [(name, moment.isoformat()) for name in ("start", "until") if (moment := getattr(self, name))]
        said += [("do", f"{at.isoformat()}~{name}") for at, name in self.happened]
        return "?" + parse.urlencode(said)

    def at(self, until: dt.datetime) -> "Way":
        """The same way, further on."""
        return replace(self, until=until)

    def with_event(self, name: str) -> "Way":
        """The same way, with this happening at its end."""
        assert self.until is not None
        return replace(self, happened=(*self.happened, (self.until, name)))


def read(asked: QueryDict) -> Way | None:
    """The way that an address says; None where nobody was chosen yet. Lost: it cannot be read."""
    texts = {name: asked.get(name, "").strip()[:120] for name in TEXTS}
    who: Member | travelling.Somebody
    if known := asked.get("who"):
        found = _member(known)
        who, texts = found, {"who": str(found.uuid)}
    elif texts["name"]:
        who = _somebody(texts)
    else:
        return None
    happened = tuple(_happening(text) for text in asked.getlist("do"))
    return Way(who, texts, _moment(asked.get("start")), _moment(asked.get("until")), happened)


def travel(flow: Flow, said: Mapping[str, Any], way: Way) -> chronicle.Story:
    """Walks it. checking.FlowErrors with all that is wrong with the draft, Lost where the way cannot be."""
    assert way.start is not None
    assert way.until is not None
    try:
        return travelling.travel(flow, said, way.who, way.start, way.happened, way.until)
    except ValueError as error:
        raise Lost(str(error)) from error


def found(search: str) -> Sequence[Member]:
    """Members of this name, a few."""
    rows = finding.search(Member.objects.filter(erased_at=None), search).order_by(
        "first_name", "last_name", "pk"
    )
    return list(rows[:FOUND]) if search else []


def choices(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a made-up member can be."""
    zones = Member.objects.exclude(time_zone="").order_by().values_list("time_zone")
    often = [zone for (zone, _n) in zones.annotate(often=Count("pk")).order_by("-often")[:12]]
    return {
        "languages": walks.languages(said),
        "zones": list(dict.fromkeys([settings.TIME_ZONE, *often])),
        "plans": Plan.objects.order_by("name"),
    }


def happenings(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What may happen, by name and in words: what the flow listens for first."""
    own = [name for name in travelling.names(said) if not name.startswith(("stage.", "segment."))]
    named = [(name, events.name(name)) for name in dict.fromkeys([*own, *OFTEN])]
    return [*named, (travelling.LET_IN, str(walks.LET_IN))]


def _member(text: str) -> Member:
    try:
        return Member.objects.select_related("plan").get(uuid=uuid.UUID(text), erased_at=None)
    except (ValueError, Member.DoesNotExist) as error:
        raise Lost(walks.NOBODY) from error


def _somebody(texts: Mapping[str, str]) -> travelling.Somebody:
    if texts["zone"] and texts["zone"] not in available_timezones():
        raise Lost(walks.NO_ZONE)
    if texts["plan"] and not Plan.objects.filter(slug=texts["plan"]).exists():
        raise Lost(walks.NO_PLAN)
    return travelling.Somebody(
        texts["name"], texts["language"][:12], texts["zone"], texts["plan"], ADDRESS if texts["email"] else ""
    )


def _happening(text: str) -> travelling.Happening:
    moment, _tilde, name = text.partition("~")
    at = _moment(moment)
    if at is None or not walks.is_name(name):
        raise Lost(walks.NO_EVENT)
    return at, name


def _moment(text: str | None) -> dt.datetime | None:
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise Lost(walks.NO_TIME) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
