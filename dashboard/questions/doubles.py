"""Rows that may be one person, and what each of the two says."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from dashboard.words import times
from members import finding
from members.models import Member

SHOWN = 20


@dataclass(frozen=True)
class Row:
    """One line of the comparison: what it is about, what each says, and whether they differ."""

    name: str
    kept: str
    gone: str

    @property
    def differs(self) -> bool:
        """Whether both say something, and not the same."""
        return bool(self.kept and self.gone and self.kept != self.gone)


def candidates(member: Member, search: str = "") -> list[Member]:
    """Who it could be: found by the search; without one, the same address, or the same name."""
    others = finding.shown().exclude(pk=member.pk)
    if search:
        return list(finding.search(others, search).order_by("-joined_at", "pk")[:SHOWN])
    wanted = Q(name_key=member.name_key) if member.name_key else Q(pk__in=())
    if member.email_key:
        wanted |= Q(email_key=member.email_key)
    return list(others.filter(wanted).order_by("-joined_at", "pk")[:SHOWN])


def named(text: str, member: Member) -> Member | None:
    """The other member by UUID; None for nobody, garbage, or the same one."""
    try:
        wanted = uuid.UUID(text)
    except ValueError:
        return None
    return finding.shown().filter(uuid=wanted).exclude(pk=member.pk).first()


def side_by_side(kept: Member, gone: Member) -> list[Row]:
    """What the two rows say, line by line."""
    columns: list[tuple[str, Callable[[Member], object]]] = [
        (_("Number"), lambda row: f"#{row.number}"),
        (_("Name"), lambda row: f"{row.first_name} {row.last_name}".strip()),
        (_("E-mail"), lambda row: row.email),
        (_("Phone"), lambda row: row.phone),
        (_("Joined"), lambda row: times.day(row.joined_at)),
        (_("Stage"), lambda row: row.get_stage_display()),
        (_("Plan"), lambda row: row.plan.name if row.plan else ""),
        (_("Year of birth"), lambda row: str(row.birth_year or "")),
        (_("Ids"), lambda row: ", ".join(known.value for known in row.external_ids.all())),
    ]
    rows = [Row(name, str(said(kept)), str(said(gone))) for name, said in columns]
    return [row for row in rows if row.kept or row.gone]
