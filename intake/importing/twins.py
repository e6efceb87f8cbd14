"""Who on a list is likely somebody the house knows already, or stands there twice under two numbers.

Who is to be looked at for it is found here; whether two are likely one person, `likeness` says.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

from django.db.models import Q
from django.db.models.functions import Lower

from intake.importing import likeness, meanings, people
from intake.importing.likeness import Person
from intake.importing.taking import Cells
from members import identity
from members.models import Member

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


def find(new: Iterable[tuple[str, Cells]], this_year: int) -> list[Twin]:
    """Likely duplicates among lines that would make new members (by id). A few queries, whatever their number."""
    lines = {ident: (cells, _person(cells)) for ident, cells in new}
    register = [(member, _known(member)) for member in _members([cells for cells, _who in lines.values()])]
    found = [
        Twin(ident, _name(who), _about(who), f"member:{member.pk}", member.name, _about(known))
        for ident, (_cells, who) in lines.items()
        for member, known in register
        if likeness.is_likely_one(who, known, this_year)
    ]
    return [*found, *_of_list({ident: who for ident, (_cells, who) in lines.items()}, this_year)][:MOST]


def _members(lines: list[Cells]) -> Iterator[Member]:
    emails = {identity.email_key(cells["email"]) for cells in lines if cells.get("email")}
    phones = {cells["phone"] for cells in lines if cells.get("phone")}
    years = {int(cells["birth_year"]) for cells in lines if cells.get("birth_year", "").isdigit()}
    families = {cells["last_name"].lower() for cells in lines if cells.get("last_name")}
    here = Member.objects.filter(merged_into=None, erased_at=None).annotate(family=Lower("last_name"))
    alike = (
        Q(email_key__in=emails - {""}) | Q(phone__in=phones) | Q(birth_year__in=years, family__in=families)
    )
    yield from here.filter(alike)[: MOST * 40]


def _of_list(lines: Mapping[str, Person], this_year: int) -> Iterator[Twin]:
    """Whoever shares something with an earlier line, and is likely that person."""
    seen: dict[tuple[str, ...], list[tuple[str, Person]]] = {}
    for ident, who in lines.items():
        marks = list(_marks(who))
        before = (earlier for mark in marks for earlier in seen.get(mark, ())[:CROWD])
        if found := next((one for one in before if likeness.is_likely_one(who, one[1], this_year)), None):
            other, said = found
            yield Twin(ident, _name(who), _about(who), f"line:{other}", _name(said), _about(said))
        for mark in marks:
            seen.setdefault(mark, []).append((ident, who))


def _marks(who: Person) -> Iterator[tuple[str, ...]]:
    """By what two lines are laid beside each other at all."""
    if who.email:
        yield "email", who.email
    if who.phone:
        yield "phone", likeness.digits(who.phone)
    if who.year:
        yield "family", who.year, likeness.folded(who.last)
    if who.born:
        yield "born", who.born


def _person(cells: Cells) -> Person:
    home = " ".join(
        text.casefold()
        for heading, text in cells.items()
        if heading.startswith(people.OWN) and meanings.addresses([heading]) and text
    )
    return Person(
        first=cells.get("first_name", ""),
        last=cells.get("last_name", ""),
        born=cells.get(meanings.BORN, ""),
        year=cells.get("birth_year", ""),
        email=identity.email_key(cells.get("email", "")),
        phone=cells.get("phone", ""),
        home=" ".join(home.split()),
    )


def _known(member: Member) -> Person:
    kept = {f"{people.OWN}{name}": str(text) for name, text in member.own_fields.items()}
    told = {"first_name": member.first_name, "last_name": member.last_name, "phone": member.phone}
    return _person({**kept, **told, "email": member.email, "birth_year": str(member.birth_year or "")})


def _name(who: Person) -> str:
    return f"{who.first} {who.last}".strip()


def _about(who: Person) -> str:
    return " · ".join(part for part in (who.email, who.phone, who.year) if part)
