"""A list that staff uploaded, before it is taken in: what was recognised, what would become of it, their decisions."""

import datetime as dt
import os
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from intake.importing import forms, limits, mapping, meanings, sheets, taking, twins, uses
from intake.importing.kinds import KINDS, lacking
from intake.importing.models import Import
from intake.importing.planning import Memory, Note
from intake.importing.reading import FileRefused, Line
from members.models import ExternalId, Member
from office import nudges
from office.models import User

LOOKED_AT = 3_000  # lines that are looked through while somebody waits
SHOWN = 20
ALIKE = 5  # of one reason, so that it hides no other


class Silent:
    """Refused lines that are only shown."""

    def __init__(self) -> None:
        self.told: list[tuple[int, str]] = []
        self.cells: list[list[str]] = []

    def refuse(self, line: Line, reason: str) -> None:
        """Remembers the first of them."""
        alike = sum(why == reason for _number, why in self.told)
        if len(self.told) < SHOWN and alike < ALIKE:
            self.told.append((line.number, reason))
            self.cells.append(line.cells)


def upload(kind: str, name: str, parts: Iterable[bytes], user: User, now: dt.datetime) -> Import:
    """Stores an uploaded list privately and recognises how it is written. FileRefused says why it cannot be read."""
    batch = Import(kind=kind, file_name=name[:200], by=user, created_at=now, status=Import.Status.DRAFT)
    batch.is_live = kind == Import.Kind.USES  # what happened this week, not history
    path = folder() / f"{batch.uuid}.list"
    try:
        _store(path, parts)
        batch.upload = str(path)
        recognise(batch)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    batch.save()
    return batch


def recognise(batch: Import, said: Mapping[str, str] | None = None) -> None:
    """Fills in (unsaved) how the file is written and what its columns mean; `said` overrides what was recognised."""
    path, said = Path(batch.upload), said or {}
    found = sheets.recognised(path)
    batch.reading = {
        "encoding": said.get("encoding") or found.encoding,
        "separator": said.get("separator") or found.separator,
    }
    batch.choices = {"headings": sheets.headings(path, mapping.form(batch))}
    samples = mapping.samples(batch, 20)
    if batch.kind == Import.Kind.USES:
        batch.choices["regular"] = uses.remembered(batch.choices["headings"])
    batch.choices["meanings"] = meanings.suggested(batch.kind, batch.choices["headings"], samples)
    _recognise_cells(batch, said)


def look(batch: Import, now: dt.datetime) -> None:
    """Fills in (unsaved) what would become of the list: a dry run of its first lines. FileRefused while reading."""
    silent, tally = Silent(), taking.Tally()
    new: list[tuple[str, taking.Cells]] = []
    blank = dict.fromkeys(("email", "first_name", "external_id"), 0)
    total = 0
    with Memory() as memory:
        how = taking.Taking(KINDS[batch.kind], silent, Note(batch.file_name, None), memory=memory)
        lines = mapping.lines(batch)
        while chunk := list(islice(lines, limits.CHUNK)):
            total += len(chunk)
            if total > LOOKED_AT:
                continue
            how.expected = frozenset(cells.get("external_id", "") for _line, cells in chunk)
            tally.add(taking.take(how, chunk, now))
            _count_blank(chunk, blank)
            new += [(cells.get("external_id", ""), cells) for _line, cells in chunk]
    if not total:
        raise FileRefused(_("There is nothing below the names of the columns."))
    batch.lines = total
    found = _twins(new, now) if batch.kind == Import.Kind.MEMBERS else []
    batch.outlook = {**_outlook(batch, tally, silent, blank, found), **_same_numbers(batch, new)}


def is_ready(batch: Import) -> list[str]:
    """The columns that are still missing before the list can be taken in; of members a number is not needed."""
    chosen = set(batch.choices.get("meanings", ()))
    if meanings.FULL_NAME in chosen:  # a whole name is both parts
        chosen |= {"first_name", "last_name"}
    if batch.kind == Import.Kind.MEMBERS:
        chosen.add("external_id")
    return lacking(KINDS[batch.kind], chosen)


def start(
    batch: Import, same: Mapping[str, str], *, with_homes: bool = False, this_year: int | None = None
) -> None:
    """Hands the list to the workers with the decisions about likely duplicates and families.

    `this_year` given: letters of a family go to one of them, where others have no address of their own.
    """
    homes = list(mapping.families(batch)) if with_homes or this_year else []
    readers = mapping.readers(batch, this_year) if this_year else {}
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=batch.pk)
        if locked.status != Import.Status.DRAFT:
            return
        same_line = {ident: other.removeprefix("line:") for ident, other in same.items() if "line:" in other}
        homely = {"homes": homes, "readers": {mark: readers[mark] for mark in homes if mark in readers}}
        locked.choices = {**batch.choices, **homely, "same_line": same_line, "ties": _tie(same)}
        locked.status = Import.Status.WAITING
        locked.save()
        meanings.remember(locked.kind, locked.choices["headings"], locked.choices["meanings"])
        nudges.after_commit("engine")


