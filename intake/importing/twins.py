"""Who on a list is likely somebody the house knows already, or stands there twice under two numbers."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

from django.db.models import Q
from django.db.models.functions import Lower

from intake.importing.taking import Cells
from members import identity
from members.models import Member

ALIKE = 0.85
MOST = 50
CROWD = 20  # a whole club may stand there with one address


@dataclass(frozen=True)
class Twin:
    """A line, and the member (by key) or the earlier line (by number) that it is likely the same person as."""

    ident: str
    name: str
    detail: str
    other: str
    other_name: str
    other_detail: str

    def as_dict(self) -> dict[str, str]:
        """As it is kept in a draft."""
        return asdict(self)


def find(new: Iterable[tuple[str, Cells]]) -> list[Twin]:
    """Likely duplicates among lines that would make new members (by id). A few queries, whatever their number."""
    lines = dict(new)
    people = list(_members(lines))
    found = [twin for ident, cells in lines.items() for twin in _of_register(ident, cells, people)]
    return [*found, *_of_list(lines)][:MOST]


def _members(lines: Mapping[str, Cells]) -> Iterator[Member]:
    emails = {identity.email_key(cells["email"]) for cells in lines.values() if cells.get("email")}
    years = {int(cells["birth_year"]) for cells in lines.values() if cells.get("birth_year", "").isdigit()}
    families = {cells["last_name"].lower() for cells in lines.values() if cells.get("last_name")}
    here = Member.objects.filter(merged_into=None, erased_at=None).annotate(family=Lower("last_name"))
    alike = Q(email_key__in=emails - {""}) | Q(birth_year__in=years, family__in=families)
    yield from here.filter(alike)[: MOST * 40]


def _of_register(ident: str, cells: Cells, people: list[Member]) -> Iterator[Twin]:
    for member in people:
        same_address = bool(cells.get("email")) and member.email_key == identity.email_key(cells["email"])
        same_year = bool(member.birth_year) and str(member.birth_year) == cells.get("birth_year")
        if (same_address or same_year) and _alike(_name(cells), f"{member.first_name} {member.last_name}"):
            detail = _detail(member.email, str(member.birth_year or ""))
            yield Twin(ident, _name(cells), _about(cells), f"member:{member.pk}", member.name, detail)


def _of_list(lines: Mapping[str, Cells]) -> Iterator[Twin]:
    """Whoever has the address, or the year of birth and family name, of an earlier line, and is called alike."""
    seen: dict[tuple[str, ...], list[tuple[str, Cells]]] = {}
    for ident, cells in lines.items():
        marks = list(_marks(cells))
        before = (earlier for mark in marks for earlier in seen.get(mark, ())[:CROWD])
        if found := next((one for one in before if _alike(_name(cells), _name(one[1]))), None):
            other, said = found
            yield Twin(ident, _name(cells), _about(cells), f"line:{other}", _name(said), _about(said))
        for mark in marks:
            seen.setdefault(mark, []).append((ident, cells))


def _marks(cells: Cells) -> Iterator[tuple[str, ...]]:
    if email := identity.email_key(cells.get("email", "")):
        yield (email,)
    if cells.get("birth_year"):
        yield cells["birth_year"], cells.get("last_name", "").casefold()


def _alike(one: str, other: str) -> bool:
    one, other = one.strip().casefold(), other.strip().casefold()
    return bool(one and other) and difflib.SequenceMatcher(None, one, other).ratio() >= ALIKE


def _name(cells: Cells) -> str:
    return f"{cells.get('first_name', '')} {cells.get('last_name', '')}".strip()


def _about(cells: Cells) -> str:
    return _detail(cells.get("email", ""), cells.get("birth_year", ""))


def _detail(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
