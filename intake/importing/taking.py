"""Takes lines into the register, a thousand at a time: understood, compared with what is known, written in bulk."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

from django.db import transaction

from intake import outcomes
from intake.importing import ledger, people, registering
from intake.importing.planning import Change, Kind, Memory, Note, Refuses, Register, Said
from intake.importing.reading import Line
from members import merging


@dataclass
class Tally:
    """What became of the lines."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0

    def add(self, other: "Tally") -> None:
        """Counts the lines of a chunk in."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.refused += other.refused

    def __str__(self) -> str:
        return (
            f"created={self.created} updated={self.updated} unchanged={self.unchanged} refused={self.refused}"
        )


@dataclass
class Taking:
    """How a list is taken in. `memory` (of a dry run) means that nothing is written.

    `expected` are guardians whose lines come later in the file; `pending` the members who wait for them.
    """

    kind: Kind
    refusals: Refuses
    note: Note
    is_live: bool = False
    memory: Memory | None = None
    expected: frozenset[str] = frozenset()
    pending: list[tuple[str, str]] = field(default_factory=list)


Cells = Mapping[str, str]


def take(taking: Taking, chunk: Sequence[tuple[Line, Cells]], now: dt.datetime) -> Tally:
    """Takes one chunk of lines in, in one transaction; refused lines are written to the refusals."""
    tally, refused = Tally(), dict[int, str]()
    said = _understood(taking, chunk, now, refused)
    with nullcontext() if taking.memory else transaction.atomic():
        register = taking.kind.look_up(said, now)
        if isinstance(register, people.People):
            register.expected = taking.expected
        changes = _changes(taking, register, said, tally, refused)
        if taking.memory:
            taking.memory.keep(changes)
        elif changes and taking.is_live:
            _tell(taking, register, changes, now, tally, refused)
        elif changes:
            _write(taking, register, changes, now)
    tally.refused = len(refused)
    for line, _cells in chunk:
        if line.number in refused:
            taking.refusals.refuse(line, refused[line.number])
    return tally


def _understood(
    taking: Taking, chunk: Sequence[tuple[Line, Cells]], now: dt.datetime, refused: dict[int, str]
) -> list[Said]:
    understood = []
    for line, cells in chunk:
        try:
            said = taking.kind.checked(cells, now)
        except outcomes.NotUnderstood as error:
            refused[line.number] = str(error)
        else:
            understood.append(Said(line.number, said.ident, said.values))
    return understood


def _changes(
    taking: Taking, register: Register, said: list[Said], tally: Tally, refused: dict[int, str]
) -> list[Change]:
    """One change per row of the register, also where several lines are about it: the last one wins."""
    states = dict(register.states)
    if taking.memory and said:
        states |= taking.memory.recall({one.ident for one in said})
    changes: dict[str, Change] = {}
    for one in said:
        before = states.get(one.ident)
        try:
            after = register.judge(before, one)
        except outcomes.NotUnderstood as error:
            refused[one.line] = str(error)
            continue
        if before == after:
            tally.unchanged += 1
            continue
        tally.created += before is None
        tally.updated += before is not None
        states[one.ident] = after
        first = changes[one.ident].before if one.ident in changes else before
        changes[one.ident] = Change(one.ident, first, after, one.line)
    return list(changes.values())


def _write(taking: Taking, register: Register, changes: list[Change], now: dt.datetime) -> None:
    written = register.write(changes, now, taking.note)
    if taking.note.batch:
        ledger.keep(taking.note.batch, written)
    taking.pending += _wards(changes)


def _wards(changes: Collection[Change]) -> list[tuple[str, str]]:
    """Those whose guardians were not there yet, with them."""
    waiting = [(one.ident, one.after.get("guardian")) for one in changes]
    return [(ident, name.removeprefix(people.LATER)) for ident, name in waiting if isinstance(name, str)]


def _tell(
    taking: Taking,
    register: Register,
    changes: list[Change],
    now: dt.datetime,
    tally: Tally,
    refused: dict[int, str],
) -> None:
    for change in changes:
        try:
            with transaction.atomic():
                register.tell(change, now, taking.note)
        except (merging.NotTheirs, outcomes.NotUnderstood) as error:
            refused[change.line] = str(error)
            tally.created -= change.before is None
            tally.updated -= change.before is not None
    taking.pending += _wards([change for change in changes if change.line not in refused])


def finish(taking: Taking) -> None:
    """What could only be done when all lines were there: children get guardians who stood below them."""
    if taking.pending:
        registering.tie(taking.pending)
        taking.pending.clear()