def drop(batch: Import) -> None:
    """Lets go of the uploaded file."""
    Path(batch.upload).unlink(missing_ok=True) if batch.upload else None


def forget_old(now: dt.datetime) -> int:
    """Lets go of lists that were uploaded a day ago and never taken in. Work of the night."""
    old = Import.objects.filter(status=Import.Status.DRAFT, created_at__lt=now - dt.timedelta(days=1))
    for batch in old:
        drop(batch)
    return old.delete()[0]


def folder() -> Path:
    """Where uploaded lists lie until they are taken in; readable by nobody else."""
    place = Path(settings.VAR_DIR) / "imports"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def _store(path: Path, parts: Iterable[bytes]) -> None:
    size = 0
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        for part in parts:
            size += len(part)
            if size > limits.UPLOAD_BYTES:
                raise FileRefused(
                    _("The file is larger than %(most)d MB.") % {"most": limits.UPLOAD_BYTES // 1024**2}
                )
            file.write(part)


def _recognise_cells(batch: Import, said: Mapping[str, str]) -> None:
    rows = mapping.samples(batch, 500)
    chosen = batch.choices["meanings"]
    days = [row[place] for row in rows for place, field in enumerate(chosen) if field in forms.DATES]
    sums = [row[place] for row in rows for place, field in enumerate(chosen) if field == "amount"]
    batch.reading["dates"] = said.get("dates") or forms.date_order(days)
    batch.reading["decimal"] = said.get("decimal") or forms.decimal_mark(sums)


def _count_blank(chunk: list[tuple[Line, taking.Cells]], blank: dict[str, int]) -> None:
    for _line, cells in chunk:
        for name in blank:
            said = cells.get(name, "")
            blank[name] += not said or said.startswith(mapping.WITHOUT_NUMBER)


def _outlook(
    batch: Import,
    tally: taking.Tally,
    silent: Silent,
    blank: dict[str, int],
    found: list[twins.Twin],
) -> dict[str, object]:
    is_people = batch.kind == Import.Kind.MEMBERS
    homes = mapping.families(batch) if is_people else {}
    return {
        "created": tally.created,
        "updated": tally.updated,
        "unchanged": tally.unchanged,
        "refused": tally.refused,
        "to_look_at": tally.refused + len(found),
        "blank": blank if is_people else {},
        "problems": [[number, reason] for number, reason in silent.told],
        "twins": [twin.as_dict() for twin in found],
        "homes": list(homes.values())[:SHOWN],
        "homes_count": len(homes),
        "looked_at": min(batch.lines, LOOKED_AT),
    }


def _twins(new: list[tuple[str, taking.Cells]], now: dt.datetime) -> list[twins.Twin]:
    """Likely duplicates of those whom nobody knows by their number yet."""
    idents = [ident for ident, _cells in new]
    known = set(
        ExternalId.objects.filter(source=ExternalId.HOUSE, value__in=idents).values_list("value", flat=True)
    )
    return twins.find((pair for pair in new if pair[0] not in known), now.year)


def _same_numbers(batch: Import, new: list[tuple[str, taking.Cells]]) -> dict[str, object]:
    """Numbers that two lines give to people of different names: the last line would win over the others."""
    if batch.kind != Import.Kind.MEMBERS:
        return {}
    names: dict[str, dict[str, None]] = {}
    for ident, cells in new:
        names.setdefault(ident, {})[mapping.name(cells)] = None
    twice = [[ident, *found] for ident, found in names.items() if len(found) > 1]
    return {"same_numbers": twice[:SHOWN], "same_numbers_count": len(twice)}


def _tie(same: Mapping[str, str]) -> list[int]:
    """Gives known members the number by which the list calls them; returns the rows made, for the undo."""
    made = []
    for ident, other in same.items():
        pk = other.removeprefix("member:")
        if other.startswith("member:") and pk.isdigit() and Member.objects.filter(pk=int(pk)).exists():
            row, is_new = ExternalId.objects.get_or_create(
                source=ExternalId.HOUSE, value=ident, defaults={"member_id": int(pk)}
            )
            made += [row.pk] if is_new else []
    return made
