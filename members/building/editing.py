"""Reads a builder's form: what was typed, the button that was pressed, and the condition that it says."""

import json
import re
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from members import conditions
from members.building import closing
from members.building.tree import DEEPEST_GROUP, JOINS, Builder, Group, Kept, Row, numbered, walk
from members.conditions import Condition

MOST_PARTS = 200
QUIETLY = frozenset({"read", "open"})  # what is asked while somebody is still typing
PLACE = re.compile(r"^[\w.\[\]]*: ")  # which part of the condition a problem is about
Places = dict[tuple[int, ...], dict[str, list[str]]]


def read(post: QueryDict, prefix: str = "c", *, in_flow: bool = False) -> Builder:
    """The builder as it was sent, after the button `do` (`c-0-1:add`, `:group`, `:remove`) was obeyed.

    Errors stand at their rows unless somebody is still building; `errors` has them all in either case.
    `in_flow` allows what only flows can ask, such as what happened since the member came in.
    """
    root = _tree(_places(post, prefix), in_flow=in_flow)
    numbered(root, prefix)
    deed = post.get("do", "")
    is_building = _obey(root, deed) or deed in QUIETLY
    errors: list[str] = []
    condition = _group(root, errors)
    if condition is None and not errors:
        errors.append(_("Choose at least one condition."))
    errors = errors or _problems(root, condition, in_flow=in_flow)
    if is_building:
        for part in walk(root):
            part.error = ""
    if not root.parts:
        root.parts.append(Row())
    return Builder(numbered(root, prefix), prefix, None if errors else condition, errors)


def _places(post: QueryDict, prefix: str) -> Places:
    """Everything typed, by its place in the tree."""
    pattern, places = re.compile(rf"{re.escape(prefix)}((?:-\d{{1,3}}){{1,5}})-([a-z]+)"), Places()
    for name, values in post.lists():
        if found := pattern.fullmatch(name):
            path = tuple(int(place) for place in found[1].split("-")[1:])
            if len(places) < MOST_PARTS or path in places:
                texts = [str(value)[:20_000].replace("\0", "") for value in values]
                places.setdefault(path, {})[found[2]] = texts
    return places


def _tree(places: Places, *, in_flow: bool) -> Group:
    root = _node((0,), places, in_flow=in_flow)
    return root if isinstance(root, Group) else Group()


def _node(path: tuple[int, ...], places: Places, *, in_flow: bool) -> Any:
    typed = places.get(path, {})
    if "kept" in typed:
        return _kept(typed["kept"][0], in_flow=in_flow)
    if "join" not in typed:
        return Row(typed)
    inner = sorted(one for one in places if one[:-1] == path)
    join = typed["join"][0] if typed["join"][0] in JOINS else "all"
    return Group(join, [part for one in inner if (part := _node(one, places, in_flow=in_flow))])


def _kept(text: str, *, in_flow: bool) -> Kept | None:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return Kept(said) if isinstance(said, dict) and not conditions.problems(said, in_flow=in_flow) else None


def _obey(root: Group, deed: str) -> bool:
    """Does what a button of the builder says; False where it was another button."""
    path, _colon, verb = deed.partition(":")
    part = next((one for one in walk(root) if one.path == path), None)
    if verb not in ("add", "group", "remove"):
        return False
    if isinstance(part, Group) and verb == "add":
        part.parts.append(Row(has_focus=True))
    elif isinstance(part, Group) and verb == "group" and len(path.split("-")) - 1 < DEEPEST_GROUP:
        part.parts.append(Group("any", [Row(has_focus=True)]))
    elif verb == "remove":
        _remove(root, part)
    return True


def _remove(root: Group, part: Any) -> None:
    for group in walk(root):
        if isinstance(group, Group) and any(one is part for one in group.parts):
            group.parts = [one for one in group.parts if one is not part]
            group.has_focus = True
            return


def _group(group: Group, errors: list[str]) -> Condition | None:
    """The condition of a group; empty rows and groups say nothing."""
    said = [one for part in group.parts if (one := _part(part, errors)) is not None]
    if not said:
        return None
    return {"not": {"any": said}} if group.join == "none" else {group.join: said}


def _part(part: Any, errors: list[str]) -> Condition | None:
    if isinstance(part, Group):
        return _group(part, errors)
    if isinstance(part, Kept):
        return part.condition
    if not part.about:
        return None
    try:
        said = closing.condition(part)
        wrong = [PLACE.sub("", problem) for problem in conditions.problems(said)]
    except closing.Unfinished as error:
        said, wrong = {}, [str(error)]
    part.error = " ".join(_sentence(text) for text in wrong)
    errors.extend(wrong)
    return said


def _problems(root: Group, condition: Condition | None, *, in_flow: bool) -> list[str]:
    """What is wrong with the whole that is wrong with no row alone: its depth."""
    found = [PLACE.sub("", problem) for problem in conditions.problems(condition, in_flow=in_flow)]
    root.error = " ".join(_sentence(text) for text in found)
    return found


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
