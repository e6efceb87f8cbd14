"""One whole list, from its first line to its last, in bounded memory."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from intake import outcomes
from intake.importing import escaping, kinds, limits, people, reading, taking
from intake.importing.models import Import
from intake.importing.planning import Kind, Memory, Note
from intake.importing.reading import FileRefused, Line
from intake.importing.refusals import Refusals
from office import audit
from office.models import User

LinesAgain = Callable[[], Iterable[tuple[Line, taking.Cells]]]


@dataclass(frozen=True)
class Outcome:
    """How a list ended: the counts, and the refused lines with their reasons."""

    tally: taking.Tally
    refusals: Refusals


def run(
    name: str,
    path: Path,
    now: dt.datetime,
    *,
    is_dry: bool = False,
    is_live: bool = False,
    by: User | None = None,
) -> Outcome:
    """Takes a strict file of the contract in; quiet unless `is_live`. FileRefused before anything was written,
    or, where a later line makes the file unreadable, after the lines before it were."""
    kind = kinds.KINDS[name]
    lines = reading.lines(path)
    first = next(lines, None)
    if first is None:
        raise FileRefused(_("The file is empty."))
    header = kinds.header(kind, first.cells)
    expected = expected_guardians(kind, lambda: _strict(_below_header(path), header), now)
    batch = None if is_dry else start(name, path.name, now, is_live=is_live, by=by)
    stamp = f"{now:%Y%m%d-%H%M%S}"
    with Refusals(name, header, stamp) as refusals, ExitStack() as stack:
        memory = stack.enter_context(Memory()) if is_dry else None
        note = Note(path.name, batch.pk if batch and not is_live else None)
        how = taking.Taking(kind, refusals, note, is_live, memory, expected)
        tally = _take_all(how, refusals, _strict(lines, header), now, batch)
    if batch:
        finish(batch, tally, refusals, now)
    return Outcome(tally, refusals)


def start(name: str, file_name: str, now: dt.datetime, *, is_live: bool, by: User | None) -> Import:
    """Writes down that a list is being taken in."""
    return Import.objects.create(
        kind=name,
        file_name=file_name[:200],
        created_at=now,
        status=Import.Status.DONE,
        is_live=is_live,
        by=by,
    )


def finish(batch: Import, tally: taking.Tally, refusals: Refusals, now: dt.datetime) -> None:
    """Writes down how the list ended, and into the log of changes that it was taken in."""
    batch.created, batch.updated = tally.created, tally.updated
    batch.unchanged, batch.refused = tally.unchanged, tally.refused
    batch.refused_file = str(refusals.path or "")
    batch.status, batch.finished_at, batch.leased_until = Import.Status.DONE, now, None
    batch.save()
    audit.record(batch.by, f"import.{batch.kind}", batch.file_name, now, id=batch.pk, counts=str(tally))


def expected_guardians(kind: Kind, lines: LinesAgain, now: dt.datetime) -> frozenset[str]:
    """Guardians who are members by a line of the same file, wherever it stands: the file is read ahead for them."""
    if kind is not kinds.KINDS["members"]:
        return frozenset()
    named = {found for _line, cells in lines() if (found := people.guardians(cells))}
    return frozenset(_sound(named, lines(), now)) if named else frozenset()


def chunks(lines: Iterable[tuple[Line, taking.Cells]]) -> Iterator[list[tuple[Line, taking.Cells]]]:
    """The lines, as many together as are written together."""
    source = iter(lines)
    while chunk := list(islice(source, limits.LONG_CHUNK)):
        yield chunk


def _take_all(
    how: taking.Taking,
    refusals: Refusals,
    lines: Iterator[tuple[Line, taking.Cells]],
    now: dt.datetime,
    batch: Import | None,
) -> taking.Tally:
    tally = taking.Tally()
    try:
        for chunk in chunks(_right_width(lines, refusals, tally)):
            tally.add(taking.take(how, chunk, now))
    except FileRefused as error:
        if batch:
            finish(batch, tally, refusals, now)
            Import.objects.filter(pk=batch.pk).update(status=Import.Status.REFUSED, reason=str(error))
        raise
    taking.finish(how)
    return tally


def _right_width(
    lines: Iterable[tuple[Line, taking.Cells]], refusals: Refusals, tally: taking.Tally
) -> Iterator[tuple[Line, taking.Cells]]:
    for line, cells in lines:
        if len(line.cells) == len(refusals.header):
            yield line, cells
            continue
        said = {"cells": len(line.cells), "header": len(refusals.header)}
        refusals.refuse(line, _("the line has %(cells)d cells, the header %(header)d") % said)
        tally.refused += 1


def _below_header(path: Path) -> Iterator[Line]:
    return islice(reading.lines(path), 1, None)


def _strict(lines: Iterator[Line], header: Sequence[str]) -> Iterator[tuple[Line, Mapping[str, str]]]:
    for line in lines:
        cells = [escaping.unescaped(cell) for cell in line.cells]
        yield line, dict(zip(header, cells, strict=False))


def _sound(named: set[str], lines: Iterable[tuple[Line, taking.Cells]], now: dt.datetime) -> Iterator[str]:
    for _line, cells in lines:
        if cells.get("external_id", "").strip() in named:
            try:
                yield people.checked(cells, now).ident
            except outcomes.NotUnderstood:
                continue
