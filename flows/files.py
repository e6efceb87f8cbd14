"""Flows as TOML files, and back: what the admin edits and what a file says are the same definition."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from flows import checking, letters

PICTURES_UP_TO = 10 * 1024 * 1024  # bytes
# How people read a flow; a database may give the keys back in any order.
ORDER = (
    "slug uid kind name role email phone sender by_owner letter language purpose topic subject preheader body blocks "
    "text size picture alt answers link survey offer otherwise "
    "trigger entry reentry exit goal holdout hold event stage segment date offset every anchor manual "
    "fact op field value count within since ends all any not at_once not_after for at days day timeout "
    "tag untag reward title due to endpoint if then else weight arms senders steps letters"
).split()


def read(text: str) -> dict[str, Any]:
    """The definition that a file's text writes, with or without the mark that Windows puts before it.

    Raises checking.FlowErrors when it is no TOML.
    """
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise checking.FlowErrors([f"this is not TOML: {error}"]) from error
    except RecursionError as error:
        raise checking.FlowErrors(["this is not TOML that can be read: it is nested too deep"]) from error


def write(definition: Mapping[str, Any]) -> str:
    """The definition as a file that, read and published, gives an equivalent flow."""
    return tomli_w.dumps(_ordered(definition), multiline_strings=True)


def _ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        places = {key: ORDER.index(key) if key in ORDER else len(ORDER) for key in value}
        return {key: _ordered(value[key]) for key in sorted(value, key=lambda key: (places[key], key))}
    return [_ordered(one) for one in value] if isinstance(value, list) else value


def pictures_beside(file: Path, definition: Mapping[str, Any]) -> dict[str, bytes]:
    """The pictures of senders and of letters that lie beside the file, by name.

    A name never leads out of the file's folder.
    """
    found = {}
    people = [row for row in definition.get("senders", []) if isinstance(row, Mapping)]
    names = [row.get("picture") for row in people]
    for name in [*names, *sorted(letters.shown_pictures(definition))]:
        if isinstance(name, str) and Path(name).name == name and (file.parent / name).is_file():
            with (file.parent / name).open("rb") as picture:
                found[name] = picture.read(PICTURES_UP_TO + 1)
    return found
