"""What a builder shows: groups of rows, and what it cannot take apart, kept as it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from members import conditions
from members.conditions import Condition

JOINS = ("all", "any", "none")
DEEPEST_GROUP = 3  # deeper ones are made elsewhere: kept, and shown in words


@dataclass
class Row:
    """One question: what it is about and what was typed, by the names of the fields."""

    typed: dict[str, list[str]] = field(default_factory=dict)
    error: str = ""
    path: str = ""
    number: int = 1
    has_focus: bool = False
    kind = "row"

    def get(self, name: str, default: str = "") -> str:
        """The first thing typed under a name."""
        return next(iter(self.typed.get(name, ())), default).strip()

    @property
    def about(self) -> str:
        """`fact:NAME`, `event`, `segment`, `flow`, or nothing yet."""
        return self.get("about")


@dataclass
class Kept:
    """A condition that was made elsewhere and is more than rows can say: shown in words, saved unchanged."""

    condition: Condition
    error: str = ""
    path: str = ""
    number: int = 1
    kind = "kept"

    @property
    def words(self) -> str:
        """The condition as staff read it."""
        return said(self.condition)


@dataclass
class Group:
    """Rows and groups of which all, any or none are true."""

    join: str = "all"
    parts: list[Any] = field(default_factory=list)
    error: str = ""
    path: str = ""
    level: int = 1
    number: int = 1
    has_focus: bool = False
    kind = "group"

    @property
    def may_hold_groups(self) -> bool:
        """Whether a group may be put into this one."""
        return self.level < DEEPEST_GROUP

    @property
    def joins(self) -> list[tuple[str, str, bool]]:
        """The ways to join: word, text, whether chosen."""
        texts = (_("All of these are true"), _("At least one of these is true"), _("None of these is true"))
        return [(word, text, word == self.join) for word, text in zip(JOINS, texts, strict=True)]


@dataclass
class Builder:
    """A form for one condition. `condition` is None while it is not complete; `errors` say why, each in words."""

    root: Group
    prefix: str
    condition: Condition | None = None
    errors: Sequence[str] = ()

    @property
    def words(self) -> str:
        """The condition as staff read it; empty while it is not complete."""
        return said(self.condition) if self.condition else ""


def walk(part: Any) -> Iterator[Any]:
    """A node and everything in it."""
    yield part
    if isinstance(part, Group):
        for inner in part.parts:
            yield from walk(inner)


def atoms_of(builder: Builder) -> list[Any]:
    """The rows of a builder, and what it keeps as it is; a row that asks nothing yet has an empty `about`."""
    return [part for part in walk(builder.root) if not isinstance(part, Group)]


def numbered(root: Group, prefix: str) -> Group:
    """Gives every node its place: `c-0-2-1` is the second part of the third part of the root of `c`."""

    def give(part: Any, path: str, level: int, number: int) -> None:
        part.path, part.number = path, number
        if isinstance(part, Group):
            part.level = level
            for place, inner in enumerate(part.parts):
                give(inner, f"{path}-{place}", level + 1, place + 1)

    give(root, f"{prefix}-0", 1, 1)
    return root


def said(condition: Mapping[str, Any] | None) -> str:
    """The condition in words; what cannot be read any more says so."""
    try:
        return conditions.read_aloud(condition)
    except (KeyError, ValueError, TypeError, AssertionError):
        return _("something that this house does not know any more")
