"""Every mistake in a letter, found at publishing and told in plain words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

import liquid as library

from mail import cleaning, liquid, merge_fields, rendering

PARTS = ("subject", "preheader", "body", "text")
LONGEST = {"title": 300, "reward": 200, "subject": 400, "preheader": 600, "body": 40_000, "text": 40_000}
LONGEST_SUBJECT = 150
HEAVIEST = 100_000  # bytes; Gmail cuts a letter off at 102 kB, and the links below it with it
TAG = re.compile(r"\{%-?\s*(\w*)")
STRAY = re.compile(r"\{\{|\}\}|\{%|%\}")
WORDS_OF_TAGS = liquid.TAGS | {
    "else",
    "elsif",
    "when",
    "endif",
    "endunless",
    "endcase",
    "endfor",
    "endcomment",
}
SHADOWS = re.compile(r"(?<![\w.])(None|undefined|nan)(?![\w.])")


def strangers(source: dict[str, Any]) -> list[str]:
    """Parts of the source that no letter has."""
    known = (*PARTS, "blocks")
    return [f"A letter has no “{name}”; it has {', '.join(known)}" for name in source if name not in known]


def sources(texts: dict[str, str], *, has_blocks: bool = False) -> list[str]:
    """What is wrong with the Liquid and the length of each part, before anything is compiled.

    A letter that is put together from blocks has no body beside them.
    """
    if has_blocks and texts["body"]:
        return ["A letter has either a body or blocks, not both"]
    parts = [name for name in PARTS if not (has_blocks and name == "body")]
    return [error for name in parts for error in _part(name, texts[name])]


def block_text(name: str, text: str, longest: int) -> list[str]:
    """What is wrong with the Liquid and the length of one field of a block."""
    return list(_part(name, text, longest))


def line(name: str, text: str, about: Collection[str]) -> list[str]:
    """What is wrong with one line that staff will read, such as the title of a task, whose fields are `about` only."""
    if found := list(_part(name, text)):
        return found
    return [
        f"In the {name}: {path} is not known here; known are the fields of {', '.join(sorted(about))}"
        for path in _paths(liquid.text(text))
        if path.partition(".")[0] not in about
    ]


def trial(compiled: dict[str, str]) -> list[str]:
    """What goes wrong when the letter is written for somebody known well and for somebody unknown."""
    known = [
        f"For a member with everything known: {error}" for error in _trial(compiled, merge_fields.samples())
    ]
    return known or [f"For a member of whom nothing is known: {error}" for error in _trial(compiled, {})]


def empty_links(page: str) -> list[str]:
    """A warning for each link that leads nowhere while its field is empty."""
    return [
        f"While {path} is empty a link leads nowhere; put {{% if {path} %}} around it"
        for path in unguarded_links(page)
    ]


def unguarded_links(page: str) -> list[str]:
    """The fields that are a link's address, and leave one without any while they are empty."""
    template = liquid.html(page)
    paths = sorted(
        {path for path in _paths(template) if (found := merge_fields.find(path)) and found.kind == "url"}
    )
    return [path for path in paths if re.search(r'(?:href|src)=""', template.render(_without(path)))]


def _part(name: str, text: str, longest: int = 0) -> Iterator[str]:
    longest = longest or LONGEST[name]
    if name in ("subject", "body") and not text:
        yield f"The {name} is empty"
    if len(text) > longest:
        yield f"The {name} is too long: {len(text)} characters, at most {longest}"
        return
    forbidden = {tag for tag in TAG.findall(text) if tag not in WORDS_OF_TAGS}
    yield from (f"In the {name}: {{% {tag} %}} cannot be used in letters" for tag in sorted(forbidden))
    if forbidden:
        return
    try:
        template = liquid.text(text)
    except liquid.LiquidError as error:
        yield f"In the {name}, {rendering.reason(error)}"
        return
    yield from _unknown(name, text, template)


def _unknown(name: str, text: str, template: library.BoundTemplate) -> Iterator[str]:
    analysis = template.analyze()
    for word, spans in analysis.filters.items():
        if word not in liquid.FILTERS:
            yield f"In the {name}, line {_line(text, spans[0].index)}: the filter “{word}” cannot be used in letters"
    for path, index in _paths(template).items():
        if not _is_known(path):
            hint = merge_fields.suggestion(path)
            meant = f"; did you mean {hint}?" if hint else ""
            yield f"In the {name}, line {_line(text, index)}: there is no field {path}{meant}"
    if STRAY.search(re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.DOTALL)):
        yield f"In the {name}: braces are opened and never closed, or the other way round"


def _paths(template: library.BoundTemplate) -> dict[str, int]:
    return {
        str(variable): variable.span.index
        for variables in template.analyze().globals.values()
        for variable in variables
    }


def _is_known(path: str) -> bool:
    plain, _, last = path.rpartition(".")
    whole = plain if last in ("size", "first", "last") else path
    return (
        merge_fields.find(re.sub(r"\[-?\d+\].*", "", whole)) is not None
        or merge_fields.find(path) is not None
    )


def _line(text: str, index: int) -> int:
    return text.count("\n", 0, index) + 1


def _trial(compiled: dict[str, str], values: dict[str, Any]) -> Iterator[str]:
    try:
        letter = rendering.render(compiled, values)
    except rendering.RenderError as error:
        yield str(error)
        return
    if not letter.subject:
        yield "the subject is empty; write {{ … | default: 'words' }}"
    if len(letter.subject) > LONGEST_SUBJECT:
        yield f"the subject is too long: {len(letter.subject)} characters, at most {LONGEST_SUBJECT}"
    if len(letter.html.encode()) > HEAVIEST:
        yield f"the letter is too heavy: {len(letter.html.encode()) // 1000} kB, at most {HEAVIEST // 1000}"
    if not cleaning.balanced(letter.html):
        yield "a condition begins inside a list, a link or bold text and ends outside it (or the other way round)"
    if STRAY.search(letter.subject + letter.text) or SHADOWS.search(letter.subject):
        yield "braces or empty values would be seen by the member"


def _without(path: str) -> dict[str, Any]:
    values = merge_fields.samples()
    *branches, leaf = path.split(".")
    place = values
    for branch in branches:
        place = place[branch]
    place[leaf] = None
    return values
