"""What a flow can do: one small module per kind of step.

A kind is a module with `KEYS` (the settings it knows), `problems(step, place)` (everything wrong with its settings)
and `run(visits, now)` (decides, for a batch of visits, with a constant number of queries: every visit gets a
`result`). A kind writes rows in the transaction of the step and never uses the network. The hall binds them.

A kind that writes anything outside this room and the outbox, such as a task, offers `rehearse(visits, now)` as well:
the same results, and nothing written. A simulation calls it in the place of `run`.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from flows.models import Enrolment, Step, StepRun
from members.models import Member


@dataclass(frozen=True)
class Go:
    """The step is done: on to `to`, or to the next step where it is None. `planned_at` is the next step's start."""

    outcome: str
    reason: str = ""
    to: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    planned_at: dt.datetime | None = None


@dataclass(frozen=True)
class Wait:
    """The run stays here until `until` (None: only the event ends it), or until the event `awaits`."""

    until: dt.datetime | None
    awaits: str = ""


@dataclass(frozen=True)
class AwaitLetter:
    """The run stays here until its previous letter is final."""


@dataclass(frozen=True)
class Finish:
    """The run went through."""

    reason: str = ""


@dataclass
class Visit:
    """One run at one step. `since` is from when an event counts, strictly after it where `again`."""

    enrolment: Enrolment
    member: Member
    step: Step
    run: StepRun
    since: dt.datetime
    again: bool = False
    result: Go | Wait | AwaitLetter | Finish | None = None


class Kind(Protocol):
    """What a module in this folder, or of an upper room, offers."""

    KEYS: frozenset[str]

    def problems(self, step: Mapping[str, Any], place: str) -> list[str]: ...

    def run(self, visits: Sequence[Visit], now: dt.datetime) -> None: ...


_kinds: dict[str, Kind] = {}
_rehearsed: ContextVar[bool] = ContextVar("rehearsed", default=False)


def bind(kinds: Mapping[str, Kind]) -> None:
    """The hall says which kinds of step there are."""
    _kinds.update(kinds)


def kind(name: str) -> Kind:
    """The kind of this name. KeyError: no room offers it."""
    return _kinds[name]


def run(name: str, visits: Sequence[Visit], now: dt.datetime) -> None:
    """Runs these visits, all of one kind; where it is only tried, without writing anything outside the sandbox."""
    of_kind = kind(name)
    deed = getattr(of_kind, "rehearse", of_kind.run) if _rehearsed.get() else of_kind.run
    deed(visits, now)


@contextmanager
def rehearsed() -> Iterator[None]:
    """Inside, steps are tried and not done."""
    token = _rehearsed.set(True)
    try:
        yield
    finally:
        _rehearsed.reset(token)


def names() -> list[str]:
    """The kinds of step there are."""
    return sorted(_kinds)
