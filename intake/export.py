"""Lists that go out: members as CSV, in the columns of the contract, so that a list can come back in."""

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from intake.importing import people
from intake.importing.escaping import escaped
from members.models import ExternalId, Member

CHUNK = 1_000
COLUMNS = (*people.COLUMNS, "stage", "status")


class _Echo:
    """A file that hands back what is written into it."""

    def write(self, text: str) -> str:
        return text


def members(rows: QuerySet[Member]) -> Iterator[str]:
    """The members line by line, in bounded memory; cells that a spreadsheet would calculate are escaped."""
    writer = csv.writer(_Echo())
    yield "\N{BYTE ORDER MARK}" + writer.writerow(COLUMNS)  # without it spreadsheets guess the letters wrong
    shown = rows.select_related("plan", "guardian").order_by("pk")
    source = shown.iterator(CHUNK)
    while chunk := list(islice(source, CHUNK)):
        numbers = _numbers(chunk)
        for member in chunk:
            yield writer.writerow([escaped(text) for text in _texts(member, numbers)])


def _texts(member: Member, numbers: dict[int, str]) -> Iterable[str]:
    said: dict[str, Any] = people.state(member, False) | {
        "external_id": numbers.get(member.pk, ""),
        "guardian": numbers.get(member.guardian_id or 0, ""),
        "stage": member.stage,
        "status": member.status,
    }
    return [_text(said[name]) for name in COLUMNS]


def _numbers(members: Sequence[Member]) -> dict[int, str]:
    """What the house calls these members and their guardians."""
    keys = {member.pk for member in members} | {member.guardian_id for member in members}
    known = ExternalId.objects.filter(source=ExternalId.HOUSE, member__in=keys - {None})
    return dict(known.order_by("-pk").values_list("member_id", "value"))


def _text(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    return "" if value is None else str(value)
