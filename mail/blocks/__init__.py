"""What a letter can be put together from: kinds of block, each a module in this package or in an upper room.

A kind has a `LABEL`, its `FIELDS`, and `parts(block, page)`: the block as parts of a page. Where a field's text is not
all there is to check, it also has `problems(block, page)`. One that shows what a room keeps (a question, an offer) has
`HOLDS`, the field that names it. `lifecycle/vocabulary.py` lists the kinds and binds them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from mail import merge_fields

if TYPE_CHECKING:
    from mail.placeholders import Placeholders

Block = Mapping[str, Any]
Words = str | Promise
MOST = 60  # blocks in one letter
GUARD = "if"  # the field that must be known for the block to be shown
KEYS = frozenset({"kind", GUARD})
_kinds: dict[str, ModuleType] = {}


@dataclass(frozen=True)
class Field:
    """One thing to fill in. `line` and `lines` hold text, `link` an address or a field that is one.

    `options` are choices that a room keeps: asked for whenever they are shown, and checked by the kind itself.
    """

    name: str
    label: Words
    kind: Literal["line", "lines", "link", "picture", "choice"] = "line"
    is_needed: bool = True
    help: Words = ""
    choices: Sequence[tuple[str, Words]] = ()
    options: Callable[[], Sequence[tuple[str, Words]]] | None = None
    longest: int = 300


@dataclass(frozen=True)
class Part:
    """A piece of the page as MJML, and the HTML from which its text is read where that is another one."""

    mjml: str
    readable: str | None = None


@dataclass(frozen=True)
class Page:
    """What a block has to know of the letter it stands in. `signed`: its words show the sender's signature."""

    hidden: Placeholders
    language: str
    signed: bool = False
    kinds: frozenset[str] = field(default_factory=frozenset)


def bind(kinds: Mapping[str, ModuleType]) -> None:
    """Makes these the kinds of block, in the order in which they are offered."""
    _kinds.clear()
    _kinds.update(kinds)


def names() -> list[str]:
    """The kinds that this house has."""
    return list(_kinds)


def kind(name: str) -> ModuleType:
    """The kind of that name; KeyError where this house has none."""
    return _kinds[name]


def fields(name: str) -> tuple[Field, ...]:
    """What is filled in for a block of this kind."""
    found: tuple[Field, ...] = _kinds[name].FIELDS
    return found


def label(name: str) -> str:
    """What people call this kind."""
    return str(_kinds[name].LABEL) if name in _kinds else name


def texts(blocks: Any) -> list[str]:
    """Everything that these blocks say, one text for each field; what has another shape says nothing."""
    rows = [block for block in blocks if isinstance(block, Mapping)] if isinstance(blocks, list) else []
    return [_asked(block, str(block[one.name])) for block in rows for one in _said_fields(block)]


def pictures(blocks: Any) -> list[str]:
    """The names of the pictures that these blocks show."""
    rows = [block for block in blocks if isinstance(block, Mapping)] if isinstance(blocks, list) else []
    shown = [(block, found) for block in rows for found in _picture_fields(block)]
    return [str(block[name]) for block, name in shown if block.get(name)]


def held(texts: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What the blocks of a letter show that a room keeps, by kind: its name, the same in every language."""
    return {kind: names[0] for kind, names in all_held(texts).items()}


def all_held(texts: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """The same, with every name that stands in some language: a letter shows one of each kind."""
    found: dict[str, list[str]] = {}
    for text in texts.values():
        rows = text.get("blocks")
        for block in rows if isinstance(rows, list) else ():
            if (named := _named(block)) and named not in found.setdefault(block["kind"], []):
                found[block["kind"]].append(named)
    return {kind: names for kind, names in found.items() if names}


def guard(block: Block) -> str:
    """The field without which this block is not shown: the one it names, else the one that its link is."""
    if block.get(GUARD):
        return str(block[GUARD])
    for one in fields(block["kind"]):
        path = merge_fields.only(str(block.get(one.name, ""))) if one.kind == "link" else ""
        if path:
            return path
    return ""


def place(number: int, block: Block) -> str:
    """How an error names a block."""
    return _("Block %(number)d (%(kind)s)") % {"number": number, "kind": label(str(block.get("kind")))}


def _said_fields(block: Block) -> list[Field]:
    name = block.get("kind")
    known = _kinds[name].FIELDS if name in _kinds else ()
    return [one for one in known if one.kind in ("line", "lines", "link") and block.get(one.name)]


def _asked(block: Block, text: str) -> str:
    """The text with the condition under which its block is shown, so that nobody finds its field unguarded."""
    path = block.get(GUARD)
    return f"{{% if {path} != blank %}}{text}{{% endif %}}" if path else text


def _named(block: Any) -> str:
    name = block.get("kind") if isinstance(block, Mapping) else None
    key = getattr(_kinds[name], "HOLDS", "") if name in _kinds else ""
    return str(block.get(key, "")) if key else ""


def _picture_fields(block: Block) -> list[str]:
    name = block.get("kind")
    return [one.name for one in _kinds[name].FIELDS if one.kind == "picture"] if name in _kinds else []
