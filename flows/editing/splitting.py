"""A letter in one text taken apart into blocks, and put together again, as far as one text can say the same."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

PARAGRAPHS = re.compile(r"\n[ \t]*\n")
HEADING = re.compile(r"(#{1,4})\s+(.+?)\s*#*")
BUTTON = re.compile(r"\*\*\[([^\]\n]+)\]\(([^()\s]+)\)\*\*")
BUTTON_OF_FIELD = re.compile(r"\*\*\[([^\]\n]+)\]\((\{\{[^{}]*\}\})\)\*\*")
LINE = re.compile(r"(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|_{3,}")
OPENED = re.compile(r"\{%-?\s*(?:if|unless|case|for)\b")
CLOSED = re.compile(r"\{%-?\s*end\w+")
Block = dict[str, Any]


def apart(text: str) -> list[Block]:
    """The text as blocks: headings, buttons and lines stand alone; a condition is never torn in two."""
    found: list[Block] = []
    open_conditions = 0
    for paragraph in filter(str.strip, PARAGRAPHS.split(text.strip())):
        alone = _alone(paragraph.strip()) if not open_conditions else None
        open_conditions += len(OPENED.findall(paragraph)) - len(CLOSED.findall(paragraph))
        if alone is None and found and found[-1]["kind"] == "text":
            found[-1]["text"] += "\n\n" + paragraph.strip("\n")
        else:
            found.append(alone or {"kind": "text", "text": paragraph.strip("\n")})
    return found


def can_be_one(blocks: Sequence[Mapping[str, Any]]) -> bool:
    """Whether one text says the same as these blocks."""
    return all(
        block.get("kind") in ("heading", "text", "button", "divider") and not block.get("if")
        for block in blocks
    )


def together(blocks: Sequence[Mapping[str, Any]]) -> str:
    """The blocks, of which `can_be_one` is true, as one text."""
    return "\n\n".join(_written(block) for block in blocks)


def _alone(paragraph: str) -> Block | None:
    if found := HEADING.fullmatch(paragraph):
        return {"kind": "heading", "text": found[2], **({"size": "small"} if len(found[1]) > 2 else {})}
    if found := BUTTON.fullmatch(paragraph) or BUTTON_OF_FIELD.fullmatch(paragraph):
        return {"kind": "button", "text": found[1], "link": found[2]}
    return {"kind": "divider"} if LINE.fullmatch(paragraph) else None


def _written(block: Mapping[str, Any]) -> str:
    kind, text = block.get("kind"), str(block.get("text", ""))
    if kind == "heading":
        return f"{'###' if block.get('size') == 'small' else '##'} {text}"
    if kind == "button":
        return f"**[{text}]({block.get('link', '')})**"
    return "---" if kind == "divider" else text
