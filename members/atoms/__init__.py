"""What conditions are made of. An atom is a module; upper rooms supply more (`flows` the flow atom).

Each says what is wrong with a condition of its kind, compiles it to SQL, and evaluates it in Python for a batch of
members with the reason. Both ways must agree for every member; a property test holds them to it.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from django.db.models import Q

from members.models import Member

Condition = Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """Whether a condition holds for one member, and what decided it: in words, and as plain values by name."""

    holds: bool
    reasons: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Scene:
    """For whom and when a condition is evaluated. `entered`: per member, from when `since="entry"` counts."""

    members: Sequence[Member]
    now: dt.datetime
    entered: Mapping[int, dt.datetime]


class Atom(Protocol):
    """What a kind of atom offers. Its module is registered under the word that its conditions carry."""

    KEYS: frozenset[str]

    def problems(self, condition: Condition, place: str, *, in_flow: bool) -> list[str]: ...

    def q(self, condition: Condition, now: dt.datetime) -> Q: ...

    def evaluate(self, condition: Condition, scene: Scene) -> dict[int, Verdict]: ...

    def read_aloud(self, condition: Condition) -> str: ...


class Choosing(Protocol):
    """What an atom of an upper room offers besides, where staff choose from its rows: pairs of word and text."""

    def known(self) -> list[tuple[str, str]]: ...

    def states(self) -> list[tuple[str, str]]: ...


_atoms: dict[str, Atom] = {}


def bind(atoms: Mapping[str, Atom]) -> None:
    """Adds kinds of atoms, by the word that their conditions carry."""
    _atoms.update(atoms)


def of(condition: Condition) -> Atom | None:
    """The kind of this condition; None where no room knows it."""
    return next((_atoms[word] for word in _atoms if word in condition), None)


def offered(word: str) -> Choosing | None:
    """What staff can choose from for the atom of this word; None where no room supplies it."""
    return cast("Choosing | None", _atoms.get(word))


def words() -> list[str]:
    """The words by which atoms are known."""
    return sorted(_atoms)
